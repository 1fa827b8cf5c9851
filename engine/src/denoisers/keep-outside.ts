/**
 * Inpainting with a network that was not trained for it: what the mask does not paint is put back while walking.
 *
 * Two ways are known, each with its reference; both end with the kept part as it was.
 */
import type { Denoise } from '../numeric/denoise.ts';
import { blendByMask } from '../numeric/mask.ts';
import type { Sigma } from '../numeric/sigma.ts';
import { combine, type Tensor } from '../numeric/tensor.ts';

/**
 * After each step the kept part becomes the picture with as much noise as the step ended at: for
 * `SampleOptions.correct`.
 *
 * @param mask in latent cells, 1 = paint
 * @param kept the given picture's latent, in the sampler's scale
 * @param noise the noise the walk began with, of unit variance
 * @source diffusers, StableDiffusionInpaintPipeline with a U-Net of four channels
 */
export function keepOutside(mask: Tensor, kept: Tensor, noise: Tensor): (x: Tensor, sigma: Sigma) => Tensor {
  return (x, sigma) => blendByMask(mask, x, combine(1, kept, sigma, noise));
}

/**
 * Every prediction has the kept part already; the walk itself is left alone.
 * @source the WebUI, img2img with a mask (its k-diffusion samplers)
 */
export function predictKept(denoise: Denoise, mask: Tensor, kept: Tensor): Denoise {
  return async (x, sigma) => blendByMask(mask, await denoise(x, sigma), kept);
}
