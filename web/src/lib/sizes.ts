/** Picture sizes from aspect ratios: about as many pixels as the model was trained on, on multiples of 8. */
import { fitNumber } from './numbers.ts';

import type { NumberLimit } from '@easel/shared/units';

// A type, not an interface: it is handed to the translator as a bag of values.
export type ImageSize = { width: number; height: number };

/** Aspects offered as presets, width to height. */
export const ASPECTS = ['1:1', '4:3', '3:4', '3:2', '2:3', '16:9', '9:16'] as const;
export type Aspect = (typeof ASPECTS)[number];

export function ratioOf(aspect: Aspect): number {
  const [width = 1, height = 1] = aspect.split(':').map(Number);
  return width / height;
}

/** Side of the square with as many pixels as this size. */
export function nativeSideOf(size: ImageSize): number {
  return Math.sqrt(size.width * size.height);
}

// A wrong shape is seen sooner than a few pixels more or less, so it costs twice.
const RATIO_COST = 2;

/**
 * The size for an aspect around a model's native side.
 *
 * @param nativeSide side of the square the model prefers, image pixels
 * @param limit limits of both width and height; `multipleOf` is the grid
 */
export function sizeForAspect(aspect: Aspect, nativeSide: number, limit: NumberLimit): ImageSize {
  const ratio = ratioOf(aspect);
  const grid = limit.multipleOf ?? 1;
  let best: ImageSize = { width: fitNumber(nativeSide, limit), height: fitNumber(nativeSide, limit) };
  let bestCost = Number.POSITIVE_INFINITY;
  const first = fitNumber(nativeSide / 2, limit);
  const last = fitNumber(nativeSide * 2, limit);
  for (let width = first; width <= last; width += grid) {
    const exact = width / ratio;
    for (const height of [fitNumber(exact - grid / 2, limit), fitNumber(exact + grid / 2, limit)]) {
      const cost =
        RATIO_COST * Math.abs(Math.log(width / height / ratio)) +
        Math.abs(Math.log((width * height) / nativeSide ** 2));
      if (cost < bestCost - 1e-9) [best, bestCost] = [{ width, height }, cost];
    }
  }
  return best;
}

/** The preset that gives exactly this size, if one does. */
export function aspectOf(size: ImageSize, nativeSide: number, limit: NumberLimit): Aspect | null {
  for (const aspect of ASPECTS) {
    const preset = sizeForAspect(aspect, nativeSide, limit);
    if (preset.width === size.width && preset.height === size.height) return aspect;
  }
  return null;
}
