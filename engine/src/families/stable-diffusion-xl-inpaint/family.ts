/** Stable Diffusion XL for inpainting: its U-Net takes the mask and what the mask leaves beside the latent. */
import { assembleFamily } from '../assemble.ts';
import { detectBy } from '../detection.ts';
import { CLIP_L, OPEN_CLIP_BIG_G } from '../facts.ts';
import { emptyInpaintingInput, INPAINT_CHANNELS } from '../picture-inputs.ts';
import {
  XL_EXACT,
  XL_IGNORED,
  XL_NETWORKS,
  XL_OPTIONS,
  XL_PREFIXES,
  XL_SIZE,
  xlCondition,
  xlFacts,
} from '../xl-line.ts';

export const stableDiffusionXlInpaint = assembleFamily({
  id: 'stable-diffusion-xl-inpaint',
  label: 'Stable Diffusion XL inpainting',
  aliases: ['sdxl-inpaint'],
  summary: 'Stable Diffusion XL trained to fill a masked part of a picture; without a picture it paints all.',
  nativeSize: XL_SIZE,
  latents: 'xl',
  textEncoders: [CLIP_L, OPEN_CLIP_BIG_G],
  stepTable: 'sdxl',
  options: [...XL_OPTIONS],
  detect: (header) =>
    detectBy(header, {
      architecture: /^stable-diffusion-xl-(?!v1-refiner)[^/]+(\/inpaint(ing)?)?$/,
      inputChannels: INPAINT_CHANNELS,
      prefixes: XL_PREFIXES,
      parts: 'two text encoders under the names of Stable Diffusion XL, a VAE',
    }),
  facts: xlFacts,
  networks: XL_NETWORKS,
  ignored: XL_IGNORED,
  exact: XL_EXACT,
  async condition(pipeline, prompt, options) {
    const told = await xlCondition(pipeline, prompt, options);
    return { ...told, concat: options.beside ?? (await emptyInpaintingInput(pipeline, options.size)) };
  },
});
