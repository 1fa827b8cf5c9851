/** How a sampler sees a network, whatever the network predicts. Made by `denoisers/`. */
import type { Sigma } from './sigma.ts';
import type { Tensor } from './tensor.ts';

/**
 * The predicted clean latent for `x` at noise level `sigma`.
 *
 * `x` is f32 [n, c, h, w] = picture + sigma * noise (not scaled to unit variance); the result has the same shape.
 */
export type Denoise = (x: Tensor, sigma: Sigma) => Promise<Tensor>;

/** One guided evaluation taken apart: what guidance made, and what the negative prompt alone (or none) predicts. */
export interface BothDenoised {
  readonly denoised: Tensor;
  readonly unconditional: Tensor;
}

/** As {@link Denoise}, with the unconditional prediction beside the guided one; CFG++ walks by both. */
export type DenoiseBoth = (x: Tensor, sigma: Sigma) => Promise<BothDenoised>;
