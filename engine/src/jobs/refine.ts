/** A second model that finishes a picture: it takes over on the way down, or repaints the finished latent a little. */
import type { EngineJob } from '@easel/shared/engine';
import { RequestError } from '@easel/shared/errors';
import { optionOf } from '@easel/shared/options/values';

import { nearestTimestep, type SigmaTable } from '../numeric/sigma-table.ts';
import type { Sigma } from '../numeric/sigma.ts';
import type { OpenCheckpoint, ToldCheckpoint } from './told-checkpoint.ts';

export interface Refinement {
  readonly source: NonNullable<EngineJob['refiner']>;
  /** Share of the training steps the first model keeps; null where the refiner makes a second pass. */
  readonly switchAt: number | null;
  /** Of the second pass; null where the refiner takes over. */
  readonly strength: number | null;
}

/** What the request wants of a refiner; null = nothing, also where it would never take over. */
export function refinementOf({ refiner: source, parameters }: EngineJob): Refinement | null {
  if (source === undefined || optionOf(parameters, 'refiner') === null) return null;
  if (optionOf(parameters, 'refinerMethod') === 'pass') {
    return { source, switchAt: null, strength: optionOf(parameters, 'refinerStrength') };
  }
  const switchAt = optionOf(parameters, 'refinerSwitchAt');
  return switchAt === 1 ? null : { source, switchAt, strength: null };
}

/**
 * Whether a level is the refiner's: the training steps above it are at least this share of all.
 *
 * @source the WebUI's `apply_refiner`; for whole timesteps the same as diffusers' `denoising_end` and `denoising_start`
 */
export function isRefinersLevel(table: SigmaTable, sigma: Sigma, switchAt: number): boolean {
  const count = table.sigmas.length;
  return (count - 1 - nearestTimestep(table, sigma)) / count >= switchAt;
}

/** @throws not_allowed for a refiner that reads other latents than the painter makes; else as opening any checkpoint */
export async function openRefiner(
  refiner: ToldCheckpoint,
  { pipeline: painter }: OpenCheckpoint,
): Promise<OpenCheckpoint> {
  const opened = await refiner.open();
  const [made, read] = [painter.facts.latent, opened.pipeline.facts.latent];
  if (made.scale !== read.scale || made.shift !== read.shift || made.channels !== read.channels) {
    throw new RequestError(
      'not_allowed',
      `refiner: ${opened.pipeline.family.label} reads other latents than ${painter.family.label} makes.`,
      { field: 'refiner', hint: 'Choose a refiner of the same line as the model.' },
    );
  }
  return opened;
}
