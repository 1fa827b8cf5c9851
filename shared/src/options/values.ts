/** Values of options: their schema, what absent ones mean, and which of them say something. */
import { z } from 'zod';

import { idField, numberField } from '../fields.ts';
import type { OptionKind, OptionRow } from './row.ts';
import { OPTIONS, type OptionId } from './table.ts';

type ValueOf<Kind extends OptionKind> = Kind extends { kind: 'number' }
  ? number
  : Kind extends { kind: 'toggle' }
    ? boolean
    : Kind extends { kind: 'choice' }
      ? Kind['choices'][number]['id']
      : string;

/** What an option may be set to. */
export type OptionValue<Id extends OptionId = OptionId> = ValueOf<(typeof OPTIONS)[Id]['value']>;

/** Options that were asked for; absent = neutral. */
export type OptionValues = { [Id in OptionId]?: OptionValue<Id> | undefined };

/** In the order of the table. */
export const OPTION_IDS = Object.keys(OPTIONS) as OptionId[];

/** A row, whichever. */
export const optionRow = (id: OptionId): OptionRow => OPTIONS[id];

const schemaOf = ({ value }: OptionRow): z.ZodType => {
  switch (value.kind) {
    case 'number':
      return numberField(value.limit);
    case 'toggle':
      return z.boolean();
    case 'choice':
      return z.enum(value.choices.map(({ id }) => id));
    case 'model':
      return idField;
  }
};

/** The fields that options are of every request, all optional. */
export const optionFields = Object.fromEntries(
  OPTION_IDS.map((id) => [id, schemaOf(optionRow(id)).optional().describe(optionRow(id).summary)]),
) as {
  [Id in OptionId]: z.ZodOptional<z.ZodType<OptionValue<Id>, OptionValue<Id>>>;
};

type Neutral<Id extends OptionId> = (typeof OPTIONS)[Id]['value']['neutral'] extends null ? null : never;

/** What an option is set to: its neutral value where it is absent; null where that is no one value. */
export function optionOf<Id extends OptionId>(values: OptionValues, id: Id): OptionValue<Id> | Neutral<Id> {
  return (values[id] ?? OPTIONS[id].value.neutral) as OptionValue<Id> | Neutral<Id>;
}

/** Whether an option is what it would be anyway. */
export const isNeutral = (values: OptionValues, id: OptionId): boolean =>
  optionOf(values, id) === optionRow(id).value.neutral;

/** Whether the option that this one is about is in force. */
export function isWanted(values: OptionValues, id: OptionId): boolean {
  const { needs } = optionRow(id);
  if (needs === undefined) return true;
  const other = needs.id as OptionId;
  if (!isWanted(values, other)) return false;
  return needs.is === undefined ? !isNeutral(values, other) : optionOf(values, other) === needs.is;
}

/**
 * The options of these that say something: neutral ones are left out, and those that belong to another stand there
 * exactly where that one does. The same picture has one such form.
 */
export function settleOptions(values: OptionValues): OptionValues {
  const settled: Record<string, unknown> = {};
  for (const id of OPTION_IDS) {
    const { needs, value } = optionRow(id);
    if (needs === undefined ? isNeutral(values, id) : !isWanted(values, id) || value.neutral === null) continue;
    settled[id] = optionOf(values, id);
  }
  return settled;
}

/** The options among the fields of a request. */
export function pickOptions(fields: OptionValues): OptionValues {
  return Object.fromEntries(
    OPTION_IDS.filter((id) => fields[id] !== undefined).map((id) => [id, fields[id]]),
  ) as OptionValues;
}

/** Records that say which options they read; the family may be that of the model and that of its refiner. */
export interface OptionReaders {
  readonly sampler: { readonly options?: readonly string[] | undefined } | undefined;
  readonly schedule: { readonly options?: readonly string[] | undefined } | undefined;
  readonly families: readonly ({ readonly options?: readonly string[] | undefined } | undefined)[];
}

/** Whether anything would read the option. */
export function isRead(id: OptionId, { sampler, schedule, families }: OptionReaders): boolean {
  const reads = (record: { readonly options?: readonly string[] | undefined } | undefined): boolean =>
    record?.options?.includes(id) === true;
  switch (optionRow(id).readBy) {
    case 'any':
      return true;
    case 'sampler':
      return reads(sampler);
    case 'schedule':
      return reads(schedule);
    case 'family':
      return families.some(reads);
  }
}
