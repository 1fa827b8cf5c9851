/** Rules of the seed field. */
import { RANDOM_SEED_RANGE } from '@easel/shared/units';

import type { FormValues } from './form.ts';

/** A seed from the range the server draws from. */
export function drawSeed(): number {
  return Math.floor(Math.random() * RANDOM_SEED_RANGE);
}

/**
 * The seed to show: the locked one; else the one last drawn by the server, so that locking keeps the picture just seen.
 *
 * @param drawn seed of this page's last job; undefined when there is none
 * @returns null when none was used yet
 */
export function shownSeedOf(form: Pick<FormValues, 'seed' | 'isSeedLocked'>, drawn: number | undefined): number | null {
  return form.isSeedLocked ? form.seed : (drawn ?? form.seed);
}
