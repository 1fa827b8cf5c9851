/** Operators with weights, and the normalisations and attention between them. */
import { slide, sum } from '../dims.ts';
import type { Dim, Shape } from '../types.ts';
import { constant, graphError, node, type Value } from '../value.ts';

const MICROSOFT = 'com.microsoft';

interface ConvolutionOptions {
  readonly stride?: number;
  /** Cells around each side: zeros, or what `wraps` says. */
  readonly padding?: number;
  /** Along which axes the cells around are those of the opposite edge. */
  readonly wraps?: Axes;
}

/** Of a picture. */
export interface Axes {
  /** From left to right. */
  readonly x: boolean;
  /** From top to bottom. */
  readonly y: boolean;
}

export const NO_AXES: Axes = { x: false, y: false };

/**
 * 2D convolution (cross-correlation, as every framework calls it).
 *
 * @param x f32 [n, c, h, w]
 * @param kernel [o, c, kh, kw]
 * @param bias [o]
 */
export function conv2d(
  x: Value,
  kernel: Value,
  bias: Value | null,
  { stride = 1, padding = 0, wraps = NO_AXES }: ConvolutionOptions = {},
): Value {
  const given = bias === null ? [x, kernel] : [x, kernel, bias];
  const [n, c, h, w] = x.shape;
  const [o, inner, kh, kw] = kernel.shape;
  if (x.shape.length !== 4 || kernel.shape.length !== 4)
    throw graphError('Conv', 'needs [n, c, h, w] and [o, c, kh, kw]', given);
  if (given.some(({ dtype }) => dtype !== x.dtype)) throw graphError('Conv', 'the element types differ', given);
  if (inner !== c) throw graphError('Conv', 'the channels differ', given);
  if (typeof kh !== 'number' || typeof kw !== 'number') throw graphError('Conv', 'the kernel size is not known', given);
  if (bias !== null && (bias.shape.length !== 1 || bias.shape[0] !== o))
    throw graphError('Conv', 'the bias does not fit', given);
  const shape = [
    n as Dim,
    o as Dim,
    slide(h as Dim, 2 * padding, kh, stride),
    slide(w as Dim, 2 * padding, kw, stride),
  ];
  const down = wraps.y ? padding : 0;
  const across = wraps.x ? padding : 0;
  const wrapped = down + across === 0 ? x : wrapAround(x, down, across);
  const zeros = [padding - down, padding - across];
  return node('Conv', [wrapped, kernel, bias], [{ dtype: x.dtype, shape }], {
    attributes: {
      kernel_shape: { ints: [kh, kw] },
      strides: { ints: [stride, stride] },
      pads: { ints: [...zeros, ...zeros] },
    },
  })[0];
}

/** [n, c, h, w] with cells of the opposite edge around it. As fast as zeros: within 4 % of a convolution of 320 channels. */
function wrapAround(x: Value, down: number, across: number): Value {
  const [n, c, h, w] = x.shape as readonly [Dim, Dim, Dim, Dim];
  const shape: Shape = [n, c, sum([h, 2 * down]), sum([w, 2 * across])];
  const pads = constant([0, 0, down, across, 0, 0, down, across], 'i64');
  return node('Pad', [x, pads], [{ dtype: x.dtype, shape }], { attributes: { mode: { text: 'wrap' } } })[0];
}

/** x · weightᵀ: [..., i] by [o, i] gives [..., o], the weight as PyTorch stores it. CPU and CUDA only. */
export function matmulTransposed(x: Value, weight: Value): Value {
  const width = x.shape.at(-1);
  const [o, i] = weight.shape;
  if (weight.shape.length !== 2 || o === undefined || i !== width)
    throw graphError('FusedMatMul', 'needs [..., i] and [o, i]', [x, weight]);
  if (x.dtype !== weight.dtype) throw graphError('FusedMatMul', 'the element types differ', [x, weight]);
  return node('FusedMatMul', [x, weight], [{ dtype: x.dtype, shape: [...x.shape.slice(0, -1), o] }], {
    domain: MICROSOFT,
    attributes: { transB: { int: 1 } },
  })[0];
}

/** Over the last axis: (x - mean) / sqrt(variance + epsilon) * weight + bias; weight and bias [d]. */
export function layerNormalization(x: Value, weight: Value, bias: Value, epsilon: number): Value {
  const width = x.shape.at(-1);
  for (const each of [weight, bias]) {
    if (each.shape.length !== 1 || each.shape[0] !== width)
      throw graphError('LayerNormalization', 'weight or bias do not fit', [x, weight, bias]);
  }
  return node('LayerNormalization', [x, weight, bias], [{ dtype: x.dtype, shape: x.shape }], {
    attributes: { axis: { int: -1 }, epsilon: { float: epsilon } },
  })[0];
}

/** Mean along the last axis; [..., m] to [..., 1]. */
export function meanLast(x: Value): Value {
  return node('ReduceMean', [x, constant([-1], 'i64')], [{ dtype: x.dtype, shape: [...x.shape.slice(0, -1), 1] }])[0];
}

/** Over the last axis, so that it adds up to 1. */
export function softmax(x: Value): Value {
  if (x.dtype !== 'f32' && x.dtype !== 'f16') throw graphError('Softmax', 'needs floating point', [x]);
  return node('Softmax', [x], [{ dtype: x.dtype, shape: x.shape }], { attributes: { axis: { int: -1 } } })[0];
}

/** Each [n, c] slice of [n, c, ...] to mean 0 and variance 1, times scale [c] plus bias [c]. */
export function instanceNormalization(x: Value, scale: Value, bias: Value, epsilon: number): Value {
  const channels = x.shape[1];
  for (const each of [scale, bias]) {
    if (each.shape.length !== 1 || each.shape[0] !== channels)
      throw graphError('InstanceNormalization', 'scale or bias do not fit', [x, scale, bias]);
  }
  return node('InstanceNormalization', [x, scale, bias], [{ dtype: x.dtype, shape: x.shape }], {
    attributes: { epsilon: { float: epsilon } },
  })[0];
}

/**
 * softmax(q · kᵀ / sqrt(head size)) · v, head by head; heads lie side by side along the width.
 *
 * @param q [n, t, heads * size]
 * @param k [n, s, heads * size]
 * @param v like k
 * @param causal a token sees itself and those before it only; needs t = s
 * @param bias added to the scores, [n, 1, t, s]; null = nothing
 */
export function multiHeadAttention(
  q: Value,
  k: Value,
  v: Value,
  heads: number,
  causal = false,
  bias: Value | null = null,
): Value {
  const width = q.shape[2];
  const fits =
    [q, k, v].every(
      (x) => x.shape.length === 3 && x.dtype === q.dtype && x.shape[0] === q.shape[0] && x.shape[2] === width,
    ) && k.shape[1] === v.shape[1];
  if (!fits) throw graphError('MultiHeadAttention', 'queries, keys and values do not go together', [q, k, v]);
  if (typeof width !== 'number' || width % heads !== 0)
    throw graphError('MultiHeadAttention', `the width does not divide into ${heads} heads`, [q, k, v]);
  const inputs = bias === null ? [q, k, v] : [q, k, v, null, null, bias];
  return node('MultiHeadAttention', inputs, [{ dtype: q.dtype, shape: q.shape }], {
    domain: MICROSOFT,
    attributes: { num_heads: { int: heads }, ...(causal ? { unidirectional: { int: 1 } } : {}) },
  })[0];
}
