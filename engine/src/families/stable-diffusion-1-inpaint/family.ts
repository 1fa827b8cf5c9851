/** Stable Diffusion 1.x for inpainting: its U-Net takes the mask and what the mask leaves beside the latent. */
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
import { emptyInpaintingInput, INPAINT_CHANNELS } from '../picture-inputs.ts';
import { encodePrompt } from '../prompt.ts';

export const stableDiffusion1Inpaint = assembleFamily({
  id: 'stable-diffusion-1-inpaint',
  label: 'Stable Diffusion 1 inpainting',
  aliases: ['sd1-inpaint', 'sd15-inpaint', 'stable-diffusion-v1-inpainting'],
  summary:
    'Trained to fill a masked part of a picture so that it fits what is around; without a picture it paints all.',
  nativeSize: FIRST_LINE_SIZE,
  latents: 'first',
  textEncoders: [CLIP_L],
  options: FIRST_LINE_OPTIONS,
  detect: (header) =>
    detectBy(header, {
      architecture: /^stable-diffusion-v1([/-]inpaint(ing)?)?$/,
      inputChannels: INPAINT_CHANNELS,
      prefixes: FIRST_LINE_PREFIXES,
      parts: 'a CLIP text encoder, a VAE',
    }),
  facts: firstLineFacts,
  networks: FIRST_LINE_NETWORKS,
  ignored: FIRST_LINE_IGNORED,
  async condition(pipeline, prompt, { clipSkip, size, beside }) {
    const { context } = await encodePrompt(pipeline, prompt, clipSkip);
    return { context, concat: beside ?? (await emptyInpaintingInput(pipeline, size)) };
  },
});
