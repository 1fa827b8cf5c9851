/** The noise of a picture under its options, against the parts it is made of. */
import { describe, expect, it } from 'vitest';

import { philoxNoise } from '../numeric/philox.ts';
import { sigma } from '../numeric/sigma.ts';
import { torchNoise } from '../numeric/torch-random.ts';
import { mixNoise, pasteCentre } from '../numeric/variation.ts';
import { findSampler } from '../samplers/index.ts';
import { pictureNoise } from './noise.ts';

const SHAPE = [1, 4, 8, 12];
const SIGMAS = [sigma(10), sigma(1), sigma(0)];
const plain = { rng: 'nv', seed: 7 } as const;
const ancestral = findSampler('euler-ancestral');

describe('the noise of a picture', () => {
  it('is the seed’s first draw, and the next draws are the sampler’s', () => {
    const source = philoxNoise(7);
    const noise = pictureNoise(plain, SHAPE, 8);
    expect(noise.first).toEqual(source.draw(SHAPE));
    expect(noise.steps(ancestral, SIGMAS).draw(SHAPE)).toEqual(source.draw(SHAPE));
  });

  it('is moved towards the variation seed, and what follows stays that of the seed', () => {
    const varied = pictureNoise({ ...plain, variationSeed: 9, variationStrength: 0.3 }, SHAPE, 8);
    expect(varied.first).toEqual(mixNoise(0.3, philoxNoise(7).draw(SHAPE), philoxNoise(9).draw(SHAPE)));
    expect(varied.steps(ancestral, SIGMAS).draw(SHAPE)).toEqual(
      pictureNoise(plain, SHAPE, 8).steps(ancestral, SIGMAS).draw(SHAPE),
    );
  });

  it('has the noise of another size in its middle, varied there, with the same draws after it', () => {
    const from = [1, 4, 6, 6];
    const options = { seedResizeWidth: 48, seedResizeHeight: 48, variationSeed: 3, variationStrength: 0.5 };
    const resized = pictureNoise({ ...plain, rng: 'cpu', ...options }, SHAPE, 8);
    const small = mixNoise(0.5, torchNoise(7).draw(from), torchNoise(3).draw(from));
    const own = torchNoise(7);
    expect(resized.first).toEqual(pasteCentre(small, own.draw(SHAPE)));
    expect(resized.steps(ancestral, SIGMAS).draw(SHAPE)).toEqual(own.draw(SHAPE));
  });

  it('is as ever where the size it is resized from is its own', () => {
    expect(pictureNoise({ ...plain, seedResizeWidth: 96, seedResizeHeight: 64 }, SHAPE, 8).first).toEqual(
      pictureNoise(plain, SHAPE, 8).first,
    );
  });

  it('goes on from the seed and the delta where one is asked for, but for a Brownian tree', () => {
    const moved = pictureNoise({ ...plain, ensd: 31337 }, SHAPE, 8);
    expect(moved.first).toEqual(philoxNoise(7).draw(SHAPE));
    expect(moved.steps(ancestral, SIGMAS).draw(SHAPE)).toEqual(philoxNoise(7 + 31337).draw(SHAPE));
    const sde = findSampler('dpmpp-sde');
    const tree = (ensd: number) =>
      pictureNoise({ ...plain, ensd }, SHAPE, 8)
        .steps(sde, SIGMAS)
        .draw(SHAPE, sigma(10), sigma(1));
    expect(tree(31337)).toEqual(tree(0));
  });
});
