/**
 * The options of a request, settled and checked against what the engine, the sampler, the schedule and the models read.
 *
 * Pure but for the drawn seed. A combination that means nothing is refused by name; programs for the WebUI's API, which
 * send everything always, have it left out instead.
 */
import type { Catalogue, FamilyDescriptor } from '@easel/shared/catalogue';
import { RequestError } from '@easel/shared/errors';
import type { OptionId } from '@easel/shared/options/table';
import {
  isNeutral,
  isRead,
  optionOf,
  optionRow,
  pickOptions,
  settleOptions,
  type OptionValues,
} from '@easel/shared/options/values';
import { LIMITS } from '@easel/shared/units';

/** Examples in a hint; the whole list is its limit. */
const MOST_NAMED = 5;

/** What the rest of the request has been resolved to. */
export interface OptionContext {
  /** Ids in the catalogue. */
  readonly sampler: string;
  readonly schedule: string;
  /** Families of the model and of the refiner, where they are known. */
  readonly families: readonly (string | null)[];
  readonly catalogue: Catalogue;
  readonly count: number;
  readonly drawSeed: () => number;
  /** Leaves out what nothing would read instead of refusing it. */
  readonly isLenient: boolean;
}

/** @throws not_allowed, out_of_range, field_required */
export function resolveOptions(asked: OptionValues, context: OptionContext): OptionValues {
  const { catalogue } = context;
  const readers = {
    sampler: catalogue.samplers.find(({ id }) => id === context.sampler),
    schedule: catalogue.schedules.find(({ id }) => id === context.schedule),
    families: context.families.map((family) => catalogue.families.find(({ id }) => id === family)),
  };
  // A schedule that is not walked is not read either.
  const heard = readers.sampler?.ignoresSchedule === true ? { ...readers, schedule: undefined } : readers;
  const offered = new Set(catalogue.options.map(({ id }) => id));

  const picked = pickOptions(asked);
  for (const id of Object.keys(picked) as OptionId[]) {
    if (isNeutral(picked, id) || (offered.has(id) && isRead(id, heard))) continue;
    if (!context.isLenient) throw refuseUnread(id, picked, offered.has(id), context);
    delete picked[id];
  }
  const settled = settleOptions(picked);
  refuseNonsense(settled);
  refuseForeignRefiner(settled, readers.families);
  return withSeeds(settled, context);
}

/** Who would read an option: ids to choose among. */
function readersOf(id: OptionId, { catalogue }: OptionContext): { kind: string; ids: string[] } {
  const lists = { sampler: catalogue.samplers, schedule: catalogue.schedules, family: catalogue.families, any: [] };
  const { readBy } = optionRow(id);
  return {
    kind: readBy,
    ids: lists[readBy].filter(({ options }) => options?.includes(id) === true).map((entry) => entry.id),
  };
}

function refuseUnread(id: OptionId, values: OptionValues, isOffered: boolean, context: OptionContext): RequestError {
  const got = values[id];
  if (!isOffered) {
    return new RequestError('not_allowed', `${id}: this engine cannot do that.`, {
      field: id,
      got,
      hint: 'Leave it out.',
    });
  }
  const { kind, ids } = readersOf(id, context);
  const chosen = { sampler: context.sampler, schedule: context.schedule, family: context.families.join(', ') }[
    kind as 'sampler' | 'schedule' | 'family'
  ];
  const subject = kind === 'family' ? 'models of the family' : `the ${kind}`;
  return new RequestError('not_allowed', `${id}: ${subject} ${chosen} does nothing with it.`, {
    field: id,
    got,
    limit: ids,
    hint:
      ids.length === 0
        ? 'Leave it out.'
        : `Leave it out, or choose for example ${ids.slice(0, MOST_NAMED).join(', ')}.`,
  });
}

/** Options that are fine one by one and contradict each other. */
function refuseNonsense(values: OptionValues): void {
  if (!isNeutral(values, 'guidanceRescale') && !isNeutral(values, 'mimicScale')) {
    throw new RequestError(
      'not_allowed',
      'guidanceRescale and mimicScale are two cures of the same; only one can be taken.',
      {
        field: 'guidanceRescale',
        got: values.guidanceRescale,
        limit: 0,
        hint: 'Set one of the two to 0.',
      },
    );
  }
  const sides = ['seedResizeWidth', 'seedResizeHeight'] as const;
  const missing = sides.find((side) => isNeutral(values, side));
  if (missing !== undefined && sides.some((side) => !isNeutral(values, side))) {
    throw new RequestError('field_required', `${missing}: a seed is resized from a width and a height.`, {
      field: missing,
      hint: 'Give both, or neither.',
    });
  }
  refuseCrossed(values, 'sTmin', 'sTmax');
  refuseCrossed(values, 'sigmaMin', 'sigmaMax');
}

/** A refiner that reads other latents than the model makes. Where either is not known the engine finds out. */
function refuseForeignRefiner(
  values: OptionValues,
  [painter, refiner]: readonly (FamilyDescriptor | undefined)[],
): void {
  if (values.refiner === undefined || painter?.latents === undefined || refiner?.latents === undefined) return;
  if (painter.latents === refiner.latents) return;
  throw new RequestError('not_allowed', `refiner: ${refiner.label} reads other latents than ${painter.label} makes.`, {
    field: 'refiner',
    got: values.refiner,
    hint: 'Choose a refiner of the same line as the model.',
  });
}

/** A lower bound at or above the upper one; an upper bound of 0 is none. */
function refuseCrossed(values: OptionValues, low: 'sTmin' | 'sigmaMin', high: 'sTmax' | 'sigmaMax'): void {
  const [least, most] = [optionOf(values, low), optionOf(values, high)];
  if (most === 0 || least < most) return;
  throw new RequestError('out_of_range', `${low}: ${least} is not below ${high}, ${most}.`, {
    field: low,
    limit: most,
    got: least,
    hint: `Choose ${low} below ${most}.`,
  });
}

/** The variation seed drawn where it is left open; each further picture takes the next. */
function withSeeds(values: OptionValues, { count, drawSeed }: OptionContext): OptionValues {
  if (values.variationSeed === undefined) return values;
  const variationSeed = values.variationSeed === -1 ? drawSeed() : values.variationSeed;
  const highest = LIMITS.seed.maximum - (count - 1);
  if (variationSeed <= highest) return { ...values, variationSeed };
  throw new RequestError(
    'out_of_range',
    `variationSeed: at most ${highest} with ${count} pictures, since each takes the next seed.`,
    { field: 'variationSeed', limit: highest, got: variationSeed, hint: 'Choose a smaller seed or fewer pictures.' },
  );
}
