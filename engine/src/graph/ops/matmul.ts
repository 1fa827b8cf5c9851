/** Matrices by matrices that both are activations; with weights see `network.ts`. */
import { node, graphError, type Value } from '../value.ts';

/** [..., a, b] · [..., b, c]: [..., a, c]. The second may have fewer leading axes. */
export function matmul(x: Value, y: Value): Value {
  const b = x.shape.at(-1);
  if (b === undefined || y.shape.length < 2 || y.shape.at(-2) !== b || x.dtype !== y.dtype)
    throw graphError('MatMul', 'the inner extents differ', [x, y]);
  const shape = [...x.shape.slice(0, -1), y.shape.at(-1) as number | string];
  return node('MatMul', [x, y], [{ dtype: x.dtype, shape }])[0];
}
