import { describe, expect, it } from 'vitest';

import { blendTiles, cutAxis, cutOut, putIn, type Stretch } from './pieces.ts';
import { tensor, zeros } from './tensor.ts';

const counting = (h: number, w: number) =>
  tensor(
    Float32Array.from({ length: 2 * h * w }, (_, i) => i),
    [1, 2, h, w],
  );

describe('pieces of a picture', () => {
  it.each([
    [7, 3, 2, 1],
    [64, 24, 8, 4],
    [16, 100, 8, 1],
  ])('cover %i cells once, in stretches of at most %i with margins of %i', (extent, most, margin, multiple) => {
    const stretches = cutAxis(extent, most, margin, multiple);
    const kept = stretches.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
    expect(kept).toEqual(Array.from({ length: extent }, (_, i) => i));
    for (const { from, to, start, end } of stretches) {
      expect([start, end]).toEqual([Math.max(0, from - margin), Math.min(extent, to + margin)]);
      expect(from % multiple).toBe(0);
    }
  });

  it('come together again to the same picture', () => {
    const whole = counting(7, 9);
    const target = zeros(whole.shape);
    for (const rows of cutAxis(7, 3, 2))
      for (const columns of cutAxis(9, 4, 1)) putIn(target, cutOut(whole, rows, columns), rows, columns, 1);
    expect(target).toEqual(whole);
  });

  it('of a picture that wraps around see beyond its edges, and come together all the same', () => {
    const [rows] = cutAxis(1, 1, 0) as [Stretch];
    const [first, last] = cutAxis(6, 3, 2, 1, true) as [Stretch, Stretch];
    const line = counting(1, 6);
    expect([...cutOut(line, rows, first).data.subarray(0, 7)]).toEqual([4, 5, 0, 1, 2, 3, 4]);
    expect([...cutOut(line, rows, last).data.subarray(0, 7)]).toEqual([1, 2, 3, 4, 5, 0, 1]);
    const whole = counting(7, 9);
    const target = zeros(whole.shape);
    for (const down of cutAxis(7, 3, 2, 1, true))
      for (const across of cutAxis(9, 4, 10, 1, true)) putIn(target, cutOut(whole, down, across), down, across, 1);
    expect(target).toEqual(whole);
  });

  it('may come out larger than they were cut', () => {
    const [rows] = cutAxis(4, 2, 1) as [{ from: number; to: number; start: number; end: number }];
    const target = zeros([1, 1, 8, 2]);
    putIn(
      target,
      tensor(
        Float32Array.from({ length: 12 }, (_, i) => i),
        [1, 1, 6, 2],
      ),
      rows,
      { from: 0, to: 1, start: 0, end: 1 },
      2,
    );
    expect([...target.data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

describe('tiles blended as diffusers does', () => {
  const flat = (value: number) => tensor(new Float32Array(4).fill(value), [1, 1, 1, 4]);

  it('passes from one tile to the next along the overlap', () => {
    const { data, shape } = blendTiles([[flat(0), flat(4)]], 2, 2);
    expect(shape).toEqual([1, 1, 1, 4]);
    expect([...data]).toEqual([0, 0, 0, 2]);
  });
});
