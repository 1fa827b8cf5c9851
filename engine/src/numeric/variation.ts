/** Variation seeds and seed resize: two noises mixed into one, the way the WebUI mixes them. */
import { combine, type Tensor } from './tensor.ts';

/** Above this mean cosine the two noises count as parallel. */
const PARALLEL = 0.9995;

/**
 * Noise between two noises: `strength` of the way from `low` to `high` on the sphere, each column along the height
 * axis by itself.
 *
 * @param low noise of the seed, f32 [c, h, w] or [1, c, h, w]
 * @param high noise of the variation seed, same shape
 * @param strength 0 = low, 1 = high
 * @source the WebUI's slerp. Where the noises are nearly parallel it mixes linearly with the weights exchanged;
 *   kept, because pictures depend on it.
 */
export function mixNoise(strength: number, low: Tensor, high: Tensor): Tensor {
  const [w = 1, h = 1] = low.shape.toReversed();
  const channels = low.data.length / (h * w);
  const omegas = new Float32Array(channels * w);
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    for (let x = 0; x < w; x++) {
      let dot = 0;
      let lowSquare = 0;
      let highSquare = 0;
      for (let i = c * h * w + x; i < (c + 1) * h * w; i += w) {
        const a = low.data[i] as number;
        const b = high.data[i] as number;
        dot += a * b;
        lowSquare += a * a;
        highSquare += b * b;
      }
      const cosine = dot / Math.sqrt(lowSquare * highSquare);
      sum += cosine;
      omegas[c * w + x] = Math.acos(cosine);
    }
  }
  if (sum / omegas.length > PARALLEL) return combine(strength, low, 1 - strength, high);
  const out = new Float32Array(low.data.length);
  for (let i = 0; i < out.length; i++) {
    const omega = omegas[Math.floor(i / (h * w)) * w + (i % w)] as number;
    const along =
      Math.sin((1 - strength) * omega) * (low.data[i] as number) +
      Math.sin(strength * omega) * (high.data[i] as number);
    out[i] = along / Math.sin(omega);
  }
  return { data: out, shape: low.shape };
}

/**
 * Seed resize: the noise of another size laid over the middle of `large`, cut where it is larger.
 *
 * @param small noise at the "resize from" size, f32 [c, h, w] or [1, c, h, w]
 * @param large noise at the picture's size, the same number of axes and channels
 */
export function pasteCentre(small: Tensor, large: Tensor): Tensor {
  const [smallWidth = 1, smallHeight = 1] = small.shape.toReversed();
  const [largeWidth = 1, largeHeight = 1] = large.shape.toReversed();
  const channels = large.data.length / (largeHeight * largeWidth);
  const down = overlap(smallHeight, largeHeight);
  const across = overlap(smallWidth, largeWidth);
  const data = large.data.slice();
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < down.length; y++) {
      const from = (c * smallHeight + down.from + y) * smallWidth + across.from;
      const to = (c * largeHeight + down.to + y) * largeWidth + across.to;
      data.set(small.data.subarray(from, from + across.length), to);
    }
  }
  return { data, shape: large.shape };
}

/** Where the two lie over each other on one axis. An odd difference of a cut shifts by one, as floor division does. */
function overlap(small: number, large: number): { from: number; to: number; length: number } {
  const shift = Math.floor((large - small) / 2);
  if (shift >= 0) return { from: 0, to: shift, length: small };
  return { from: -shift, to: 0, length: small + 2 * shift };
}
