/**
 * From what was asked to cells: axes with their values read, the request of each cell, and the order they run in.
 *
 * Pure but for drawn seeds, which are passed in; the page shows with it what typing means before anything is sent.
 * Whether models and combinations are there is the server's to say (server/src/services/grids.ts).
 */
import type { Catalogue } from '../catalogue.ts';
import { RequestError, StudioError } from '../errors.ts';
import type { TextToImageRequest } from '../generation.ts';
import type { GridAxis, GridRequest, ShownAxis } from '../http/grids.ts';
import { NO_FILE } from '../options/row.ts';
import { findByName, resolveSamplerName } from '../sampler-names.ts';
import { LIMITS } from '../units.ts';
import { axisRow, type AxisKind, type AxisRow } from './axes.ts';
import { changeLoraWeight, ordersOf, replaceText } from './prompt-changes.ts';
import { badValue, checkNumber, formatList, MOST_CELLS, parseList, parseNumbers } from './values.ts';

export interface GridContext {
  readonly catalogue: Pick<Catalogue, 'samplers' | 'schedules' | 'rngs'>;
  /** For each seed that is left open. */
  drawSeed(): number;
}

/** One value of an axis. */
interface AxisEntry {
  readonly label: string;
  /** The request with it. @throws bad_axis where the prompt becomes too long */
  apply(request: TextToImageRequest): TextToImageRequest;
}

export interface ExpandedAxis {
  readonly asked: GridAxis;
  readonly row: AxisRow;
  readonly entries: readonly AxisEntry[];
}

export interface GridCell {
  readonly index: number;
  /** Which value of each axis. */
  readonly place: readonly number[];
  readonly request: TextToImageRequest;
}

/** What people call the axes, in their order. */
export const AXIS_NAMES = ['X', 'Y', 'Z'] as const;
/** Characters of all cells' prompts together; a grid is no way to fill a disk. */
const MOST_CHARACTERS = 20_000_000;

/** Two of these say different things. */
const isRepeatable = ({ value }: AxisRow): boolean => ['search', 'order', 'lora'].includes(value.kind);

/**
 * The axes with their values read.
 *
 * @throws bad_axis, unknown_sampler, unknown_schedule, not_allowed: with the axis in `field` (`axes.1.values`) and in the
 *   message; too_many_cells
 */
export function expandAxes({ request, axes }: GridRequest, context: GridContext): ExpandedAxis[] {
  const expanded = axes.map((asked, index) =>
    withField(index, asked, () => {
      const before = axes.slice(0, index);
      const row = axisRow(asked.type);
      if (row === undefined) throw new RequestError('not_allowed', `There is no axis "${asked.type}".`);
      if (before.some((other) => other.type === asked.type && (!isRepeatable(row) || sameAxis(other, asked)))) {
        throw badValue('same_axis', 'it is an axis already.', asked.type, 'Choose another for one of the two.');
      }
      return { asked, row, entries: readAxis(row, asked, request, context) };
    }),
  );
  const cells = expanded.reduce((product, { entries }) => product * entries.length, 1);
  if (cells > MOST_CELLS || cells * request.prompt.length > MOST_CHARACTERS) {
    throw new RequestError('too_many_cells', `This would be ${cells} pictures; a grid has at most ${MOST_CELLS}.`, {
      limit: MOST_CELLS,
      got: cells,
      hint: 'Take fewer values, or a shorter prompt.',
    });
  }
  return expanded;
}

const sameAxis = (one: GridAxis, other: GridAxis): boolean => one.values === other.values && one.name === other.name;

/** Says of a refusal which axis it is about. */
function withField<T>(index: number, { type }: GridAxis, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof StudioError)) throw thrown;
    const name = `${AXIS_NAMES[index] ?? index + 1}, ${axisRow(type)?.label ?? type}`;
    const field = `axes.${index}.${thrown.details['reason'] === 'no_name' ? 'name' : 'values'}`;
    throw new RequestError(thrown.code, `${name}: ${thrown.message}`, { ...thrown.details, field }, { cause: thrown });
  }
}

function readAxis(row: AxisRow, axis: GridAxis, request: TextToImageRequest, context: GridContext): AxisEntry[] {
  const { value } = row;
  const { values: text } = axis;
  const set = (given: unknown, label = String(given)): AxisEntry => ({
    label,
    apply: (before) => ({ ...before, [row.id]: given }),
  });
  switch (value.kind) {
    case 'number':
      return parseNumbers(text, value).map((number) => set(number));
    case 'seed':
      return parseNumbers(text, value).map((seed) => set(seed === -1 ? context.drawSeed() : seed));
    case 'text':
      return listOf(text, true).map((words) => set(words));
    case 'search':
      return readSearch(text, request);
    case 'order':
      return ordersOf(listOf(text), request.prompt).map(({ label, prompt }) => ({
        label,
        apply: (before) => ({ ...before, prompt: prompt(before.prompt) }),
      }));
    case 'style':
      return listOf(text).map((name) => ({
        label: name,
        apply: (before) =>
          name.toLowerCase() === NO_FILE ? before : { ...before, styles: [...(before.styles ?? []), name] },
      }));
    case 'lora':
      return readLora(axis);
    default:
      return listOf(text).map((word) => readChoice(value, word, set, context));
  }
}

/** At least one item. */
function listOf(text: string, keepsEmpty = false): string[] {
  const items = parseList(text, keepsEmpty);
  if (items.length === 0) throw badValue('empty', 'there are no values.', text, 'Write values with commas between.');
  if (items.length > MOST_CELLS) throw badValue('too_many', `more than ${MOST_CELLS} values.`, text);
  return items;
}

type ListKind = Exclude<AxisKind, { kind: 'number' | 'seed' | 'text' | 'search' | 'order' | 'style' | 'lora' }>;

const SIZE = /^(\d{1,5})\s*[x×*]\s*(\d{1,5})$/i;
const TRUE = ['true', 'on', 'yes', '1'];
const FALSE = ['false', 'off', 'no', '0'];

function readChoice(
  kind: ListKind,
  word: string,
  set: (given: unknown, label?: string) => AxisEntry,
  { catalogue }: GridContext,
): AxisEntry {
  const wanted = word.toLowerCase();
  switch (kind.kind) {
    case 'toggle':
      if (TRUE.includes(wanted)) return set(true, 'on');
      if (FALSE.includes(wanted)) return set(false, 'off');
      throw unknownChoice(word, ['on', 'off']);
    case 'choice': {
      const found = kind.choices.find(({ id, label, text = label }) =>
        [id, label, text].some((name) => name.toLowerCase() === wanted),
      );
      if (found !== undefined) return set(found.id, found.label);
      throw unknownChoice(
        word,
        kind.choices.map(({ id }) => id),
      );
    }
    case 'size': {
      const [, width, height] = SIZE.exec(word) ?? [];
      if (width === undefined || height === undefined) {
        throw badValue('not_a_size', `"${word}" is no size.`, word, 'Write sizes as 512x768.');
      }
      const size = {
        width: checkNumber(Number(width), word, LIMITS.width),
        height: checkNumber(Number(height), word, LIMITS.height),
      };
      return { label: `${width}×${height}`, apply: (before) => ({ ...before, ...size }) };
    }
    case 'model': {
      // As the WebUI has it; what the model suggests is what a request that says nothing gets.
      if (kind.of !== 'checkpoint' && wanted === 'automatic') return set(undefined, 'automatic');
      if (kind.of !== 'checkpoint' && wanted === NO_FILE) return set(NO_FILE, NO_FILE);
      return set(word, word.slice(word.lastIndexOf('/') + 1));
    }
    case 'entry':
      return readEntry(kind.list, word, set, catalogue);
  }
}

const AUTOMATIC = 'automatic';

function readEntry(
  list: 'samplers' | 'schedules' | 'rngs',
  word: string,
  set: (given: unknown, label?: string) => AxisEntry,
  catalogue: GridContext['catalogue'],
): AxisEntry {
  const entries = catalogue[list];
  if (list === 'samplers') {
    const choice = resolveSamplerName(word, catalogue);
    const label = entries.find(({ id }) => id === choice?.sampler)?.label;
    if (choice !== undefined && label !== undefined) {
      if (choice.schedule === AUTOMATIC) return set(choice.sampler, label);
      // A name of old that says both.
      const schedule = catalogue.schedules.find(({ id }) => id === choice.schedule)?.label ?? choice.schedule;
      return { label: `${label} ${schedule}`, apply: (before) => ({ ...before, ...choice }) };
    }
  } else {
    const found = findByName(entries, word);
    if (found !== undefined) return set(found.id, found.label);
    if (list === 'schedules' && word.toLowerCase() === AUTOMATIC) return set(AUTOMATIC, 'Automatic');
  }
  throw unknownChoice(
    word,
    entries.map(({ id }) => id),
  );
}

function unknownChoice(word: string, allowed: readonly string[]): RequestError {
  const hint = allowed.length <= 12 ? `One of: ${allowed.join(', ')}.` : 'The menu lists what there is.';
  const refusal = badValue('unknown_choice', `there is no "${word.slice(0, 60)}".`, word, hint);
  refusal.details.limit = allowed;
  return refusal;
}

function readSearch(text: string, request: TextToImageRequest): AxisEntry[] {
  const [search = '', ...others] = listOf(text, true);
  const { prompt, negativePrompt = '' } = request;
  if (search === '' || !(prompt.includes(search) || negativePrompt.includes(search))) {
    throw badValue(
      'not_in_prompt',
      `"${search.slice(0, 60)}" is not in the prompt.`,
      search,
      'The first value is the text that the others replace: write it as the prompt has it.',
    );
  }
  return [search, ...others].map((replacement) => ({
    label: replacement,
    apply: (before) => ({
      ...before,
      prompt: replaceText(before.prompt, search, replacement),
      ...(before.negativePrompt === undefined
        ? {}
        : { negativePrompt: replaceText(before.negativePrompt, search, replacement) }),
    }),
  }));
}

/** Weights beyond this are no weights any more. */
const LORA_LIMIT = { minimum: -10, maximum: 10, integer: false } as const;

function readLora({ name = '', values }: GridAxis): AxisEntry[] {
  const wanted = name.trim();
  if (wanted === '' || /[<>:]/.test(wanted)) {
    throw badValue('no_name', 'which LoRA?', name, 'Name the LoRA as a tag in the prompt does.');
  }
  return parseNumbers(values, { limit: LORA_LIMIT }).map((weight) => ({
    label: String(weight),
    apply: (before) => ({ ...before, prompt: changeLoraWeight(before.prompt, wanted, weight) }),
  }));
}

/** Every cell, by its index. @throws bad_axis where a prompt becomes too long */
export function cellsOf(request: TextToImageRequest, axes: readonly ExpandedAxis[]): GridCell[] {
  const lengths = axes.map(({ entries }) => entries.length);
  const total = lengths.reduce((product, length) => product * length, 1);
  return Array.from({ length: total }, (_, index) => {
    const place = placeOf(index, lengths);
    const cell = axes.reduce(
      (made, { asked, entries }, axis) =>
        withField(axis, asked, () => (entries[place[axis] ?? 0] as AxisEntry).apply(made)),
      request,
    );
    return { index, place, request: cell };
  });
}

/** Which value of each axis a cell has; X counts fastest. */
function placeOf(index: number, lengths: readonly number[]): number[] {
  let rest = index;
  return lengths.map((length) => {
    const at = rest % length;
    rest = Math.floor(rest / length);
    return at;
  });
}

/** The order to run cells in: what is dear to change changes least often; else as one reads. */
export function runOrder(cells: readonly GridCell[], axes: readonly ExpandedAxis[]): GridCell[] {
  const slowestFirst = axes
    .map(({ row }, axis) => ({ axis, cost: row.cost }))
    .sort((left, right) => right.cost - left.cost || right.axis - left.axis);
  return [...cells].sort((left, right) => {
    for (const { axis } of slowestFirst) {
      const difference = (left.place[axis] ?? 0) - (right.place[axis] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

/** What of an axis is kept and shown. */
export const shownAxisOf = ({ asked, row, entries }: ExpandedAxis): ShownAxis => ({
  ...asked,
  label: row.id === 'lora' ? (asked.name ?? row.label) : row.label,
  entries: entries.map(({ label }) => label),
});

/** The heading of a value: its axis' name before it, unless it speaks for itself. */
export function headingOf({ type, label }: ShownAxis, entry: string): string {
  return axisRow(type)?.isPlain === true ? entry : `${label}: ${entry}`;
}

/** What the WebUI writes of a grid into its sheet's settings. */
export function gridSettings(axes: readonly ShownAxis[]): (readonly [key: string, value: string])[] {
  return [
    ['Script', 'X/Y/Z plot'] as const,
    ...axes.flatMap((axis, index): (readonly [string, string])[] => {
      const name = AXIS_NAMES[index] as string;
      const row = axisRow(axis.type);
      const type = axis.type === 'lora' ? `LoRA weight ${axis.name ?? ''}`.trim() : (row?.webui ?? axis.type);
      return [
        [`${name} Type`, type],
        [`${name} Values`, axis.values],
        // Seeds that were drawn are told, so that the same can be asked for again.
        ...(row?.value.kind === 'seed' ? [[`Fixed ${name} Values`, formatList(axis.entries)] as const] : []),
      ];
    }),
  ];
}
