/** Guidance by a prompt and by a given picture at once: InstructPix2Pix. */
import { weightedSum } from '../numeric/tensor.ts';
import type { Predict } from './types.ts';

/** Three predictions of one network, told more and more. */
export interface PicturePredictions {
  /** Told the negative prompt and no picture (zeros in its place). */
  readonly neither: Predict;
  /** Told the negative prompt and the picture. */
  readonly picture: Predict;
  /** Told the prompt and the picture. */
  readonly both: Predict;
}

/**
 * neither + byPicture * (picture - neither) + byText * (both - picture).
 *
 * @param byText 1 = as the prompt says, more = further
 * @param byPicture 1 = as the picture is, more = closer to it
 * @source Brooks et al. 2023, eq. 3
 */
export function guideByPicture(
  { neither, picture, both }: PicturePredictions,
  byText: number,
  byPicture: number,
): Predict {
  return async (x, timestep) =>
    weightedSum([
      [byText, await both(x, timestep)],
      [byPicture - byText, await picture(x, timestep)],
      [1 - byPicture, await neither(x, timestep)],
    ]);
}
