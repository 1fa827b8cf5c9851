/**
 * From what was asked to what is made: every field gets its value, every name its id, the seed is drawn.
 *
 * Pure but for the seed, which is passed in. The result posted again makes the same picture.
 */
import type { Catalogue, Descriptor } from '@easel/shared/catalogue';
import type { CheckpointOverrides } from '@easel/shared/checkpoint';
import { RequestError, type ErrorCode } from '@easel/shared/errors';
import type { GenerationDefaults, GenerationParameters, GenerationRequest } from '@easel/shared/generation';
import { isNeutral, type OptionValues } from '@easel/shared/options/values';
import { findByName, resolveSamplerName } from '@easel/shared/sampler-names';
import { LIMITS } from '@easel/shared/units';

import { nearest } from './near-names.ts';
import { resolveOptions } from './resolve-options.ts';

/** Asks for the schedule that the sampler's record names. */
const AUTOMATIC = 'automatic';

const refuse = (
  code: ErrorCode,
  field: 'sampler' | 'schedule',
  got: string,
  entries: readonly Descriptor[],
): RequestError => {
  const ids = entries.map((entry) => entry.id);
  const names = new Map(
    entries.flatMap((entry) => [entry.id, entry.label, ...entry.aliases].map((name) => [name, entry.id])),
  );
  const near = [...new Set(nearest(got, names.keys()).map((name) => names.get(name) ?? name))];
  return new RequestError(code, `There is no ${field} "${got.slice(0, 100)}".`, {
    field,
    limit: ids,
    got: got.slice(0, 100),
    hint: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `One of: ${ids.join(', ')}.`,
  });
};

/** The models a request means. */
export interface ResolvedModels {
  readonly id: string;
  /** What its record suggests. */
  readonly defaults: GenerationDefaults;
  /** Null = not known. */
  readonly family?: string | null;
  /** Where the request names one. */
  readonly refiner?: { readonly id: string; readonly family: string | null };
  /** Ids of the upscaler and the VAE that the request names or the model suggests, or NO_FILE. */
  readonly upscaler?: string;
  readonly vae?: string;
  /** A person's corrections of the model's detection. */
  readonly overrides?: CheckpointOverrides;
}

/**
 * @param drawSeed called for each seed the request leaves open
 * @param isLenient leaves out options that nothing would read, instead of refusing them
 * @throws unknown_sampler, unknown_schedule, out_of_range (a seed whose last picture would pass the limit); not_allowed,
 *   field_required for options that mean nothing
 */
export function resolveRequest(
  request: GenerationRequest,
  model: ResolvedModels,
  catalogue: Catalogue,
  drawSeed: () => number,
  isLenient = false,
): GenerationParameters {
  const { defaults } = model;
  const asked = request.sampler ?? defaults.sampler;
  const choice = resolveSamplerName(asked, catalogue);
  const sampler = catalogue.samplers.find(({ id }) => id === choice?.sampler);
  if (choice === undefined || sampler === undefined)
    throw refuse('unknown_sampler', 'sampler', asked, catalogue.samplers);

  // A model's schedule belongs to its own sampler; another sampler brings the one it is at its best with.
  const isOwnSampler = sampler.id === findByName(catalogue.samplers, defaults.sampler)?.id;
  const named = choice.schedule === AUTOMATIC ? undefined : choice.schedule;
  const wanted = request.schedule ?? named ?? (isOwnSampler ? defaults.schedule : AUTOMATIC);
  const isAutomatic = wanted.trim().toLowerCase() === AUTOMATIC;
  const schedule = findByName(catalogue.schedules, isAutomatic ? sampler.defaultSchedule : wanted);
  if (schedule === undefined) throw refuse('unknown_schedule', 'schedule', wanted, catalogue.schedules);

  const count = request.count ?? 1;
  const seed = request.seed === undefined || request.seed === -1 ? drawSeed() : request.seed;
  // Where seeds are varied, all pictures share theirs.
  const highest = LIMITS.seed.maximum - (request.variationStrength ? 0 : count - 1);
  if (seed > highest) {
    throw new RequestError(
      'out_of_range',
      `seed: at most ${highest} with ${count} pictures, since each takes the next seed.`,
      {
        field: 'seed',
        limit: highest,
        got: seed,
        hint: 'Choose a smaller seed or fewer pictures.',
      },
    );
  }

  const asNamed = {
    ...request,
    ...(model.refiner && { refiner: model.refiner.id }),
    upscaler: model.upscaler,
    vae: model.vae,
    ...corrected(request, model.overrides ?? {}),
  };
  const family = familyOf(request.family ?? model.overrides?.family, catalogue);
  const options = resolveOptions(asNamed, {
    sampler: sampler.id,
    schedule: schedule.id,
    families: [family ?? model.family ?? null, ...(model.refiner === undefined ? [] : [model.refiner.family])],
    catalogue,
    count,
    drawSeed,
    isLenient,
  });

  return {
    type: request.type,
    prompt: request.prompt,
    negativePrompt: request.negativePrompt ?? '',
    model: model.id,
    width: request.width ?? defaults.width,
    height: request.height ?? defaults.height,
    steps: request.steps ?? defaults.steps,
    guidance: request.guidance ?? defaults.guidance,
    sampler: sampler.id,
    schedule: schedule.id,
    seed,
    count,
    clipSkip: request.clipSkip ?? defaults.clipSkip,
    rng: request.rng ?? defaults.rng,
    ...(family !== undefined && { family }),
    ...options,
  };
}

/**
 * What a person said of the model stands with the request, so that its pictures come out the same when the model is judged
 * otherwise later.
 */
function corrected(request: GenerationRequest, overrides: CheckpointOverrides): OptionValues {
  const { prediction, zeroTerminalSnr } = overrides;
  const levels = zeroTerminalSnr === true ? 'zero-terminal-snr' : 'default';
  return {
    ...(prediction !== undefined && isNeutral(request, 'prediction') && { prediction }),
    ...(zeroTerminalSnr !== undefined && isNeutral(request, 'noiseSchedule') && { noiseSchedule: levels }),
  };
}

/** @throws not_allowed for a family that the engine does not know */
function familyOf(asked: string | undefined, { families }: Catalogue): string | undefined {
  const ids = families.map(({ id }) => id);
  if (asked === undefined || ids.includes(asked)) return asked;
  throw new RequestError('not_allowed', `family: there is no family "${asked}".`, {
    field: 'family',
    limit: ids,
    got: asked,
    hint: `One of: ${ids.join(', ')}. Leave it out to take the one that was detected.`,
  });
}
