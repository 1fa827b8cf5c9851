/**
 * The refiner of Stable Diffusion XL: four levels, OpenCLIP alone, and told how pleasing its picture shall seem.
 *
 * Trained on the last fifth of the levels; from pure noise it makes pictures too, only worse ones than the base.
 */
import type { Tensor } from '../../numeric/tensor.ts';
import { assembleFamily, UNET_PREFIX, VAE_PREFIX } from '../assemble.ts';
import { detectBy } from '../detection.ts';
import { OPEN_CLIP_BIG_G } from '../facts.ts';
import { encodePrompt } from '../prompt.ts';
import {
  CLIP_PREFIX,
  openClipNetwork,
  toldVector,
  XL_EXACT,
  XL_IGNORED,
  XL_OPEN_CLIP,
  XL_OPTIONS,
  XL_PICTURE_NETWORKS,
  XL_SIZE,
  xlFacts,
} from '../xl-line.ts';

const TEXT_PREFIX = 'conditioner.embedders.0.model.';
/** Towards the prompt and away from the negative one. @source diffusers, StableDiffusionXLImg2ImgPipeline */
const AESTHETIC_SCORES = { positive: 6, negative: 2.5 };

export const stableDiffusionXlRefiner = assembleFamily({
  id: 'stable-diffusion-xl-refiner',
  label: 'Stable Diffusion XL refiner',
  aliases: ['sdxl-refiner', 'stable-diffusion-xl-v1-refiner'],
  summary: 'Finishes what Stable Diffusion XL began: sharper details in the last steps. On its own it paints poorly.',
  nativeSize: XL_SIZE,
  latents: 'xl',
  textEncoders: [OPEN_CLIP_BIG_G],
  stepTable: 'sdxl',
  // It is told no target size.
  options: [...XL_OPTIONS.filter((id) => !/target/i.test(id)), 'aestheticScore', 'negativeAestheticScore'],
  detect: (header) =>
    detectBy(header, {
      architecture: /^stable-diffusion-xl-v1-refiner$/,
      inputChannels: 4,
      prefixes: [UNET_PREFIX, VAE_PREFIX, TEXT_PREFIX],
      foreign: [CLIP_PREFIX],
      parts: 'an OpenCLIP text encoder in the place of the first, a VAE',
    }),
  facts: (header, sidecar, overrides) => xlFacts(header, sidecar, overrides, { 'text-encoder-2': XL_OPEN_CLIP }),
  networks: { 'text-encoder-2': openClipNetwork(TEXT_PREFIX), ...XL_PICTURE_NETWORKS },
  ignored: XL_IGNORED,
  exact: XL_EXACT,
  async condition(pipeline, prompt, { clipSkip, isNegative, size, ...options }) {
    const { context, pooled } = await encodePrompt(pipeline, prompt, clipSkip);
    const { height, width } = options.originalSize ?? size;
    const { top, left } = options.crop ?? { top: 0, left: 0 };
    const score = options.aestheticScore ?? AESTHETIC_SCORES[isNegative ? 'negative' : 'positive'];
    return { context, vector: toldVector(pooled as Tensor, [[height, width, top, left, score]]) };
  },
});
