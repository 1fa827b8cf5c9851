/**
 * Dense float32 tensors in row-major order, and the few element-wise operations samplers need.
 *
 * Not a tensor library: no broadcasting, no views, no other types. Networks run in onnxruntime, not here.
 */
import { StudioError } from '@easel/shared/errors';

/** A value; nobody writes into `data` after the tensor was handed on. */
export interface Tensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Number of elements of a shape; 1 for a scalar (`[]`). */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/**
 * Binds data to a shape.
 * @throws graph_invalid when the count of elements does not fit
 */
export function tensor(data: Float32Array, shape: readonly number[]): Tensor {
  if (elementCount(shape) !== data.length) {
    throw new StudioError(
      'graph_invalid',
      `A tensor of shape [${shape.join(', ')}] cannot hold ${data.length} elements.`,
    );
  }
  return { data, shape };
}

/** A tensor of zeros. */
export function zeros(shape: readonly number[]): Tensor {
  return { data: new Float32Array(elementCount(shape)), shape };
}

/** `a * x`. */
export function scale(x: Tensor, a: number): Tensor {
  const { data } = x;
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i++) out[i] = a * (data[i] as number);
  return { data: out, shape: x.shape };
}

/** `a * x + b * y`, rounded to float32 once. Shapes must agree. */
export function combine(a: number, x: Tensor, b: number, y: Tensor): Tensor {
  requireSameSize(x, y);
  const { data: p } = x;
  const { data: q } = y;
  const out = new Float32Array(p.length);
  for (let i = 0; i < out.length; i++) out[i] = a * (p[i] as number) + b * (q[i] as number);
  return { data: out, shape: x.shape };
}

type Term = readonly [weight: number, x: Tensor];
const NONE: Term = [0, { data: new Float32Array(0), shape: [0] }];

/** The sum of `weight * tensor` over all terms, rounded to float32 once. At least one term; shapes must agree. */
export function weightedSum(terms: readonly Term[]): Tensor {
  const first = terms[0];
  if (first === undefined) throw new StudioError('graph_invalid', 'A weighted sum needs at least one term.');
  for (const [, x] of terms) requireSameSize(first[1], x);
  // The sums of most samplers, without a buffer and in one pass; added up in the same order, so to the same bits.
  const [[a, { data: p }], [b, { data: q }] = NONE, [c, { data: r }] = NONE, [d, { data: s }] = NONE, ...rest] =
    terms as [Term, ...Term[]];
  const out = new Float32Array(p.length);
  if (rest.length > 0) return longSum(terms, out);
  switch (terms.length) {
    case 1:
      for (let i = 0; i < out.length; i++) out[i] = a * (p[i] as number);
      break;
    case 2:
      for (let i = 0; i < out.length; i++) out[i] = a * (p[i] as number) + b * (q[i] as number);
      break;
    case 3:
      for (let i = 0; i < out.length; i++) out[i] = a * (p[i] as number) + b * (q[i] as number) + c * (r[i] as number);
      break;
    default:
      for (let i = 0; i < out.length; i++) {
        out[i] = a * (p[i] as number) + b * (q[i] as number) + c * (r[i] as number) + d * (s[i] as number);
      }
  }
  return { data: out, shape: first[1].shape };
}

function longSum(terms: readonly Term[], out: Float32Array): Tensor {
  const sum = new Float64Array(out.length);
  for (const [weight, { data }] of terms) {
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + weight * (data[i] as number);
  }
  out.set(sum);
  return { data: out, shape: (terms[0] as Term)[1].shape };
}

/** `x + a * y`. */
export function addScaled(x: Tensor, a: number, y: Tensor): Tensor {
  return combine(1, x, a, y);
}

/** Every two by two cells of [n, c, h, w] as their mean; a last odd row or column is left out. */
export function halved({ data, shape }: Tensor): Tensor {
  const [n = 0, c = 0, height = 0, width = 0] = shape;
  const [h, w] = [Math.floor(height / 2), Math.floor(width / 2)];
  const out = new Float32Array(n * c * h * w);
  for (let plane = 0; plane < n * c; plane++) {
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const at = (plane * height + 2 * y) * width + 2 * x;
        const [a, b, below, beside] = [data[at], data[at + 1], data[at + width], data[at + width + 1]] as number[];
        out[(plane * h + y) * w + x] = ((a ?? 0) + (b ?? 0) + (below ?? 0) + (beside ?? 0)) / 4;
      }
    }
  }
  return { data: out, shape: [n, c, h, w] };
}

/** Whether every element is a finite number. */
export function isFiniteTensor(x: Tensor): boolean {
  // One pass without a branch per element: Inf - Inf and NaN - NaN are NaN, every finite number gives 0.
  let sum = 0;
  for (const value of x.data) sum += value - value;
  return sum === 0;
}

/**
 * Tensors with a leading batch axis, laid one behind the other: [n1, ...] and [n2, ...] give [n1 + n2, ...].
 * At least one tensor; the other axes must agree.
 */
export function concatBatch(parts: readonly Tensor[]): Tensor {
  const first = parts[0];
  if (first === undefined) throw new StudioError('graph_invalid', 'Nothing to concatenate.');
  const [, ...rest] = first.shape;
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let offset = 0;
  for (const part of parts) {
    data.set(part.data, offset);
    offset += part.data.length;
  }
  return tensor(data, [parts.reduce((sum, part) => sum + (part.shape[0] ?? 1), 0), ...rest]);
}

/** [n, c1, h, w] and [n, c2, h, w] to [n, c1 + c2, h, w]. @throws graph_invalid when the other axes differ */
export function concatChannels(x: Tensor, y: Tensor): Tensor {
  const [n = 0, first = 0, h = 0, w = 0] = x.shape;
  const second = y.shape[1] ?? 0;
  const [own, other] = [first * h * w, second * h * w];
  if (y.data.length !== n * other || y.shape[0] !== n || y.shape[2] !== h) {
    throw new StudioError(
      'graph_invalid',
      `Tensors of shape [${x.shape.join(', ')}] and [${y.shape.join(', ')}] cannot lie side by side.`,
    );
  }
  const data = new Float32Array(n * (own + other));
  for (let i = 0; i < n; i++) {
    data.set(x.data.subarray(i * own, (i + 1) * own), i * (own + other));
    data.set(y.data.subarray(i * other, (i + 1) * other), i * (own + other) + own);
  }
  return { data, shape: [n, first + second, h, w] };
}

function requireSameSize(x: Tensor, y: Tensor): void {
  if (x.data.length !== y.data.length) {
    throw new StudioError(
      'graph_invalid',
      `Tensors of shape [${x.shape.join(', ')}] and [${y.shape.join(', ')}] do not go together.`,
    );
  }
}
