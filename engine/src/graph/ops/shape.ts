/** Operators that rearrange: shapes, order, parts and sizes. Values inside do not change. */
import { divide, multiply, sameShape, sum } from '../dims.ts';
import type { Dim, Shape } from '../types.ts';
import { constant, graphError, node, type Value } from '../value.ts';

const axisOf = (operator: string, x: Value, axis: number): number => {
  const index = axis < 0 ? x.shape.length + axis : axis;
  if (index < 0 || index >= x.shape.length) throw graphError(operator, `there is no axis ${axis}`, [x]);
  return index;
};

/**
 * Same elements in row-major order under another shape.
 *
 * @param target extents; 0 keeps x's extent at that axis, one -1 takes what is left
 */
export function reshape(x: Value, target: readonly number[]): Value {
  let restAxis = -1;
  const shape: Dim[] = target.map((extent, axis) => {
    if (extent > 0) return extent;
    if (extent === 0) {
      const kept = x.shape[axis];
      if (kept === undefined) throw graphError('Reshape', `no axis ${axis} to keep for [${target.join(', ')}]`, [x]);
      return kept;
    }
    if (restAxis >= 0) throw graphError('Reshape', `[${target.join(', ')}] leaves two extents open`, [x]);
    restAxis = axis;
    return 1;
  });
  const rest = divide(multiply(x.shape), multiply(shape));
  if (rest === null || (restAxis < 0 && rest !== 1))
    throw graphError('Reshape', `cannot become [${target.join(', ')}]`, [x]);
  if (restAxis >= 0) shape[restAxis] = rest;
  return node('Reshape', [x, constant(target, 'i64')], [{ dtype: x.dtype, shape }])[0];
}

/** Same elements in row-major order under the shape that `like` has when running. */
export function reshapeLike(x: Value, like: Value): Value {
  if (multiply(x.shape) !== multiply(like.shape))
    throw graphError('Reshape', 'the numbers of elements differ', [x, like]);
  return node('Reshape', [x, shapeOf(like)], [{ dtype: x.dtype, shape: like.shape }])[0];
}

/** Extents when running: i64 [rank], or [end - start] of them. */
export function shapeOf(x: Value, start = 0, end = x.shape.length): Value {
  return node('Shape', [x], [{ dtype: 'i64', shape: [end - start] }], {
    attributes: { start: { int: start }, end: { int: end } },
  })[0];
}

/** Axis i of the result is axis order[i] of x. */
export function transpose(x: Value, order: readonly number[]): Value {
  const isPermutation =
    order.length === x.shape.length && order.toSorted((a, b) => a - b).every((axis, i) => axis === i);
  if (!isPermutation) throw graphError('Transpose', `[${order.join(', ')}] is no order of its axes`, [x]);
  const shape = order.map((axis) => x.shape[axis] as Dim);
  return node('Transpose', [x], [{ dtype: x.dtype, shape }], { attributes: { perm: { ints: order } } })[0];
}

/** One behind the other along an axis; all other extents must agree. */
export function concat(parts: readonly [Value, ...Value[]], axis: number): Value {
  const [first] = parts;
  const at = axisOf('Concat', first, axis);
  const without = (shape: Shape): Shape => shape.filter((_, i) => i !== at);
  for (const part of parts) {
    if (
      part.dtype !== first.dtype ||
      part.shape.length !== first.shape.length ||
      !sameShape(without(part.shape), without(first.shape))
    ) {
      throw graphError('Concat', `they differ beside axis ${at}`, [...parts]);
    }
  }
  const shape = first.shape.map((dim, i) => (i === at ? sum(parts.map((part) => part.shape[at] as Dim)) : dim));
  return node('Concat', parts, [{ dtype: first.dtype, shape }], { attributes: { axis: { int: at } } })[0];
}

/** The entry `index` along an axis, which stays with extent 1. */
export function cut(x: Value, axis: number, index: number): Value {
  const at = axisOf('Slice', x, axis);
  const shape = x.shape.map((dim, i) => (i === at ? 1 : dim));
  const ends = [index, index + 1, at].map((each) => constant([each], 'i64'));
  return node('Slice', [x, ...ends], [{ dtype: x.dtype, shape }])[0];
}

/** `count` entries along an axis, beginning with number `start`. */
export function cutRange(x: Value, axis: number, start: number, count: number): Value {
  const at = axisOf('Slice', x, axis);
  const extent = x.shape[at];
  if (typeof extent === 'number' && (start < 0 || start + count > extent))
    throw graphError('Slice', `axis ${at} has no entries ${start} to ${start + count - 1}`, [x]);
  const shape = x.shape.map((dim, i) => (i === at ? count : dim));
  const ends = [start, start + count, at].map((each) => constant([each], 'i64'));
  return node('Slice', [x, ...ends], [{ dtype: x.dtype, shape }])[0];
}

/** Two halves along an axis of known, even extent. */
export function halves(x: Value, axis: number): readonly [Value, Value] {
  const at = axisOf('Split', x, axis);
  const extent = x.shape[at];
  if (typeof extent !== 'number' || extent % 2 !== 0)
    throw graphError('Split', `axis ${at} has no known even extent`, [x]);
  const half = { dtype: x.dtype, shape: x.shape.map((dim, i) => (i === at ? extent / 2 : dim)) };
  return node('Split', [x], [half, half], { attributes: { axis: { int: at }, num_outputs: { int: 2 } } });
}

/** Zeros around the two last axes of [n, c, h, w]. */
export function pad2d(
  x: Value,
  { top = 0, left = 0, bottom = 0, right = 0 }: { top?: number; left?: number; bottom?: number; right?: number },
): Value {
  const [n, c, h, w] = x.shape;
  if (n === undefined || c === undefined || h === undefined || w === undefined || x.shape.length !== 4)
    throw graphError('Pad', 'needs four axes', [x]);
  const shape = [n, c, sum([h, top + bottom]), sum([w, left + right])];
  return node('Pad', [x, constant([0, 0, top, left, 0, 0, bottom, right], 'i64')], [{ dtype: x.dtype, shape }])[0];
}

/** Every cell of [n, c, h, w] doubled along h and w. */
export function doubleNearest(x: Value): Value {
  const [n, c, h, w] = x.shape;
  if (n === undefined || c === undefined || h === undefined || w === undefined || x.shape.length !== 4)
    throw graphError('Resize', 'needs four axes', [x]);
  const shape = [n, c, multiply([2, h]), multiply([2, w])];
  return node('Resize', [x, null, constant([1, 1, 2, 2])], [{ dtype: x.dtype, shape }], { attributes: NEAREST })[0];
}

/** [n, c, h, w] brought to the height and width of `like` by repeating cells. */
export function nearestLike(x: Value, like: Value): Value {
  const [n, c] = x.shape;
  const [, , h, w] = like.shape;
  if (n === undefined || c === undefined || h === undefined || w === undefined || x.shape.length !== 4)
    throw graphError('Resize', 'needs four axes', [x, like]);
  const sizes = concat([shapeOf(x, 0, 2), shapeOf(like, 2, 4)], 0);
  return node('Resize', [x, null, null, sizes], [{ dtype: x.dtype, shape: [n, c, h, w] }], { attributes: NEAREST })[0];
}

const NEAREST = {
  mode: { text: 'nearest' },
  coordinate_transformation_mode: { text: 'asymmetric' },
  nearest_mode: { text: 'floor' },
} as const;

/** Rows of a table: table [k, ...] by i64 indices [...]; result [...indices, ...]. */
export function gather(table: Value, indices: Value): Value {
  if (indices.dtype !== 'i64' && indices.dtype !== 'i32')
    throw graphError('Gather', 'indices must be integers', [table, indices]);
  if (table.shape.length === 0) throw graphError('Gather', 'the table has no rows', [table, indices]);
  const shape = [...indices.shape, ...table.shape.slice(1)];
  return node('Gather', [table, indices], [{ dtype: table.dtype, shape }], { attributes: { axis: { int: 0 } } })[0];
}

/** From each row of x [n, t, ...] the entry at positions [n, 1] along t; result [n, ...]. */
export function pick(x: Value, positions: Value): Value {
  const [n, , ...rest] = x.shape;
  if (n === undefined || positions.dtype !== 'i64' || !sameShape(positions.shape, [n, 1])) {
    throw graphError('GatherND', 'needs x [n, t, ...] and i64 positions [n, 1]', [x, positions]);
  }
  return node('GatherND', [x, positions], [{ dtype: x.dtype, shape: [n, ...rest] }], {
    attributes: { batch_dims: { int: 1 } },
  })[0];
}
