/**
 * Wildcards and dynamic prompts: `__name__`, `{a|b}`, `{2$$a|b|c}`, `{0.5::a|b}`, nested, resolved with a seed.
 *
 * The text it makes is what is saved with the picture; nothing below it knows of choices. Files are read elsewhere and
 * passed in.
 *
 * @source the forms of the dynamic-prompts extension, and SD.Next's weights behind a colon
 */
import type { Span } from './excerpt.ts';
import { scanPrompt, TOKEN, type Scan } from './scan.ts';

/** Draws a number in [0, 1). */
export type Draw = () => number;

/** The lines of a wildcard's file; null when there is none of that name. `*` matches within a name. */
export type ReadWildcard = (name: string) => readonly string[] | null;

/** What could not be resolved; the text is left where it stood. */
export interface ChoiceProblem {
  readonly kind: 'unknown_wildcard' | 'empty_wildcard' | 'wildcard_cycle' | 'prompt_too_long' | 'unclosed_brace';
  /** The wildcard's name; null for the others. */
  readonly name: string | null;
}

export interface ResolvedChoices {
  readonly text: string;
  readonly problems: readonly ChoiceProblem[];
}

/** One of `{a|b}`. */
interface Option {
  readonly parts: readonly Part[];
  readonly weight: number;
}

type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'wildcard'; readonly name: string; readonly text: string }
  | {
      readonly type: 'choice';
      readonly options: readonly Option[];
      readonly least: number;
      readonly most: number;
      readonly separator: string;
    };

/** Wildcards in wildcards, and braces in braces, beyond this are left as they stand. */
const DEEPEST = 32;
/** Wildcards that one prompt may look up in all; a chain of files that name each other twice doubles at every link. */
const MOST_LOOKUPS = 10_000;
const DEFAULT_SEPARATOR = ', ';
const COUNT = /^\s*(\d{1,3})?\s*(-)?\s*(\d{1,3})?\s*$/;
/** A weight and the spaces around it, as far as it is looked for. */
const LONGEST_WEIGHT = 32;
const WEIGHT_BEFORE = /^\s*(\d+\.?\d*|\.\d+)::/;
const WEIGHT_BEHIND = /:(\d+\.?\d*|\.\d+)\s*$/;

/**
 * @param limit characters the result may have; more is cut off and said
 */
export function resolveChoices(text: string, draw: Draw, readWildcard: ReadWildcard, limit: number): ResolvedChoices {
  const problems: ChoiceProblem[] = [];
  const within: string[] = [];
  let written = 0;
  let lookups = 0;

  const write = (parts: readonly Part[]): string => parts.map(writePart).join('');
  const writePart = (part: Part): string => {
    if (written > limit) return '';
    if (part.type === 'choice') return writeChoice(part);
    if (part.type === 'wildcard') return writeWildcard(part);
    written += part.text.length;
    return part.text;
  };
  const writeChoice = (choice: Extract<Part, { type: 'choice' }>): string => {
    const count = choice.least + Math.floor(draw() * (choice.most - choice.least + 1));
    const left = [...choice.options];
    const taken: string[] = [];
    while (taken.length < count && left.length > 0) {
      const [option] = left.splice(drawIndex(left, draw), 1);
      if (option !== undefined) taken.push(write(option.parts));
    }
    return taken.join(choice.separator);
  };
  const writeWildcard = ({ name, text: asWritten }: Extract<Part, { type: 'wildcard' }>): string => {
    const complain = (kind: ChoiceProblem['kind']): string => {
      if (!problems.some((each) => each.kind === kind && each.name === name)) problems.push({ kind, name });
      return asWritten;
    };
    if (++lookups > MOST_LOOKUPS) return complain('prompt_too_long');
    if (within.includes(name) || within.length >= DEEPEST) return complain('wildcard_cycle');
    const lines = readWildcard(name);
    if (lines === null) return complain('unknown_wildcard');
    const options = lines.map((line) => weighted(line, WEIGHT_BEFORE));
    if (options.length === 0) return complain('empty_wildcard');
    const line = options[drawIndex(options, draw)]?.text ?? '';
    within.push(name);
    const result = write(parseChoices(line).parts);
    within.pop();
    return result;
  };

  const { parts, isBalanced } = parseChoices(text);
  const resolved = write(parts);
  if (!isBalanced) problems.push({ kind: 'unclosed_brace', name: null });
  if (written <= limit && resolved.length <= limit) return { text: resolved, problems };
  return { text: resolved.slice(0, limit), problems: [...problems, { kind: 'prompt_too_long', name: null }] };
}

/** Where choices stand in a text, for those who colour or examine it. */
export interface ChoicePlaces {
  /** Braces, bars, counts and weights: what is no text of an option. Ascending. */
  readonly syntax: readonly Span[];
  readonly wildcards: readonly { readonly name: string; readonly span: Span }[];
  /** Braces that have no partner and are text. */
  readonly unpaired: readonly Span[];
}

/** Wildcards of files that do not exist are listed like all others. */
export function findChoices(text: string): ChoicePlaces {
  const { places } = parseChoices(text);
  const byPlace = (a: Span, b: Span): number => a.start - b.start;
  return { ...places, syntax: places.syntax.toSorted(byPlace), unpaired: places.unpaired.toSorted(byPlace) };
}

/** Whether a text has anything to choose. */
export function hasChoices(text: string): boolean {
  const { parts } = parseChoices(text);
  return parts.some(({ type }) => type !== 'text');
}

function drawIndex(options: readonly { readonly weight: number }[], draw: Draw): number {
  const sum = options.reduce((total, { weight }) => total + weight, 0);
  const at = draw() * (sum > 0 ? sum : options.length);
  let reached = 0;
  const found = options.findIndex(({ weight }) => (reached += sum > 0 ? weight : 1) > at);
  return found < 0 ? options.length - 1 : found;
}

function weighted(text: string, pattern: RegExp): { text: string; weight: number } {
  const match = pattern.exec(text);
  return match === null ? { text, weight: 1 } : { text: text.replace(pattern, ''), weight: Number(match[1]) };
}

interface Brace {
  /** Options so far; the last is being read. */
  readonly options: Part[][];
  /** Text of the brace from its start, should it never close. */
  readonly start: number;
  /** What stands before `$$`: the count, then the separator. */
  readonly heads: string[];
  headStart: number;
  /** Where the options begin and end. */
  readonly bounds: { start: number; end: number }[];
}

/** Choices, wildcards and the text between them. A brace that does not close is text. */
function parseChoices(text: string): { parts: Part[]; isBalanced: boolean; places: ChoicePlaces } {
  const scan = scanPrompt(text, 'choices');
  const base: Part[] = [];
  const open: Brace[] = [];
  const syntax: Span[] = [];
  const wildcards: { name: string; span: Span }[] = [];
  const unpaired: Span[] = [];
  const target = (): Part[] => open.at(-1)?.options.at(-1) ?? base;
  for (let index = 0; index < scan.length; index++) {
    const kind = scan.kind(index);
    const brace = open.at(-1);
    if (kind === TOKEN.curlyOpen && open.length < DEEPEST) {
      const end = scan.end(index);
      open.push({ options: [[]], start: index, heads: [], headStart: end, bounds: [{ start: end, end }] });
    } else if (kind === TOKEN.curlyClose && brace !== undefined) {
      open.pop();
      endOption(brace, scan.start(index));
      for (const span of syntaxOf(brace, scan, index)) syntax.push(span);
      target().push(closedBrace(brace));
    } else if (kind === TOKEN.bar && brace !== undefined) {
      endOption(brace, scan.start(index));
      brace.options.push([]);
      brace.bounds.push({ start: scan.end(index), end: scan.end(index) });
    } else if (kind === TOKEN.dollars && brace !== undefined && isHead(brace, scan, index)) {
      brace.heads.push(text.slice(brace.headStart, scan.start(index)));
      brace.headStart = scan.end(index);
      brace.options[0] = [];
      brace.bounds[0] = { start: brace.headStart, end: brace.headStart };
    } else if (kind === TOKEN.wildcard) {
      const asWritten = scan.slice(index);
      const name = asWritten.slice(2, -2);
      wildcards.push({ name, span: scan.span(index) });
      target().push({ type: 'wildcard', name, text: asWritten });
    } else {
      if (kind === TOKEN.curlyClose || kind === TOKEN.curlyOpen) unpaired.push(scan.span(index));
      target().push({ type: 'text', text: scan.slice(index) });
    }
  }
  const places = { syntax, wildcards, unpaired };
  if (open.length === 0) return { parts: base, isBalanced: unpaired.length === 0, places };
  // What an unclosed brace holds is text, but for the choices that are whole in it.
  for (const { options, start, heads } of open) {
    unpaired.push(scan.span(start));
    base.push({ type: 'text', text: `${scan.slice(start)}${heads.map((head) => `${head}$$`).join('')}` });
    for (const [index, option] of options.entries()) {
      if (index > 0) base.push({ type: 'text', text: '|' });
      for (const part of option) base.push(part);
    }
  }
  return { parts: base, isBalanced: false, places };
}

function endOption({ bounds }: Brace, end: number): void {
  const last = bounds.at(-1);
  if (last !== undefined) last.end = end;
}

/** Of a brace that closes at a token: everything but the texts of its options. */
function syntaxOf({ options, start, bounds }: Brace, scan: Scan, close: number): Span[] {
  const spans: Span[] = [];
  let from = scan.start(start);
  for (const [index, { start: begin, end }] of bounds.entries()) {
    const head = WEIGHT_BEFORE.exec(scan.text.slice(begin, Math.min(end, begin + LONGEST_WEIGHT)))?.[0] ?? '';
    const isPlain = options[index]?.length === 1 && !/[([<]/.test(scan.text.slice(begin, end));
    const tailStart = Math.max(begin, end - LONGEST_WEIGHT);
    const tail = head === '' && isPlain ? (WEIGHT_BEHIND.exec(scan.text.slice(tailStart, end))?.[0] ?? '') : '';
    spans.push({ start: from, end: begin + head.length });
    from = end - tail.length;
  }
  spans.push({ start: from, end: scan.end(close) });
  return spans;
}

/** `2$$` or `1-3$$ and $$` at the start of a brace. */
function isHead({ options, heads, headStart }: Brace, scan: Scan, index: number): boolean {
  if (options.length > 1 || heads.length > 1) return false;
  return heads.length === 1 || COUNT.test(scan.text.slice(headStart, scan.start(index)));
}

function closedBrace({ options, heads }: Brace): Part {
  const [count, separator = DEFAULT_SEPARATOR] = heads;
  const [, low, dash, high] = COUNT.exec(count ?? '1') ?? [];
  const least = low === undefined ? (dash === undefined ? 1 : 0) : Number(low);
  const most = high !== undefined ? Number(high) : dash === undefined ? least : options.length;
  return {
    type: 'choice',
    options: options.map(weightedOption),
    least: Math.min(least, most, options.length),
    most: Math.min(Math.max(least, most), options.length),
    separator,
  };
}

/** `0.5::a` and `a:0.5`: how often an option is drawn, 1 when nothing says. */
function weightedOption(parts: readonly Part[]): Option {
  const [first] = parts;
  if (first?.type === 'text') {
    const { text, weight } = weighted(first.text, WEIGHT_BEFORE);
    if (text !== first.text) return { parts: [{ type: 'text', text }, ...parts.slice(1)], weight };
  }
  const last = parts.at(-1);
  // A weight behind only where nothing could take it for emphasis or a schedule.
  if (last?.type !== 'text' || parts.length > 1 || /[([<]/.test(last.text)) return { parts, weight: 1 };
  const { text, weight } = weighted(last.text, WEIGHT_BEHIND);
  return { parts: [{ type: 'text', text }], weight };
}

/**
 * Repeatable draws for a seed: the same seed makes the same choices on every machine.
 *
 * @source splitmix32, a mixing function in the public domain
 */
export function seededDraws(seed: number): Draw {
  // Seeds go up to 2^53: both halves count.
  let state = ((seed % 2 ** 32) ^ Math.imul(Math.floor(seed / 2 ** 32), 0x9e37_79b9)) >>> 0;
  return () => {
    state = (state + 0x9e37_79b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
