import { describe, expect, it } from 'vitest';

import { DEFAULT_EMPHASIS, EMPHASES, emphasise, type Emphasis } from './emphasis.ts';

const way = (id: string): Emphasis => EMPHASES.find((each) => each.id === id) as Emphasis;
/** Two tokens of width 2. */
const hidden = { data: Float32Array.of(1, 2, 3, 4), shape: [1, 2, 2] };
const read = (emphasis: Emphasis, weights: number[][], empty: number[] | null = null): number[] =>
  Array.from(
    emphasise(hidden, weights, emphasis, empty && { data: Float32Array.from(empty), shape: [1, 2, 2] }).data,
    (value) => Number(value.toFixed(6)),
  );

describe('weights on what an encoder gives', () => {
  it('multiply and keep the mean of the chunk', () => {
    // 2, 4, 3, 4 has a mean of 3.25; before it was 2.5.
    expect(read(DEFAULT_EMPHASIS, [[2, 1]])).toEqual([1.538462, 3.076923, 2.307692, 3.076923]);
  });

  it('multiply only', () => {
    expect(read(way('no-norm'), [[2, 1]])).toEqual([2, 4, 3, 4]);
  });

  it('lead away from the encoding of nothing', () => {
    expect(read(way('comfy'), [[2, 0]], [0, 1, 1, 1])).toEqual([2, 3, 1, 1]);
  });

  it('lead towards the text without a weak part, the more the weaker it is', () => {
    const { factorWithout } = way('compel');
    expect([1, 0.5, 0.25].map((weight) => Number(factorWithout?.(weight).toFixed(6)))).toEqual([0, 1, 2.414214]);
    for (const weight of [0, -1]) expect(factorWithout?.(weight)).toBeGreaterThan(10_000);
    expect(read(way('compel'), [[2, 0]], [0, 1, 1, 1])).toEqual([2, 3, 1, 1]);
  });

  it('mean nothing where they are ignored or words', () => {
    for (const id of ['ignore', 'none']) expect(read(way(id), [[2, 1]])).toEqual([1, 2, 3, 4]);
  });

  it('leave chunks alone in which all weights are 1, to the last bit', () => {
    expect(emphasise(hidden, [[1, 1]], DEFAULT_EMPHASIS, null)).toBe(hidden);
    const two = { data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), shape: [2, 2, 2] };
    const made = emphasise(
      two,
      [
        [1, 1],
        [2, 2],
      ],
      way('no-norm'),
      null,
    );
    expect([...made.data]).toEqual([1, 2, 3, 4, 10, 12, 14, 16]);
  });

  it('do not divide by a mean of nothing', () => {
    expect(read(DEFAULT_EMPHASIS, [[0, 0]])).toEqual([0, 0, 0, 0]);
  });
});
