/** Guidance rescale: strong guidance widens the spread of a prediction; this brings it back. */
import type { Tensor } from '../numeric/tensor.ts';

/**
 * Each picture of the batch brought towards the spread of `like`.
 *
 * @param guided raw guided prediction, f32 [n, c, h, w]
 * @param like the prediction for the prompt alone, same shape
 * @param amount 0 = as it is, 1 = exactly as wide as `like`
 * @source Lin et al. 2023, section 3.4; over all but the batch and on the raw prediction, as diffusers does
 */
export function rescaled(guided: Tensor, like: Tensor, amount: number): Tensor {
  const batch = guided.shape[0] ?? 1;
  const size = guided.data.length / batch;
  const data = new Float32Array(guided.data.length);
  for (let start = 0; start < data.length; start += size) {
    const from = guided.data.subarray(start, start + size);
    const ratio = standardDeviation(like.data.subarray(start, start + size)) / standardDeviation(from);
    const factor = amount * ratio + 1 - amount;
    for (let i = 0; i < size; i++) data[start + i] = factor * (from[i] as number);
  }
  return { data, shape: guided.shape };
}

function standardDeviation(values: Float32Array): number {
  let mean = 0;
  for (const value of values) mean += value;
  mean /= values.length;
  let sum = 0;
  for (const value of values) sum += (value - mean) ** 2;
  return Math.sqrt(sum / values.length);
}
