/** Operators that pick by condition or by number, and put back. */
import { sameShape } from '../dims.ts';
import type { Dim } from '../types.ts';
import { constant, graphError, node, type Value } from '../value.ts';

const comparison =
  (operator: string) =>
  (a: Value, b: Value): Value => {
    if (a.dtype !== b.dtype || b.shape.length > a.shape.length) throw graphError(operator, 'cannot compare', [a, b]);
    return node(operator, [a, b], [{ dtype: 'bool', shape: a.shape }])[0];
  };

/** a > b, where b is one number or of a's shape. */
export const greater = comparison('Greater');
/** a = b, likewise. */
export const equal = comparison('Equal');

export const not = (x: Value): Value => node('Not', [x], [{ dtype: 'bool', shape: x.shape }])[0];

/**
 * `yes` where the condition holds, `no` elsewhere: the very bits of the one or the other.
 *
 * @param condition bool, of the rank of both; its extents are theirs or 1 when running
 */
export function where(condition: Value, yes: Value, no: Value): Value {
  const fits = yes.dtype === no.dtype && sameShape(yes.shape, no.shape) && condition.shape.length === no.shape.length;
  if (!fits || condition.dtype !== 'bool') throw graphError('Where', 'the parts do not fit', [condition, yes, no]);
  return node('Where', [condition, yes, no], [{ dtype: no.dtype, shape: no.shape }])[0];
}

/** 0, 1, .. as many as `x` is long along an axis: i64 [m]. */
export function countAlong(x: Value, axis: number): Value {
  const extent = node('Shape', [x], [{ dtype: 'i64', shape: [1] }], {
    attributes: { start: { int: axis }, end: { int: axis + 1 } },
  })[0];
  const scalar = node('Squeeze', [extent], [{ dtype: 'i64', shape: [] }])[0];
  const [zero, one] = [constant([0], 'i64', []), constant([1], 'i64', [])];
  return node('Range', [zero, scalar, one], [{ dtype: 'i64', shape: [x.shape[axis] as Dim] }])[0];
}

/** Where bool [m] holds: i64 [k]. @param count name of k, which is known only when running */
export function positionsOf(mask: Value, count: string): Value {
  if (mask.dtype !== 'bool' || mask.shape.length !== 1) throw graphError('NonZero', 'needs bool [m]', [mask]);
  const found = node('NonZero', [mask], [{ dtype: 'i64', shape: [1, count] }])[0];
  return node('Squeeze', [found, constant([0], 'i64')], [{ dtype: 'i64', shape: [count] }])[0];
}

/** The entries of x [n, m, ...] at positions [k], the same for every n: [n, k, ...]. */
export function takeAll(x: Value, positions: Value): Value {
  const [n, , ...rest] = x.shape as readonly [Dim, Dim, ...Dim[]];
  const shape = [n, positions.shape[0] as Dim, ...rest];
  return node('Gather', [x, positions], [{ dtype: x.dtype, shape }], { attributes: { axis: { int: 1 } } })[0];
}

/** The entries of x [n, m, ...] at positions [n, k], each row its own: [n, k, ...]. */
export function takeEach(x: Value, positions: Value): Value {
  const [n, , ...rest] = x.shape as readonly [Dim, Dim, ...Dim[]];
  const k = positions.shape[1] as Dim;
  if (positions.shape.length !== 2 || positions.dtype !== 'i64')
    throw graphError('GatherND', 'needs i64 positions [n, k]', [x, positions]);
  return node('GatherND', [x, asIndices(positions)], [{ dtype: x.dtype, shape: [n, k, ...rest] }], {
    attributes: { batch_dims: { int: 1 } },
  })[0];
}

/** [n, k] to [n, k, 1]. */
function asIndices(positions: Value): Value {
  const [n, k] = positions.shape as readonly [Dim, Dim];
  return node('Unsqueeze', [positions, constant([-1], 'i64')], [{ dtype: 'i64', shape: [n, k, 1] }])[0];
}

/** x [n, m] with `updates` [n, k] written over it at `positions` [n, k]. */
export function putEach(x: Value, positions: Value, updates: Value): Value {
  return node('ScatterElements', [x, positions, updates], [{ dtype: x.dtype, shape: x.shape }], {
    attributes: { axis: { int: 1 } },
  })[0];
}

/** x [n, m, d] with every row of `updates` [n, k, d] added at its place of `positions` [n, k]. */
export function addEach(x: Value, positions: Value, updates: Value): Value {
  const like = node('Shape', [updates], [{ dtype: 'i64', shape: [3] }])[0];
  const indices = node('Expand', [asIndices(positions), like], [{ dtype: 'i64', shape: updates.shape }])[0];
  return node('ScatterElements', [x, indices, updates], [{ dtype: x.dtype, shape: x.shape }], {
    attributes: { axis: { int: 1 }, reduction: { text: 'add' } },
  })[0];
}

/**
 * [n, m, ...] cut in two along m, after its first `count` entries.
 *
 * @param count i64 [1], within 0 .. m when running
 * @param names of the two extents, which are known only then
 */
export function splitAfter(x: Value, count: Value, names: readonly [string, string]): readonly [Value, Value] {
  const [n, , ...rest] = x.shape as readonly [Dim, Dim, ...Dim[]];
  const axis = constant([1], 'i64');
  const part = (from: Value, to: Value, name: string): Value =>
    node('Slice', [x, from, to, axis], [{ dtype: x.dtype, shape: [n, name, ...rest] }])[0];
  const end = constant([Number.MAX_SAFE_INTEGER], 'i64');
  return [part(constant([0], 'i64'), count, names[0]), part(count, end, names[1])];
}

/** A 1 for every one of [n, m, d]: f32 [n, m, 1]. */
export function onesFor(x: Value): Value {
  const [n, m] = x.shape as readonly [Dim, Dim];
  const extents = node('Shape', [x], [{ dtype: 'i64', shape: [2] }], {
    attributes: { start: { int: 0 }, end: { int: 2 } },
  })[0];
  const shape = node('Concat', [extents, constant([1], 'i64')], [{ dtype: 'i64', shape: [3] }], {
    attributes: { axis: { int: 0 } },
  })[0];
  return node('Expand', [constant([1]), shape], [{ dtype: 'f32', shape: [n, m, 1] }])[0];
}

/** Values repeated for every n of `like` [n, ...]: [m] to [n, m]. */
export function forEach(values: Value, like: Value): Value {
  const [n] = like.shape as readonly [Dim];
  const [m] = values.shape as readonly [Dim];
  const count = node('Shape', [like], [{ dtype: 'i64', shape: [1] }], {
    attributes: { start: { int: 0 }, end: { int: 1 } },
  })[0];
  const shape = node('Concat', [count, constant([1], 'i64')], [{ dtype: 'i64', shape: [2] }], {
    attributes: { axis: { int: 0 } },
  })[0];
  return node('Expand', [values, shape], [{ dtype: values.dtype, shape: [n, m] }])[0];
}
