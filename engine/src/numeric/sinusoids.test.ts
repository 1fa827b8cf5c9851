import { describe, expect, it } from 'vitest';

import { embedGuidance, embedNumbers, waveFrequencies } from './sinusoids.ts';

describe('numbers as waves', () => {
  it('begin with the cosines of each number, then its sines', () => {
    const { data, shape } = embedNumbers([[0, 1]], 4);
    expect(shape).toEqual([1, 8]);
    const [cos, slow, sin, slowly] = [Math.cos(1), Math.cos(0.01), Math.sin(1), Math.sin(0.01)];
    [1, 1, 0, 0, cos, slow, sin, slowly].forEach((value, i) => expect(data[i]).toBeCloseTo(value, 6));
  });

  it('keep the rows apart', () => {
    const both = embedNumbers([[3], [5]], 6);
    expect([...both.data.subarray(6)]).toEqual([...embedNumbers([[5]], 6).data]);
  });

  it('fall from 1 by equal factors and never reach the longest period', () => {
    const frequencies = waveFrequencies(128);
    expect(frequencies[0]).toBe(1);
    expect(frequencies[64]).toBeCloseTo(0.01, 6);
    expect(frequencies[127]).toBeGreaterThan(1 / 10_000);
  });
});

describe('guidance as waves', () => {
  it('is counted from 1 in thousandths, sines before cosines, the last wave 10000 times as long', () => {
    const { data, shape } = embedGuidance(3, 8);
    expect(shape).toEqual([1, 8]);
    const angles = [0, 1, 2, 3].map((i) => 2000 / 10_000 ** (i / 3));
    // float32 angles of 2000 have steps of 1e-4.
    for (const [i, angle] of angles.entries()) {
      expect(data[i]).toBeCloseTo(Math.sin(angle), 3);
      expect(data[4 + i]).toBeCloseTo(Math.cos(angle), 3);
    }
  });

  it('of 1, which is none, is the same at every wave', () => {
    expect([...embedGuidance(1, 4).data]).toEqual([0, 0, 1, 1]);
  });
});
