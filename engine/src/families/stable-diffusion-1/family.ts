/** Stable Diffusion 1.x: one record with everything true of these checkpoints. */
import { assembleFamily } from '../assemble.ts';
import { detectBy } from '../detection.ts';
import { CLIP_L } from '../facts.ts';
import {
  FIRST_LINE_IGNORED,
  FIRST_LINE_NETWORKS,
  FIRST_LINE_OPTIONS,
  FIRST_LINE_PREFIXES,
  FIRST_LINE_SIZE,
  firstLineFacts,
} from '../first-line.ts';
import { encodePrompt } from '../prompt.ts';

export const stableDiffusion1 = assembleFamily({
  id: 'stable-diffusion-1',
  label: 'Stable Diffusion 1',
  aliases: ['sd1', 'sd15', 'sd1.5', 'stable-diffusion-v1'],
  summary: 'The 2022 models of 512 pixels and their many descendants: small, fast, and with the most add-ons.',
  nativeSize: FIRST_LINE_SIZE,
  latents: 'first',
  textEncoders: [CLIP_L],
  options: FIRST_LINE_OPTIONS,
  detect: (header) =>
    detectBy(header, {
      architecture: /^stable-diffusion-v1$/,
      inputChannels: 4,
      prefixes: FIRST_LINE_PREFIXES,
      parts: 'a CLIP text encoder, a VAE',
    }),
  facts: firstLineFacts,
  networks: FIRST_LINE_NETWORKS,
  ignored: FIRST_LINE_IGNORED,
  async condition(pipeline, prompt, { clipSkip }) {
    const { context } = await encodePrompt(pipeline, prompt, clipSkip);
    return { context };
  },
});
