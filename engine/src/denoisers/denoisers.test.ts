import { describe, expect, it } from 'vitest';

import { sigma, timestep } from '../numeric/sigma.ts';
import { makeSigmaTable } from '../numeric/sigma-table.ts';
import { combine, scale, tensor, type Tensor } from '../numeric/tensor.ts';
import { philoxNoise } from '../numeric/philox.ts';
import { denoiseBoth } from './both.ts';
import { epsilonDenoiser } from './epsilon.ts';
import { conditioned, guide, guideBoth } from './guidance.ts';
import { interpolatedTimesteps, listedTimesteps } from './timesteps.ts';
import type { Predict } from './types.ts';
import { vDenoiser } from './v.ts';

const SHAPE = [2, 4, 3, 3];
const clean = philoxNoise(1).draw(SHAPE);
const noise = philoxNoise(2).draw(SHAPE);
const anyTime = () => timestep(0);
const distance = (a: Tensor, b: Tensor): number =>
  Math.max(...a.data.map((value, i) => Math.abs(value - (b.data[i] as number))));

describe.each([0.03, 1, 14.6])('denoisers at sigma %f', (level) => {
  const noisy = combine(1, clean, level, noise);

  it('find the picture when epsilon is predicted without error, from a latent of unit variance', async () => {
    const exact: Predict = async (y) => {
      expect(distance(y, scale(noisy, 1 / Math.hypot(level, 1)))).toBeLessThan(1e-6);
      return noise;
    };
    expect(distance(await epsilonDenoiser(exact, anyTime)(noisy, sigma(level)), clean)).toBeLessThan(1e-5);
  });

  it('find the picture when v is predicted without error', async () => {
    const root = Math.hypot(level, 1);
    const exact: Predict = async () => combine(1 / root, noise, -level / root, clean);
    expect(distance(await vDenoiser(exact, anyTime)(noisy, sigma(level)), clean)).toBeLessThan(1e-5);
  });
});

describe('guide', () => {
  const constant =
    (value: number): Predict =>
    async (y) =>
      tensor(
        y.data.map(() => value),
        y.shape,
      );

  it('goes from the negative prediction through the positive one and beyond', async () => {
    const guided = await guide(constant(3), constant(1), 7.5)(clean, timestep(0));
    expect(guided.data[0]).toBe(1 + 7.5 * 2);
  });

  it('does not run the negative pass at guidance 1', async () => {
    const never: Predict = () => Promise.reject(new Error('ran'));
    expect((await guide(constant(3), never, 1)(clean, timestep(0))).data[0]).toBe(3);
  });

  it('brings the spread of every picture back to that of the positive prediction', async () => {
    const positive: Predict = async () => clean;
    const negative: Predict = async () => noise;
    const spread = (x: Tensor, image: number): number => {
      const part = x.data.subarray(image * 36, image * 36 + 36);
      const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
      return Math.sqrt(part.reduce((sum, value) => sum + (value - mean) ** 2, 0) / part.length);
    };
    const rescaled = await guide(positive, negative, 9, { rescale: 1 })(clean, timestep(0));
    const plain = await guide(positive, negative, 9)(clean, timestep(0));
    for (const image of [0, 1]) {
      expect(spread(rescaled, image)).toBeCloseTo(spread(clean, image), 5);
      expect(spread(plain, image)).toBeGreaterThan(2 * spread(clean, image));
    }
  });

  it('hands each pass its own conditioning', async () => {
    const seen: unknown[] = [];
    const predict = conditioned(
      async (x, _t, conditioning) => {
        seen.push(conditioning['context']);
        return x;
      },
      { context: clean },
    );
    await predict(noise, timestep(3));
    expect(seen).toEqual([clean]);
  });
});

describe('denoiseBoth', () => {
  it('gives the guided and the unconditional picture of one evaluation, at guidance 1 too', async () => {
    let ran = 0;
    const counted =
      (value: Tensor): Predict =>
      async () => {
        ran++;
        return value;
      };
    for (const [make, guidance] of [
      [epsilonDenoiser, 7],
      [vDenoiser, 1],
    ] as const) {
      ran = 0;
      const both = denoiseBoth(make, guideBoth(counted(clean), counted(noise), guidance), anyTime);
      const { denoised, unconditional } = await both(noise, sigma(2));
      expect(ran).toBe(2);
      const alone = (value: Tensor) => make(async () => value, anyTime)(noise, sigma(2));
      expect(unconditional).toEqual(await alone(noise));
      expect(denoised).toEqual(await alone(combine(1 - guidance, noise, guidance, clean)));
    }
  });
});

describe('timesteps', () => {
  it('are fractional between training levels', () => {
    const table = makeSigmaTable();
    const between = Math.sqrt((table.sigmas[500] as number) * (table.sigmas[501] as number));
    expect(interpolatedTimesteps(table)(sigma(between))).toBeCloseTo(500.5, 3);
  });

  it('come from the list where there is one, and nowhere else', () => {
    const timestepOf = listedTimesteps([sigma(14), sigma(1), sigma(0)], [timestep(999), timestep(420)]);
    expect(timestepOf(sigma(1))).toBe(420);
    expect(() => timestepOf(sigma(2))).toThrow('no listed timestep');
  });
});
