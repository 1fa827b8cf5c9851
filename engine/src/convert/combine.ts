/** Sums of tensors, each times its factor, computed in float64. Pure. */
import type { TensorEntry } from '../checkpoint/tensor-entry.ts';
import { towardsOdd } from './numbers.ts';
import type { PlannedTensor } from './plan.ts';

/**
 * @param values one for each term of the tensor: numbers of the same stretch of each, or all of each where shapes differ
 * @returns sums that round to the tensor's dtype as the exact float64 ones would
 */
export function combine(
  { terms, shape, dtype }: Pick<PlannedTensor, 'terms' | 'shape' | 'dtype'>,
  values: readonly Float32Array[],
): Float32Array {
  const [first, ...others] = values;
  if (first === undefined) return new Float32Array();
  const [{ factor: own, from }] = terms;
  if (others.length === 0 && own === 1)
    return from.shape.join() === shape.join() ? first : filledUp(first, from, shape);
  // A float32 is what a Float32Array rounds to by itself.
  const keep: (value: number) => number = dtype === 'F32' ? (value) => value : towardsOdd;
  const out = new Float32Array(first.length);
  if (terms.every(({ from }) => from.shape.join() === shape.join())) {
    const [second, third] = others;
    const [b, c] = [terms[1]?.factor ?? 0, terms[2]?.factor ?? 0];
    if (second === undefined) for (let i = 0; i < out.length; i++) out[i] = keep(own * (first[i] as number));
    else if (third === undefined)
      for (let i = 0; i < out.length; i++) out[i] = keep(own * (first[i] as number) + b * (second[i] as number));
    else
      for (let i = 0; i < out.length; i++)
        out[i] = keep(own * (first[i] as number) + b * (second[i] as number) + c * (third[i] as number));
    return out;
  }
  return overCommonChannels({ terms, shape, keep }, values);
}

/** A tensor of fewer channels with zeros for those that it lacks. */
function filledUp(values: Float32Array, from: Pick<TensorEntry, 'shape'>, shape: readonly number[]): Float32Array {
  const rowOf = ([, ...behind]: readonly number[]): number => behind.reduce((product, extent) => product * extent, 1);
  const [own, wide] = [rowOf(from.shape), rowOf(shape)];
  const out = new Float32Array((shape[0] ?? 0) * wide);
  for (let row = 0; row * own < values.length; row++) out.set(values.subarray(row * own, (row + 1) * own), row * wide);
  return out;
}

function overCommonChannels(
  { terms, shape, keep }: Pick<PlannedTensor, 'terms' | 'shape'> & { readonly keep: (value: number) => number },
  values: readonly Float32Array[],
): Float32Array {
  const [rows = 0, channels = 0, ...rest] = shape;
  const inner = rest.reduce((product, extent) => product * extent, 1);
  const common = Math.min(...terms.map(({ from }) => from.shape[1] ?? 0));
  const out = new Float32Array(rows * channels * inner);
  for (let row = 0; row < rows; row++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let k = 0; k < inner; k++) {
        const to = (row * channels + channel) * inner + k;
        if (channel >= common) {
          out[to] = values[0]?.[to] as number;
          continue;
        }
        let sum = 0;
        for (const [term, { from, factor }] of terms.entries())
          sum += factor * (values[term]?.[(row * (from.shape[1] as number) + channel) * inner + k] as number);
        out[to] = keep(sum);
      }
    }
  }
  return out;
}
