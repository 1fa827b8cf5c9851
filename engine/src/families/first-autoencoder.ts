/** Facts of the autoencoder that Stable Diffusion 1 and 2 share. */
import type { LatentPreview } from './types.ts';

/**
 * Colours of the original VAE's latents, -1..1 like decoded pictures.
 * @source measured and published by keturn, discuss.huggingface.co/t/23204
 */
export const FIRST_PREVIEW: LatentPreview = {
  matrix: [
    [0.298, 0.207, 0.208],
    [0.187, 0.286, 0.173],
    [-0.158, 0.189, 0.264],
    [-0.184, -0.271, -0.473],
  ],
  bias: [0, 0, 0],
};

/** Factor from the original VAE's latents to the sampler's, which brings them to variance 1. @source Rombach et al. 2022 */
export const FIRST_LATENT_SCALE = 0.18215;
