/** Which network is at work when: the stages of a picture. */
import type { Stage } from '@easel/shared/memory';

import type { Role } from './types.ts';

export const STAGE_OF: Readonly<Record<Role, Stage>> = {
  'text-encoder': 'text',
  'text-encoder-2': 'text',
  unet: 'denoise',
  'vae-decoder': 'decode',
  'vae-encoder': 'encode',
};
