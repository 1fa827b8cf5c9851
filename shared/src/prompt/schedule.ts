/**
 * Prompts that change while a picture is made: `[from:to:when]`, `[to:when]`, `[from::when]`, `[a|b]`, nested.
 *
 * A text that the grammar does not take, as a `|` outside of brackets, is used as it stands.
 *
 * @source the WebUI's prompt editing; selection keeps its habit of serving an entry for its end step too
 */
import { takeSpans, wholeText, type Excerpt, type Span } from './excerpt.ts';
import { scanPrompt, TOKEN, type Scan } from './scan.ts';

/** Literal text, brackets around more than that, a switch or an alternation. A sequence of them is a prompt. */
export type ScheduleNode =
  | { readonly type: 'text'; readonly span: Span }
  | { readonly type: 'group'; readonly span: Span; readonly nodes: readonly ScheduleNode[] }
  | {
      readonly type: 'switch';
      readonly span: Span;
      readonly before: readonly ScheduleNode[];
      readonly after: readonly ScheduleNode[];
      /** The number as it was written: with a dot it is a share of the steps. */
      readonly when: string;
    }
  | { readonly type: 'alternation'; readonly span: Span; readonly choices: readonly (readonly ScheduleNode[])[] };

export interface Schedule {
  readonly nodes: readonly ScheduleNode[];
  /** Whether the grammar took the text; if not, `nodes` is all of it as literal text. */
  readonly isUnderstood: boolean;
  /** What the grammar could not take: a stray bar or backslash; null when it took the text. */
  readonly obstacle: Span | null;
}

export interface TimelineOptions {
  /** Steps of this pass, twice as many for samplers that evaluate twice a step. */
  readonly steps: number;
  /** Steps of the pass before this one, when this is the second pass over an enlarged picture. */
  readonly firstPassSteps?: number;
  /** Numbers below 1 are shares and all others steps, dot or not, as in old WebUI pictures. */
  readonly isOldStyle?: boolean;
}

/** What the prompt is up to a step. */
export interface TimelineEntry extends Excerpt {
  /** The last step, counted from 1, that it is meant for. */
  readonly end: number;
}

/** Nesting beyond this is read as text. */
const DEEPEST = 200;
const NUMBER = /^\s*([+-]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?)\s*$/;

/** While the text is read a stretch of it may grow. */
interface GrowingText {
  readonly type: 'text';
  readonly span: { start: number; end: number };
}
type Growing = GrowingText | Exclude<ScheduleNode, { type: 'text' }>;

interface Frame {
  readonly isSquare: boolean;
  readonly start: number;
  /** Parts between colons or bars. */
  readonly parts: Growing[][];
  readonly separators: { readonly kind: typeof TOKEN.colon | typeof TOKEN.bar; readonly span: Span }[];
}

/** Reads the schedules of a text in one pass. */
export function parseSchedule(text: string): Schedule {
  const scan = scanPrompt(text, 'prompt');
  const base: Growing[] = [];
  const open: Frame[] = [];
  let beyond = 0;
  let obstacle: Span | null = null;
  const target = (): Growing[] => open.at(-1)?.parts.at(-1) ?? base;

  /** A bracket that has no partner is text, and so is every bracket still open around it. */
  const flatten = (): void => {
    for (const frame of open) {
      pushText(base, frame.start, frame.start + 1);
      obstacle ??= frame.separators.find(({ kind }) => kind === TOKEN.bar)?.span ?? null;
      for (const node of literally(frame)) pushNode(base, node);
    }
    open.length = 0;
    beyond = 0;
  };

  for (let index = 0; index < scan.length; index++) {
    const kind = scan.kind(index);
    const span = scan.span(index);
    const isOpener = kind === TOKEN.roundOpen || kind === TOKEN.squareOpen;
    const isCloser = kind === TOKEN.roundClose || kind === TOKEN.squareClose;
    if ((isOpener && open.length >= DEEPEST) || (isCloser && beyond > 0)) {
      beyond += isOpener ? 1 : -1;
      pushText(target(), span.start, span.end);
    } else if (isOpener) {
      open.push({ isSquare: kind === TOKEN.squareOpen, start: span.start, parts: [[]], separators: [] });
    } else if (kind === TOKEN.colon || kind === TOKEN.bar) {
      const frame = open.at(-1);
      if (frame !== undefined) {
        frame.separators.push({ kind, span });
        frame.parts.push([]);
      } else {
        if (kind === TOKEN.bar) obstacle ??= span;
        pushText(base, span.start, span.end);
      }
    } else if (isCloser) {
      const frame = open.at(-1);
      const nodes = frame?.isSquare === (kind === TOKEN.squareClose) ? reduced(frame, scan, span) : null;
      if (nodes === null || frame === undefined) {
        flatten();
        pushText(base, span.start, span.end);
        continue;
      }
      open.pop();
      for (const node of nodes) pushNode(target(), node);
    } else {
      if (kind === TOKEN.loneBackslash) obstacle ??= span;
      pushText(target(), span.start, span.end);
    }
  }
  flatten();
  if (obstacle === null) return { nodes: base, isUnderstood: true, obstacle };
  return { nodes: [{ type: 'text', span: { start: 0, end: text.length } }], isUnderstood: false, obstacle };
}

/** What a closed bracket is; null when it is none of the forms. */
function reduced(frame: Frame, scan: Scan, close: Span): Growing[] | null {
  const { parts, separators, isSquare, start } = frame;
  const span = { start, end: close.end };
  const colons = separators.filter(({ kind }) => kind === TOKEN.colon).length;
  const bars = separators.length - colons;
  const isEmphasis = separators.length === 0 || (!isSquare && bars === 0 && colons === 1);
  if (isEmphasis) {
    const nodes: Growing[] = [];
    pushText(nodes, start, start + 1);
    for (const node of literally(frame)) pushNode(nodes, node);
    pushText(nodes, close.start, close.end);
    if (nodes.length === 1) return nodes;
    // Brackets stay one node: handing all that is in them from bracket to bracket would take quadratic time.
    return [{ type: 'group', span, nodes }];
  }
  if (!isSquare) return null;
  if (colons === 0) return [{ type: 'alternation', span, choices: parts }];
  const last = separators.at(-1);
  const when = NUMBER.exec(scan.text.slice(last?.span.end, close.start))?.[1];
  if (bars > 0 || colons > 2 || when === undefined) return null;
  const before = colons === 2 ? (parts[0] ?? []) : [];
  return [{ type: 'switch', span, before, after: parts[colons - 1] ?? [], when }];
}

/** The parts of a bracket and its separators as they stand. */
function literally({ parts, separators }: Frame): Growing[] {
  const nodes: Growing[] = [];
  for (const [index, part] of parts.entries()) {
    const separator = index === 0 ? undefined : separators[index - 1];
    if (separator !== undefined) pushText(nodes, separator.span.start, separator.span.end);
    for (const node of part) pushNode(nodes, node);
  }
  return nodes;
}

function pushNode(nodes: Growing[], node: Growing): void {
  if (node.type === 'text') pushText(nodes, node.span.start, node.span.end);
  else nodes.push(node);
}

function pushText(nodes: Growing[], start: number, end: number): void {
  const last = nodes.at(-1);
  if (last?.type === 'text' && last.span.end === start) last.span.end = end;
  else nodes.push({ type: 'text', span: { start, end } });
}

/** The step, counted from 1, up to which a switch shows what stands before; 0 and less = it shows the rest at once. */
export function switchStep(when: string, { steps, firstPassSteps, isOldStyle = false }: TimelineOptions): number {
  const value = Number(when);
  if (isOldStyle) return Math.min(steps, Math.trunc(value < 1 ? value * steps : value));
  const isSecondPass = firstPassSteps !== undefined;
  const isShare = when.includes('.');
  const step = isShare ? (value - (isSecondPass ? 1 : 0)) * steps : value - (firstPassSteps ?? 0);
  return Math.min(steps, Math.trunc(step));
}

/** The texts a prompt has one after the other; the last one ends at the last step. */
export function promptTimeline(prompt: Excerpt | string, options: TimelineOptions): TimelineEntry[] {
  const excerpt = typeof prompt === 'string' ? wholeText(prompt) : prompt;
  const { nodes } = parseSchedule(excerpt.text);
  const ends = new Set([options.steps]);
  forEachNode(nodes, (node) => {
    if (node.type === 'switch') {
      const step = switchStep(node.when, options);
      if (step >= 1) ends.add(step);
    } else if (node.type === 'alternation') for (let step = 1; step <= options.steps; step++) ends.add(step);
  });
  return [...ends].sort((a, b) => a - b).map((end) => ({ end, ...takeSpans(excerpt, spansAt(nodes, end, options)) }));
}

/**
 * What is shown at an evaluation of the network: the first entry that has not ended.
 *
 * @param evaluation counted from 0
 */
export function entryAt<T extends { readonly end: number }>(timeline: readonly T[], evaluation: number): T {
  const entry = timeline.find(({ end }) => end >= evaluation) ?? timeline.at(-1);
  if (entry === undefined) throw new RangeError('A timeline has at least one entry.');
  return entry;
}

/** Visits switches and alternations at every depth, whether they are ever shown or not. */
export function forEachNode(nodes: readonly ScheduleNode[], visit: (node: ScheduleNode) => void): void {
  for (const node of nodes) {
    visit(node);
    if (node.type === 'group') forEachNode(node.nodes, visit);
    else if (node.type === 'switch') {
      forEachNode(node.before, visit);
      forEachNode(node.after, visit);
    } else if (node.type === 'alternation') for (const choice of node.choices) forEachNode(choice, visit);
  }
}

function spansAt(nodes: readonly ScheduleNode[], step: number, options: TimelineOptions): Span[] {
  return nodes.flatMap((node) => {
    if (node.type === 'text') return [node.span];
    if (node.type === 'group') return spansAt(node.nodes, step, options);
    if (node.type === 'switch')
      return spansAt(step <= switchStep(node.when, options) ? node.before : node.after, step, options);
    return spansAt(node.choices[(step - 1) % node.choices.length] ?? [], step, options);
  });
}
