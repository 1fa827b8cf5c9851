/** The options of the table under the WebUI's names: taken loosely, checked once they are ours. */
import { RequestError } from '@easel/shared/errors';
import type { OptionId } from '@easel/shared/options/table';
import { optionFields, optionRow } from '@easel/shared/options/values';
import { z } from 'zod';

const LONGEST_TEXT = 10_000;

/** Fields that may be numbers, claims or texts: clients send each of them in each form. */
export const looseFields = (names: Iterable<string>): Record<never, never> =>
  Object.fromEntries(
    [...names].map((name) => [name, z.union([z.number(), z.boolean(), z.string().max(LONGEST_TEXT)]).nullish()]),
  );

/** What an option may be, for a refusal. */
const allowedOf = (id: OptionId): unknown => {
  const { value } = optionRow(id);
  if (value.kind === 'number') return value.limit;
  return value.kind === 'choice' ? value.choices.map(({ text: own, label }) => own ?? label) : value.kind;
};

/**
 * @param name what the WebUI calls it
 * @returns the value; undefined for undefined
 * @throws out_of_range, not_allowed naming the WebUI's field
 */
export function checkOption(id: OptionId, name: string, value: unknown): unknown {
  if (value === undefined) return undefined;
  const parsed = optionFields[id].safeParse(value);
  if (parsed.success) return parsed.data;
  const code = optionRow(id).value.kind === 'number' ? 'out_of_range' : 'not_allowed';
  throw new RequestError(code, `${name}: this value is not allowed.`, {
    field: name,
    limit: allowedOf(id),
    got: JSON.stringify(value).slice(0, 100),
    hint: 'Send a value within the limit, or leave it out.',
  });
}
