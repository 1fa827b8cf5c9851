import { describe, expect, it } from 'vitest';

import { philoxNoise } from './philox.ts';
import type { Tensor } from './tensor.ts';
import { mixNoise, pasteCentre } from './variation.ts';

const SHAPE = [4, 6, 5];
const low = philoxNoise(1).draw(SHAPE);
const high = philoxNoise(2).draw(SHAPE);
const distance = (a: Tensor, b: Tensor): number =>
  Math.max(...a.data.map((value, i) => Math.abs(value - (b.data[i] as number))));

describe('mixNoise', () => {
  it('is one noise at strength 0 and the other at 1', () => {
    expect(distance(mixNoise(0, low, high), low)).toBeLessThan(1e-6);
    expect(distance(mixNoise(1, low, high), high)).toBeLessThan(1e-6);
  });

  it('keeps the strength of the noise half way, where a plain average would halve its variance', () => {
    const large = [4, 64, 64];
    const half = mixNoise(0.5, philoxNoise(3).draw(large), philoxNoise(4).draw(large));
    const variance = half.data.reduce((sum, value) => sum + value * value, 0) / half.data.length;
    expect(variance).toBeGreaterThan(0.95);
  });

  it('survives a variation seed that is the seed', () => {
    expect(distance(mixNoise(0.4, low, low), low)).toBeLessThan(1e-6);
  });
});

describe('pasteCentre', () => {
  const at = ({ data, shape }: Tensor, c: number, y: number, x: number): number =>
    data[(c * (shape[1] as number) + y) * (shape[2] as number) + x] as number;

  it('lays smaller noise over the middle', () => {
    const large = philoxNoise(2).draw([4, 10, 9]);
    const out = pasteCentre(low, large);
    expect(at(out, 3, 2, 2)).toBe(at(low, 3, 0, 0));
    expect(at(out, 3, 1, 2)).toBe(at(large, 3, 1, 2));
  });

  it('cuts larger noise on both sides', () => {
    expect(at(pasteCentre(low, philoxNoise(2).draw([4, 4, 3])), 2, 0, 0)).toBe(at(low, 2, 1, 1));
  });

  it('takes the place of all when the sizes agree', () => {
    expect(pasteCentre(low, high)).toEqual(low);
  });
});
