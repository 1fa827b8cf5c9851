import { describe, expect, it } from 'vitest';

import { runGraph } from '../../../test/support/run-graph.ts';
import { constant, input } from '../value.ts';
import { add, cast } from './elementwise.ts';
import {
  concat,
  doubleNearest,
  gather,
  halves,
  nearestLike,
  pad2d,
  pick,
  reshape,
  reshapeLike,
  shapeOf,
  transpose,
} from './shape.ts';

const counting = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => i);
const feed = (shape: readonly number[]) => ({ data: counting(shape.reduce((a, b) => a * b, 1)), shape });

describe('operators that rearrange', () => {
  it('transposes and reshapes back to the shape of another', async () => {
    const x = input('x', 'f32', ['n', 2, 'h', 'w']);
    const tokens = transpose(reshape(x, [0, 2, -1]), [0, 2, 1]);
    const out = await runGraph({ x }, tokens, { x: feed([1, 2, 1, 3]) });
    expect(out).toEqual({ data: [0, 3, 1, 4, 2, 5], shape: [1, 3, 2] });
    const back = await runGraph({ x }, reshapeLike(transpose(tokens, [0, 2, 1]), x), { x: feed([1, 2, 1, 3]) });
    expect(back).toEqual({ data: [...counting(6)], shape: [1, 2, 1, 3] });
  });

  it('concatenates, splits in halves, and tells shapes', async () => {
    const x = input('x', 'f32', ['n', 4]);
    const [left, right] = halves(x, -1);
    const swapped = await runGraph({ x }, concat([right, left], 1), { x: feed([2, 4]) });
    expect(swapped.data).toEqual([2, 3, 0, 1, 6, 7, 4, 5]);
    const shape = await runGraph({ x }, cast(shapeOf(x, 0, 1), 'f32'), { x: feed([2, 4]) });
    expect(shape).toEqual({ data: [2], shape: [1] });
  });

  it('pads below and at the right', async () => {
    const x = input('x', 'f32', ['n', 1, 'h', 'w']);
    const out = await runGraph({ x }, pad2d(x, { bottom: 1, right: 1 }), { x: feed([1, 1, 2, 2]) });
    expect(out).toEqual({ data: [0, 1, 0, 2, 3, 0, 0, 0, 0], shape: [1, 1, 3, 3] });
  });

  it('repeats cells to double a picture', async () => {
    const x = input('x', 'f32', ['n', 1, 'h', 'w']);
    const out = await runGraph({ x }, doubleNearest(x), { x: feed([1, 1, 1, 2]) });
    expect(out).toEqual({ data: [0, 0, 1, 1, 0, 0, 1, 1], shape: [1, 1, 2, 4] });
  });

  it.each([
    [3, 5],
    [3, 6],
    [7, 13],
    [2, 3],
  ])('repeats %i cells to %i as doubling and cutting off would', async (small, large) => {
    const x = input('x', 'f32', ['n', 1, 'h', 'w']);
    const like = input('like', 'f32', ['n', 2, 'H', 'W']);
    const out = await runGraph({ x, like }, nearestLike(x, like), {
      x: feed([1, 1, small, 1]),
      like: feed([1, 2, large, 1]),
    });
    expect(out.data).toEqual(Array.from({ length: large }, (_, i) => Math.floor(i / 2)));
  });

  it('looks rows up in a table and picks one per batch row', async () => {
    const ids = input('ids', 'i64', ['n', 3]);
    const at = input('at', 'i64', ['n', 1]);
    const rows = gather(constant([0, 1, 10, 11, 20, 21], 'f32', [3, 2]), ids);
    const feeds = {
      ids: { data: BigInt64Array.of(2n, 0n, 1n, 1n, 1n, 2n), shape: [2, 3] },
      at: { data: BigInt64Array.of(0n, 2n), shape: [2, 1] },
    };
    const out = await runGraph({ ids, at }, add(pick(rows, at), constant([0.5])), feeds);
    expect(out).toEqual({ data: [20.5, 21.5, 20.5, 21.5], shape: [2, 2] });
  });
});
