/** A network that predicts v, a mixture of noise and picture, seen as a denoiser. SD2 768 and zero-SNR models. */
import type { Denoise } from '../numeric/denoise.ts';
import { combine, scale } from '../numeric/tensor.ts';
import type { Predict, TimestepOf } from './types.ts';

/**
 * D = x / (sigma^2 + 1) - v * sigma / sqrt(sigma^2 + 1). Stays exact at the largest levels, where epsilon says nothing.
 * @source Salimans and Ho 2022, in sigma
 */
export function vDenoiser(predict: Predict, timestepOf: TimestepOf): Denoise {
  return async (x, sigma) => {
    const square = sigma * sigma + 1;
    const v = await predict(scale(x, 1 / Math.sqrt(square)), timestepOf(sigma));
    return combine(1 / square, x, -sigma / Math.sqrt(square), v);
  };
}
