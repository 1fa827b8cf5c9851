/**
 * The grammar of an axis' values: `10, 20`, `1-5`, `1-5 (+2)`, `1-10 [5]`, and lists of texts with quoted commas.
 *
 * Pure. It knows numbers and texts; what they are values of is axes.ts. Grammar: that of the WebUI's X/Y/Z plot, but a
 * range never passes its end, and one that runs downwards needs no sign of its step.
 */
import { RequestError } from '../errors.ts';
import type { NumberLimit } from '../units.ts';

/** Cells of a grid. A thousand pictures are a night's work, and a sheet of more cannot be looked at. */
export const MOST_CELLS = 1000;

/** Why a value cannot be taken; the page has a sentence for each. */
export const VALUE_PROBLEMS = [
  'empty',
  'not_a_number',
  'not_whole',
  'out_of_range',
  'not_multiple',
  'endless_range',
  'too_many',
  'unknown_choice',
  'not_a_size',
  'not_in_prompt',
  'no_name',
  'same_axis',
  'prompt_too_long',
] as const;
export type ValueProblem = (typeof VALUE_PROBLEMS)[number];

/** A refusal of one value. @param got the value as it was written */
export function badValue(reason: ValueProblem, message: string, got: string, hint?: string): RequestError {
  return new RequestError('bad_axis', message, {
    reason,
    got: got.slice(0, 100),
    ...(hint === undefined ? {} : { hint }),
  });
}

/**
 * A list as people type it: commas and line breaks part, quotes hold them, two quotes within quotes are one.
 *
 * @param keepsEmpty an empty item is one too (a text replaced by nothing); else they are left out
 */
export function parseList(text: string, keepsEmpty = false): string[] {
  const items: { text: string; isQuoted: boolean }[] = [];
  let item = '';
  let isQuoted = false;
  let isOpen = false;
  const end = (): void => {
    items.push({ text: isQuoted ? item : item.trim(), isQuoted });
    item = '';
    isQuoted = false;
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (isOpen) {
      if (character !== '"') item += character;
      else if (text[at + 1] === '"') item += text[++at] as string;
      else isOpen = false;
    } else if (character === '"' && !isQuoted && item.trim() === '') {
      item = '';
      isQuoted = true;
      isOpen = true;
    } else if (character === ',' || character === '\n') end();
    // What follows closing quotes is white space, or part of the item as CSV readers have it.
    else if (!isQuoted || character.trim() !== '') item += character;
  }
  end();
  // A comma at the end is a slip of the hand, not a value.
  if (items.at(-1)?.text === '' && items.at(-1)?.isQuoted === false) items.pop();
  return items.filter((each) => keepsEmpty || each.text !== '').map((each) => each.text);
}

/** The same the other way round: items as one line that reads back as they are. */
export const formatList = (items: readonly string[]): string =>
  items.map((item) => (/^$|[",\n]|^\s|\s$/.test(item) ? `"${item.replaceAll('"', '""')}"` : item)).join(', ');

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)`;
const SINGLE = new RegExp(`^${NUMBER}$`);
const RANGE = new RegExp(
  String.raw`^(${NUMBER})\s*-\s*(${NUMBER})(?:\s*\(\s*(${NUMBER})\s*\)|\s*\[\s*(\d{1,9})\s*\])?$`,
);

/** What an axis of numbers takes. */
export interface NumberAxis {
  readonly limit: NumberLimit;
  /** What a range counts in where it does not say; the limit's multiple where there is one, else 1. */
  readonly step?: number;
}

/**
 * Numbers and ranges, expanded in their order.
 *
 * @throws bad_axis with the item and why
 */
export function parseNumbers(text: string, axis: NumberAxis): number[] {
  const numbers: number[] = [];
  for (const item of parseList(text)) {
    for (const value of expandItem(item, axis)) numbers.push(checkNumber(value, item, axis.limit));
    if (numbers.length > MOST_CELLS) throw tooMany(item);
  }
  if (numbers.length === 0) throw badValue('empty', 'There are no values.', text, 'Write for example 10, 20 or 1-5.');
  return numbers;
}

function expandItem(item: string, { limit, step = limit.multipleOf ?? 1 }: NumberAxis): number[] {
  if (SINGLE.test(item)) return [Number(item)];
  const [, from, to, by, count] = RANGE.exec(item) ?? [];
  if (from === undefined || to === undefined) {
    throw badValue('not_a_number', `"${item.slice(0, 60)}" is no number and no range.`, item, RANGES_HINT);
  }
  const [start, end] = [Number(from), Number(to)];
  if (count !== undefined) return spread(start, end, Number(count), item, limit);
  const direction = end < start ? -1 : 1;
  const stride =
    by === undefined ? direction * step : Number(by) * (by.startsWith('-') || by.startsWith('+') ? 1 : direction);
  if (stride === 0 || (end - start) * stride < 0) {
    throw badValue('endless_range', `"${item}" never gets from ${start} to ${end}.`, item, RANGES_HINT);
  }
  const length = Math.floor((end - start) / stride + 1e-9) + 1;
  if (length > MOST_CELLS) throw tooMany(item);
  const digits = Math.max(digitsOf(from), digitsOf(by ?? String(step)));
  return Array.from({ length }, (_, index) => Number((start + index * stride).toFixed(digits)));
}

/** So many numbers at even distances, both ends among them; whole ones are cut, and brought to their multiple. */
function spread(start: number, end: number, count: number, item: string, limit: NumberLimit): number[] {
  if (count < 1) throw badValue('empty', `"${item}" is no value at all.`, item, RANGES_HINT);
  if (count > MOST_CELLS) throw tooMany(item);
  const grid = limit.multipleOf ?? 1;
  return Array.from({ length: count }, (_, index) => {
    const value = count === 1 ? start : start + ((end - start) * index) / (count - 1);
    return limit.integer ? Math.trunc(value / grid + 1e-9) * grid : Number(value.toFixed(4));
  });
}

const RANGES_HINT = 'Write numbers, 1-5, 1-5 (+2) for steps of two, or 1-10 [5] for five values.';

const digitsOf = (text: string): number => Math.min(10, /\.(\d+)/.exec(text)?.[1]?.length ?? 0);

const tooMany = (item: string): RequestError =>
  badValue('too_many', `"${item}" makes more than ${MOST_CELLS} values.`, item, 'Take fewer, or larger steps.');

/** The value itself where an axis takes it. @throws bad_axis */
export function checkNumber(value: number, item: string, limit: NumberLimit): number {
  const { minimum, maximum, multipleOf, integer } = limit;
  if (integer && !Number.isInteger(value)) {
    throw badValue('not_whole', `${value} is not a whole number.`, item, 'Write whole numbers.');
  }
  if (!(value >= minimum && value <= maximum)) {
    const refusal = badValue('out_of_range', `${value} is not from ${minimum} to ${maximum}.`, item);
    refusal.details.limit = { minimum, maximum };
    refusal.details.hint = `Write numbers from ${minimum} to ${maximum}.`;
    throw refusal;
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) {
    const refusal = badValue('not_multiple', `${value} is not a multiple of ${multipleOf}.`, item);
    refusal.details.limit = multipleOf;
    refusal.details.hint = `Write multiples of ${multipleOf}.`;
    throw refusal;
  }
  return value;
}
