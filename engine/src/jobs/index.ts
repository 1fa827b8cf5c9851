/** The tables of kinds of job. A new kind: one file here, one variant of a request in shared/src, one line below. */
import type { GenerationParameters } from '@easel/shared/generation';
import type { ModelWorkParameters } from '@easel/shared/model-work';

import { modelWork } from './model-work.ts';
import { textToImage } from './text-to-image.ts';
import type { Job, ModelJob } from './types.ts';

export const jobs: Readonly<Record<GenerationParameters['type'], Job>> = {
  'text-to-image': textToImage,
};

export const modelJobs: Readonly<Record<ModelWorkParameters['type'], ModelJob>> = {
  convert: modelWork,
  merge: modelWork,
};
