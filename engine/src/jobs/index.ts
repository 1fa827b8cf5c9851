/** The table of kinds of job. A new kind: one file here, one variant in shared/src/generation.ts, one line below. */
import type { GenerationParameters } from '@easel/shared/generation';

import { textToImage } from './text-to-image.ts';
import type { Job } from './types.ts';

export const jobs: Readonly<Record<GenerationParameters['type'], Job>> = {
  'text-to-image': textToImage,
};
