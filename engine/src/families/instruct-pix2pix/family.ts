/** InstructPix2Pix: Stable Diffusion 1 trained to change a given picture, which goes in beside the latent. */
import { RequestError } from '@easel/shared/errors';

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

export const instructPix2pix = assembleFamily({
  id: 'instruct-pix2pix',
  label: 'InstructPix2Pix',
  aliases: ['pix2pix', 'ip2p'],
  summary: 'Changes a given picture as it is told in words ("make it winter"); it cannot start from nothing.',
  nativeSize: FIRST_LINE_SIZE,
  latents: 'first',
  textEncoders: [CLIP_L],
  options: FIRST_LINE_OPTIONS,
  detect: (header) =>
    detectBy(header, {
      // Metadata of these files names the family they were trained from.
      architecture: /^stable-diffusion-v1$|pix2pix/i,
      inputChannels: 8,
      prefixes: FIRST_LINE_PREFIXES,
      parts: 'a CLIP text encoder, a VAE',
    }),
  facts: firstLineFacts,
  networks: FIRST_LINE_NETWORKS,
  ignored: FIRST_LINE_IGNORED,
  async condition(pipeline, prompt, { clipSkip, beside }) {
    if (beside === undefined) {
      throw new RequestError(
        'model_unusable',
        'InstructPix2Pix changes a given picture; it cannot make one from words alone.',
        { field: 'model', hint: 'Choose another model for text to image.' },
      );
    }
    const { context } = await encodePrompt(pipeline, prompt, clipSkip);
    return { context, concat: beside };
  },
});
