/** Options as the texts and values other programs have for them: in infotexts and in the WebUI's API. */
import type { OptionRow, WebuiSetting } from './row.ts';
import type { OptionId } from './table.ts';
import { isNeutral, isWanted, OPTION_IDS, optionOf, optionRow, type OptionValues } from './values.ts';

/** A number in a text; NaN for anything else. */
export const toNumber = (text: string): number =>
  /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;

/** What a text says an option is; whether that is allowed is for its schema to say. */
export function optionFromText(id: OptionId, text: string): unknown {
  const { value } = optionRow(id);
  const word = text.trim().toLowerCase();
  switch (value.kind) {
    case 'number':
      return toNumber(text);
    case 'toggle':
      return word === 'true' ? true : word === 'false' ? false : text;
    case 'choice': {
      const names = (each: (typeof value.choices)[number]): string[] => [each.id, each.text ?? each.label];
      return value.choices.find((each) => names(each).some((name) => name.toLowerCase() === word))?.id ?? text;
    }
    case 'model':
      return text;
  }
}

/** The text for an option, as infotexts have it. */
function textOf({ value }: OptionRow, given: unknown): string | number | boolean {
  if (value.kind !== 'choice') return given as string | number | boolean;
  const chosen = value.choices.find(({ id }) => id === given);
  return chosen?.text ?? chosen?.label ?? String(given);
}

/** Whether an infotext names it. */
function isWritten(values: OptionValues, id: OptionId): boolean {
  const { needs, infotext } = optionRow(id);
  if (needs !== undefined && !isWanted(values, id)) return false;
  return infotext.isAlwaysWritten === true || !isNeutral(values, id);
}

/** One item of a settings line. */
export type OptionItem = readonly [key: string, value: string | number | boolean];

/**
 * The items that options are in an infotext, in the order of the table; halves of a size come as one.
 *
 * @param sampler id of the picture's sampler: some keys depend on it
 */
export function optionItems(values: OptionValues, sampler: string): OptionItem[] {
  const items = new Map<string, string | number | boolean>();
  for (const id of OPTION_IDS) {
    const row = optionRow(id);
    const { infotext } = row;
    if (infotext.part !== undefined) {
      const halves = OPTION_IDS.filter((each) => optionRow(each).infotext.key === infotext.key);
      if (halves.some((half) => isWritten(values, half))) {
        items.set(infotext.key, halves.map((half) => optionOf(values, half)).join('x'));
      }
    } else if (isWritten(values, id)) {
      items.set(infotext.bySampler?.[sampler] ?? infotext.key, textOf(row, optionOf(values, id)));
      for (const [key, value] of infotext.beside ?? []) items.set(key, value);
    }
  }
  return [...items];
}

/** What an infotext says of an option; undefined where it says nothing. Halves of a size have keys of their own there. */
export function optionText(fields: ReadonlyMap<string, string>, id: OptionId): string | undefined {
  const { key, part, also = [] } = optionRow(id).infotext;
  const keys = part === undefined ? [key, ...also] : [`${key}-${part}`];
  const said = keys.map((each) => fields.get(each)).find((text) => text !== undefined);
  if (said !== undefined || part !== undefined) return said;
  // A name that looks like a size was taken apart by the reader.
  const [width, height] = [fields.get(`${key}-1`), fields.get(`${key}-2`)];
  return width === undefined || height === undefined ? undefined : `${width}x${height}`;
}

/** Options by what the WebUI's API calls them;. */
export const WEBUI_FIELDS: ReadonlyMap<string, OptionId> = new Map(
  OPTION_IDS.flatMap((id) => {
    const field = optionRow(id).webui?.field;
    return field === undefined ? [] : [[field, id] as const];
  }),
);

/** The same for its settings. */
export const WEBUI_SETTINGS: readonly (WebuiSetting & { readonly id: OptionId })[] = OPTION_IDS.flatMap((id) =>
  (optionRow(id).webui?.settings ?? []).map((setting) => ({ ...setting, id })),
);

/** What a setting of the WebUI means for an option of a picture by this sampler; undefined where it asks for nothing. */
export function optionFromSetting(
  { id, neutral, onlyFor, notFor }: (typeof WEBUI_SETTINGS)[number],
  given: unknown,
  sampler: string,
): unknown {
  const isFor = onlyFor?.includes(sampler) ?? notFor?.includes(sampler) !== true;
  return isFor && given !== neutral ? optionFromWebui(id, given) : undefined;
}

/**
 * What a value of the WebUI's API means for an option; undefined where it asks for nothing (`-1` for a size, `None` for a
 * model). Whether it is allowed is for the schema to say.
 */
export function optionFromWebui(id: OptionId, given: unknown): unknown {
  const { value, infotext } = optionRow(id);
  if (given === null || given === undefined || given === '') return undefined;
  const read = typeof given === 'string' || value.kind === 'choice' ? optionFromText(id, webuiText(given)) : given;
  if (value.kind === 'model') return ['none', 'automatic'].includes(webuiText(given).toLowerCase()) ? undefined : read;
  if (infotext.part === undefined || typeof read !== 'number') return read;
  // There a size that is not positive is none, and cells of eight pixels are counted.
  const multiple = value.kind === 'number' ? (value.limit.multipleOf ?? 1) : 1;
  return read <= 0 ? undefined : Math.floor(read / multiple) * multiple;
}

const webuiText = (given: unknown): string =>
  typeof given === 'string' ? given : given === true ? 'True' : given === false ? 'False' : JSON.stringify(given);
