import { describe, expect, it } from 'vitest';

import { BrownianTree, brownianNoise } from './brownian.ts';
import { philoxNoise } from './philox.ts';
import { sigma } from './sigma.ts';
import { combine, type Tensor } from './tensor.ts';

const SHAPE = [4, 32, 32];
const variance = ({ data }: Tensor): number => data.reduce((sum, value) => sum + value * value, 0) / data.length;
const distance = (a: Tensor, b: Tensor): number =>
  Math.max(...a.data.map((value, i) => Math.abs(value - (b.data[i] as number))));

describe('a Brownian tree', () => {
  const tree = (): BrownianTree => new BrownianTree(42, 0.03, 14.6, SHAPE, philoxNoise);

  it('has increments whose variance is their length', () => {
    for (const [from, to] of [
      [0.03, 14.6],
      [1, 1.5],
      [3.3, 9],
    ] as const) {
      expect(variance(tree().increment(from, to)) / (to - from)).toBeCloseTo(1, 1);
    }
  });

  it('gives an increment as the sum of its parts, whatever was asked before', () => {
    const asked = tree();
    const parts = combine(1, asked.increment(5, 7.25), 1, asked.increment(2, 5));
    expect(distance(parts, tree().increment(2, 7.25))).toBeLessThan(1e-5);
  });

  it('takes times outside its interval for its ends', () => {
    expect(tree().increment(0, 99)).toEqual(tree().increment(0.03, 14.6));
  });

  it('answers at once on a grid that cannot be halved further', () => {
    expect(variance(tree().increment(1, 1.000001))).toBeLessThan(1e-4);
  });
});

describe('brownianNoise', () => {
  const sigmas = [14.6, 5, 1, 0].map(sigma);

  it('is unit noise for every step', () => {
    const noise = brownianNoise(1, sigmas, philoxNoise);
    expect(variance(noise.draw(SHAPE, sigma(14.6), sigma(5)))).toBeCloseTo(1, 1);
    expect(variance(noise.draw(SHAPE, sigma(5), sigma(1)))).toBeCloseTo(1, 1);
  });

  it('shares its noise between walks of different length', () => {
    const few = brownianNoise(1, sigmas, philoxNoise).draw(SHAPE, sigma(14.6), sigma(1));
    const many = brownianNoise(1, [14.6, 9, 5, 3, 1, 0].map(sigma), philoxNoise);
    const pieces = combine(
      Math.sqrt(9.6 / 13.6),
      many.draw(SHAPE, sigma(14.6), sigma(5)),
      Math.sqrt(4 / 13.6),
      many.draw(SHAPE, sigma(5), sigma(1)),
    );
    expect(distance(few, pieces)).toBeLessThan(1e-5);
  });

  it('refuses to be asked without levels', () => {
    expect(() => brownianNoise(1, sigmas, philoxNoise).draw(SHAPE)).toThrow('between two noise levels');
  });
});
