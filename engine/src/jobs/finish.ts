/** From a decoded picture to the one that is handed over: enlarged, where the job says by what. */
import type { EngineJob } from '@easel/shared/engine';
import { optionOf } from '@easel/shared/options/values';

import type { Tensor } from '../numeric/tensor.ts';
import { startSession } from '../runtime/session.ts';
import { openUpscaler, type OpenedUpscaler } from '../upscalers/open-upscaler.ts';
import { pictureFromTensor, type RgbPicture } from './pixels.ts';
import type { JobContext } from './types.ts';

/** A slow processor's multiplications and additions in a millisecond: what a time budget is reckoned with. */
const SLOW_PER_MS = 1e6;
const SHORTEST_BUDGET_MS = 10_000;
const BYTES_PER_WEIGHT = 4;

/**
 * @param image f32 [1, 3, h, w] in about [-1, 1]
 * @throws not_finite; as opening and running an upscaler; CancelledError between parts of the picture
 */
export async function finishPicture(
  image: Tensor,
  { upscaler, parameters }: EngineJob,
  context: JobContext,
): Promise<RgbPicture> {
  const picture = pictureFromTensor(image);
  if (upscaler === undefined || optionOf(parameters, 'upscaler') === null) return picture;
  const opened = await openUpscaler(upscaler.file, startSession);
  try {
    const weights = opened.residentBytes / BYTES_PER_WEIGHT;
    const budgetMs = (2 * weights * picture.width * picture.height) / SLOW_PER_MS;
    context.quiet(Math.max(budgetMs, SHORTEST_BUDGET_MS), 'upscaling');
    return await enlarge(picture, opened, context);
  } finally {
    await opened.release();
  }
}

/** What the network is given is the picture as it would have been saved. */
async function enlarge(
  { width, height, rgb }: RgbPicture,
  upscaler: OpenedUpscaler,
  context: JobContext,
): Promise<RgbPicture> {
  const plane = width * height;
  const data = new Float32Array(3 * plane);
  for (let i = 0; i < plane; i++)
    for (let channel = 0; channel < 3; channel++) data[channel * plane + i] = (rgb[3 * i + channel] as number) / 255;
  const large = await upscaler.upscale({ data, shape: [1, 3, height, width] }, () => context.breathe());
  return pictureFromTensor({ data: large.data.map((value) => 2 * value - 1), shape: large.shape });
}
