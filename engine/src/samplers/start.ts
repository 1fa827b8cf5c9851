/** Where a walk begins: pure noise, or a latent with noise laid over it. */
import type { NoiseSource } from '../numeric/noise-source.ts';
import type { Sigma } from '../numeric/sigma.ts';
import { addScaled, scale, type Tensor } from '../numeric/tensor.ts';
import type { Sampler } from './types.ts';

/**
 * Noise at a sampler's first level. Draws once.
 *
 * @param shape of the latent, [n, c, h, w]
 * @returns f32 latent, scaled as the sampler wants it
 */
export function startFromNoise(sampler: Sampler, noise: NoiseSource, sigmas: readonly Sigma[], shape: readonly number[]): Tensor {
  const first = sigmas[0] as Sigma;
  return scale(noise.draw(shape), sampler.initialScale?.(first) ?? first);
}

/**
 * A picture's latent under noise of level `first`, for image to image. Draws once.
 *
 * @param latent clean latent in the network's scale, f32 [n, c, h, w]
 */
export function startFromLatent(latent: Tensor, noise: NoiseSource, first: Sigma): Tensor {
  return addScaled(latent, first, noise.draw(latent.shape));
}
