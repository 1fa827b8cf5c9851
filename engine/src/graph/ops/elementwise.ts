/** Operators that work element by element. */
import { dataTypeOf } from '../onnx.ts';
import { describeType, type Dim, type Dtype, type Shape } from '../types.ts';
import { graphError, node, type Value } from '../value.ts';

/** Shape of `a` combined with `b` under ONNX broadcasting: equal extents, or 1, aligned at the end. */
function broadcast(operator: string, a: Value, b: Value): Shape {
  if (a.dtype !== b.dtype) throw graphError(operator, 'the element types differ', [a, b]);
  const rank = Math.max(a.shape.length, b.shape.length);
  const extent = (shape: Shape, axis: number): Dim => shape[axis - (rank - shape.length)] ?? 1;
  return Array.from({ length: rank }, (_, axis) => {
    const p = extent(a.shape, axis);
    const q = extent(b.shape, axis);
    if (p === q || q === 1) return p;
    if (p === 1) return q;
    throw graphError(operator, `the shapes do not go together at axis ${axis}`, [a, b]);
  });
}

const binary =
  (operator: string) =>
  (a: Value, b: Value): Value =>
    node(operator, [a, b], [{ dtype: a.dtype, shape: broadcast(operator, a, b) }])[0];

/** a + b, with broadcasting. */
export const add = binary('Add');
/** a * b, with broadcasting. */
export const mul = binary('Mul');
/** a - b, with broadcasting. */
export const sub = binary('Sub');
/** a / b, with broadcasting. */
export const div = binary('Div');
/** The smaller, the larger of both, with broadcasting. */
export const smaller = binary('Min');
export const larger = binary('Max');
/** Whether both hold, with broadcasting. */
export const and = binary('And');
/** The rest of a / b, with the sign of b; whole numbers, with broadcasting. */
export const modulo = binary('Mod');

/**
 * x + y where y is either of x's shape or has extent 1 in every axis, which is known only when running. The result
 * has x's shape.
 */
export function addOptional(x: Value, y: Value): Value {
  if (x.dtype !== y.dtype || x.shape.length !== y.shape.length) throw graphError('Add', 'type or rank differ', [x, y]);
  return node('Add', [x, y], [{ dtype: x.dtype, shape: x.shape }])[0];
}

const requireFloat = (operator: string, x: Value): void => {
  if (x.dtype !== 'f32' && x.dtype !== 'f16') throw graphError(operator, 'needs floating point', [x]);
};

const unary =
  (operator: string) =>
  (x: Value): Value => {
    requireFloat(operator, x);
    return node(operator, [x], [{ dtype: x.dtype, shape: x.shape }])[0];
  };

export const sin = unary('Sin');
export const cos = unary('Cos');
export const tanh = unary('Tanh');
export const relu = unary('Relu');
export const sigmoid = unary('Sigmoid');
export const elu = unary('Elu');
export const selu = unary('Selu');
export const leakyRelu = unary('LeakyRelu');
export const hardSwish = unary('HardSwish');
export const softplus = unary('Softplus');
export const softsign = unary('Softsign');
/** Exact (erf) gelu. */
export const gelu = unary('Gelu');

/** 1 / sqrt(x). */
export const reciprocalRoot = (x: Value): Value => unary('Reciprocal')(unary('Sqrt')(x));

/** x * sigmoid(alpha x), in one pass over the numbers. */
function swish(x: Value, alpha: number): Value {
  requireFloat('QuickGelu', x);
  return node('QuickGelu', [x], [{ dtype: x.dtype, shape: x.shape }], {
    domain: 'com.microsoft',
    attributes: { alpha: { float: alpha } },
  })[0];
}

/** x * sigmoid(x). */
export const silu = (x: Value): Value => swish(x, 1);

/** x * sigmoid(1.702 x), the gelu that CLIP-L was trained with. */
export const quickGelu = (x: Value): Value => swish(x, 1.702);

/** Converts the element type; returns `x` itself where there is nothing to do. */
export function cast(x: Value, dtype: Dtype): Value {
  if (x.dtype === dtype) return x;
  if (x.dtype === 'bool' || dtype === 'bool')
    throw graphError('Cast', `from or to bool, wanted ${describeType(dtype, x.shape)}`, [x]);
  return node('Cast', [x], [{ dtype, shape: x.shape }], { attributes: { to: { int: dataTypeOf(dtype) } } })[0];
}
