/** Stable Diffusion XL, base and what was trained from it: one record with everything true of these checkpoints. */
import { assembleFamily } from '../assemble.ts';
import { detectBy } from '../detection.ts';
import { CLIP_L, OPEN_CLIP_BIG_G } from '../facts.ts';
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

export const stableDiffusionXl = assembleFamily({
  id: 'stable-diffusion-xl',
  label: 'Stable Diffusion XL',
  aliases: ['sdxl', 'xl', 'stable-diffusion-xl-v1-base'],
  summary: 'The 2023 models of 1024 pixels and their descendants: finer pictures, three times the size and the time.',
  nativeSize: XL_SIZE,
  latents: 'xl',
  textEncoders: [CLIP_L, OPEN_CLIP_BIG_G],
  stepTable: 'sdxl',
  options: [...XL_OPTIONS],
  detect: (header) =>
    detectBy(header, {
      // Anything of the line but the refiner; a slash begins the name of an add-on.
      architecture: /^stable-diffusion-xl-(?!v1-refiner)[^/]+$/,
      inputChannels: 4,
      prefixes: XL_PREFIXES,
      parts: 'two text encoders under the names of Stable Diffusion XL, a VAE',
    }),
  facts: xlFacts,
  networks: XL_NETWORKS,
  ignored: XL_IGNORED,
  exact: XL_EXACT,
  condition: xlCondition,
});
