/** A network that predicts the noise, seen as a denoiser. SD1, SDXL and most others. */
import type { Denoise } from '../numeric/denoise.ts';
import { combine, scale } from '../numeric/tensor.ts';
import type { Predict, TimestepOf } from './types.ts';

/**
 * D = x - sigma * epsilon, where the network reads x scaled to unit variance.
 * @source Karras et al. 2022, table 1, column VP
 */
export function epsilonDenoiser(predict: Predict, timestepOf: TimestepOf): Denoise {
  return async (x, sigma) => {
    const epsilon = await predict(scale(x, 1 / Math.sqrt(sigma * sigma + 1)), timestepOf(sigma));
    return combine(1, x, -sigma, epsilon);
  };
}
