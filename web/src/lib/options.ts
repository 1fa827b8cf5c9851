/** The options of a form: which of them mean something with what else is chosen, and how they are set and sent. */
import type { OptionDescriptor } from '@easel/shared/catalogue';
import type { GenerationDefaults } from '@easel/shared/generation';
import type { CatalogueView } from '@easel/shared/http/catalogue';
import type { ModelList, ModelView } from '@easel/shared/http/models';
import type { OptionId } from '@easel/shared/options/table';
import {
  isNeutral,
  isRead,
  isWanted,
  settleOptions,
  type OptionReaders,
  type OptionValues,
} from '@easel/shared/options/values';

/** What of a form decides who reads its options. */
interface Chosen {
  readonly changes: Partial<Pick<GenerationDefaults, 'sampler' | 'schedule'>>;
  readonly options: OptionValues;
}

/** Who would read the options of a form: its sampler, its schedule, its model and its refiner. */
export function readersOf(
  { changes, options }: Chosen,
  model: ModelView | undefined,
  catalogue: CatalogueView,
  models: ModelList | undefined,
): OptionReaders {
  const sampler = catalogue.samplers.find(({ id }) => id === (changes.sampler ?? model?.defaults?.sampler));
  const chosen = changes.schedule ?? model?.defaults?.schedule;
  const schedule = chosen === 'automatic' ? sampler?.defaultSchedule : chosen;
  const refiner = models?.models.find(({ id }) => id === options.refiner);
  return {
    sampler,
    schedule: sampler?.ignoresSchedule === true ? undefined : catalogue.schedules.find(({ id }) => id === schedule),
    families: [model, refiner].map((each) => catalogue.families.find(({ id }) => id === each?.family)),
  };
}

/** Whether an option would do something as the form is. */
export const isInForce = (option: OptionDescriptor, values: OptionValues, readers: OptionReaders): boolean =>
  isRead(option.id as OptionId, readers) && isWanted(values, option.id as OptionId);

/** Sets one option; a neutral value is no option. */
export function withOption(values: OptionValues, id: OptionId, value: unknown): OptionValues {
  const next = { ...values, [id]: value };
  if (!isNeutral(next, id)) return next;
  const { [id]: _, ...others } = next;
  return others;
}

/** Without these, or without any. */
export function withoutOptions(values: OptionValues, ids?: readonly OptionId[]): OptionValues {
  if (ids === undefined) return {};
  const rest = { ...values };
  for (const id of ids) delete rest[id];
  return rest;
}

/** What to send: without those that nothing would read, which the server refuses; they stay in the form. */
export function sentOptions(values: OptionValues, readers: OptionReaders | undefined): OptionValues {
  const settled = settleOptions(values);
  if (readers === undefined) return settled;
  return Object.fromEntries(Object.entries(settled).filter(([id]) => isRead(id as OptionId, readers))) as OptionValues;
}
