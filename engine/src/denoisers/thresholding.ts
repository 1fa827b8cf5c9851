/** Dynamic thresholding: guidance as strong as asked for, within the range of values that a weaker one would have. */
import { combine, type Tensor } from '../numeric/tensor.ts';

export interface Thresholding {
  /** The weaker guidance whose range is kept. */
  readonly mimicScale: number;
  /** Of the values' distances from their mean, the quantile (0 .. 1) that the range is measured by; 1 = the largest. */
  readonly quantile: number;
}

/**
 * u + scale * (c - u), each channel of each picture clamped and shrunk around its mean to the reach of
 * u + mimicScale * (c - u).
 *
 * @param positive predicted clean latent for the prompt, f32 [n, c, h, w]
 * @param negative the same for the negative prompt
 * @source the WebUI's extension Dynamic Thresholding (mcmonkey) with separate feature channels, start at the mean,
 *   variability by absolute difference, constant scales. Imagen's (Saharia et al. 2022) clamps pixels to [-1, 1]; latents
 *   have no such bounds, hence the mimicked range.
 */
export function guideWithin(
  positive: Tensor,
  negative: Tensor,
  scale: number,
  { mimicScale, quantile }: Thresholding,
): Tensor {
  const guided = combine(1 - scale, negative, scale, positive);
  const mimicked = combine(1 - mimicScale, negative, mimicScale, positive);
  const [n = 1, c = 1] = guided.shape;
  const size = guided.data.length / (n * c);
  const data = new Float32Array(guided.data.length);
  for (let start = 0; start < data.length; start += size) {
    const values = guided.data.subarray(start, start + size);
    const mean = meanOf(values);
    const reach = reachOf(mimicked.data.subarray(start, start + size), 1);
    const most = Math.max(reach, reachOf(values, quantile));
    // A channel without any spread has nothing to shrink.
    const shrink = most === 0 ? 1 : reach / most;
    for (let i = 0; i < size; i++) {
      const distance = (values[i] as number) - mean;
      data[start + i] = Math.min(Math.max(distance, -most), most) * shrink + mean;
    }
  }
  return { data, shape: guided.shape };
}

function meanOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The quantile of the distances from the mean, linear between its neighbours. */
function reachOf(values: Float32Array, quantile: number): number {
  const mean = meanOf(values);
  const distances = Float64Array.from(values, (value) => Math.abs(value - mean)).sort();
  const place = quantile * (distances.length - 1);
  const low = Math.floor(place);
  const below = distances[low] ?? 0;
  return below + (place - low) * ((distances[low + 1] ?? below) - below);
}
