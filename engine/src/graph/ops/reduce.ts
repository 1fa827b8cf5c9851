/** Operators that make one number of many along axes, or order them. */
import type { Dim } from '../types.ts';
import { constant, graphError, node, type Value } from '../value.ts';

const axisOf = (operator: string, x: Value, axis: number): number => {
  const at = axis < 0 ? x.shape.length + axis : axis;
  if (at < 0 || at >= x.shape.length) throw graphError(operator, `there is no axis ${axis}`, [x]);
  return at;
};

const reduction =
  (operator: string) =>
  (x: Value, axes: readonly number[]): Value => {
    const along = axes.map((axis) => axisOf(operator, x, axis));
    const shape = x.shape.map((dim, i) => (along.includes(i) ? 1 : dim));
    return node(operator, [x, constant(along, 'i64')], [{ dtype: x.dtype, shape }])[0];
  };

/** Along the axes, which stay with extent 1. */
export const reduceMean = reduction('ReduceMean');
export const reduceMax = reduction('ReduceMax');
export const reduceMin = reduction('ReduceMin');
/** Root of the sum of squares. */
export const reduceNorm = reduction('ReduceL2');

/** Where the largest number of the last axis lies, the first of equals: [..., m] to i64 [...]. */
export function argMax(x: Value): Value {
  return node('ArgMax', [x], [{ dtype: 'i64', shape: x.shape.slice(0, -1) }], {
    attributes: { axis: { int: -1 }, keepdims: { int: 0 } },
  })[0];
}

/** The order that sorts [n, m] along m from the largest down: i64 [n, m]. */
export function orderDown(x: Value): Value {
  const [n, m] = x.shape as readonly [Dim, Dim];
  if (x.shape.length !== 2) throw graphError('TopK', 'needs [n, m]', [x]);
  const all = node('Shape', [x], [{ dtype: 'i64', shape: [1] }], {
    attributes: { start: { int: 1 }, end: { int: 2 } },
  });
  const shape = [n, m];
  return node(
    'TopK',
    [x, all[0]],
    [
      { dtype: x.dtype, shape },
      { dtype: 'i64', shape },
    ],
  )[1];
}
