/**
 * Emphasis: `(t)`, `[t]`, `(t:1.3)`, escapes and BREAK, to runs of text with a weight each.
 *
 * @source the WebUI's rules (prompt attention): round and square brackets are counted apart, so they may cross
 */
import { takeSpans, type Excerpt, type Span } from './excerpt.ts';
import { scanPrompt, TOKEN, type Scan } from './scan.ts';

/** A stretch of text of one weight, or a BREAK. Its text is what the tokenizer gets: escapes are resolved. */
export interface WeightedRun extends Excerpt {
  /** For a break -1 times the weights around it, as the WebUI counts; it has no meaning. */
  readonly weight: number;
  readonly isBreak: boolean;
}

const EMPHASIS = 1.1;
const RELIEF = 1 / 1.1;
/** Weights of brackets nested deeper than this may differ from the reference in the last digit. */
const EXACT_DEPTH = 64;
/** Brackets nested deeper than this, each kind by itself, are text. */
const DEEPEST = 1000;
/** The WebUI's number, where it is one. */
const WEIGHT = /^[ \t\n\v\f\r]*([+-]?(?:\d+\.?\d*|\.\d+))[ \t\n\v\f\r]*$/;

interface Group {
  readonly parent: Group | null;
  readonly depth: number;
  factor: number;
  /** Counts closings: weights multiply from the first closed to the last. */
  closedAt: number;
  /** Product over this group and its parents, made when it is asked for. */
  product: number | null;
}

interface OpenRun {
  readonly start: number;
  end: number;
  readonly isBreak: boolean;
  readonly round: Group | null;
  readonly square: Group | null;
}

/** The brackets of one kind that are open. */
class Nesting {
  innermost: Group | null = null;
  /** Openers too deep to count; as many closers belong to them. */
  #beyond = 0;

  /** False where the bracket is text. */
  open(): boolean {
    const parent = this.innermost;
    const depth = (parent?.depth ?? 0) + 1;
    if (depth > DEEPEST) {
      this.#beyond++;
      return false;
    }
    this.innermost = { parent, depth, factor: 1, closedAt: 0, product: null };
    return true;
  }

  /** False where there is nothing to close and the bracket is text. */
  close(factor: number, closedAt: number): boolean {
    if (this.#beyond > 0) {
      this.#beyond--;
      return false;
    }
    if (this.innermost === null) return false;
    this.innermost.factor = factor;
    this.innermost.closedAt = closedAt;
    this.innermost = this.innermost.parent;
    return true;
  }

  /** What is still open at the end counts to the end. */
  closeAll(factor: number, closedAt: number): void {
    this.#beyond = 0;
    for (let at = closedAt + 1; this.close(factor, at); at++);
  }
}

/** Reads the emphasis of a text. Never fails: what is no emphasis is text. Empty text is one empty run. */
export function parseWeights(text: string): WeightedRun[] {
  const scan = scanPrompt(text, 'prompt');
  const runs: OpenRun[] = [];
  const round = new Nesting();
  const square = new Nesting();
  let closings = 0;
  const add = (start: number, end: number, isBreak = false): void => {
    const last = runs.at(-1);
    const isMore = !isBreak && last?.end === start && !last.isBreak;
    if (isMore && last.round === round.innermost && last.square === square.innermost) last.end = end;
    else runs.push({ start, end, isBreak, round: round.innermost, square: square.innermost });
  };

  for (let index = 0; index < scan.length; index++) {
    const kind = scan.kind(index);
    let isBracket = false;
    if (kind === TOKEN.roundOpen) isBracket = round.open();
    else if (kind === TOKEN.squareOpen) isBracket = square.open();
    else if (kind === TOKEN.roundClose) isBracket = round.close(EMPHASIS, ++closings);
    else if (kind === TOKEN.squareClose) isBracket = square.close(RELIEF, ++closings);
    else if (kind === TOKEN.loneBackslash) isBracket = true;
    else if (kind === TOKEN.colon && round.innermost !== null) {
      const weight = closingWeight(scan, index);
      isBracket = weight !== null && round.close(weight, ++closings);
      if (isBracket) index += 2;
    }
    if (isBracket) continue;
    const start = kind === TOKEN.escape ? scan.start(index) + 1 : scan.start(index);
    add(start, scan.end(index), kind === TOKEN.break);
  }
  round.closeAll(EMPHASIS, closings);
  square.closeAll(RELIEF, closings + DEEPEST);
  return merged(text, runs);
}

/** The weight of `:1.3)` where that stands at a token; null for everything else. */
function closingWeight(scan: Scan, index: number): number | null {
  if (scan.kind(index) !== TOKEN.colon || index + 2 >= scan.length) return null;
  if (scan.kind(index + 1) !== TOKEN.text || scan.kind(index + 2) !== TOKEN.roundClose) return null;
  const digits = WEIGHT.exec(scan.slice(index + 1))?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Neighbours of one weight become one run, and white space around a break goes. */
function merged(text: string, open: readonly OpenRun[]): WeightedRun[] {
  const runs: { weight: number; isBreak: boolean; pieces: Span[] }[] = [];
  for (const { start, end: runEnd, isBreak, round, square } of open) {
    const span = { start, end: runEnd };
    const weight = weightOf(round, square) * (isBreak ? -1 : 1);
    const last = runs.at(-1);
    if (last !== undefined && !isBreak && !last.isBreak && last.weight === weight) {
      const end = last.pieces.at(-1);
      if (end?.end === span.start) last.pieces[last.pieces.length - 1] = { start: end.start, end: span.end };
      else last.pieces.push(span);
    } else runs.push({ weight, isBreak, pieces: [span] });
  }
  const spoken = runs
    .map(({ weight, isBreak, pieces }, index): WeightedRun => {
      const whole: Excerpt = { text: pieces.map(({ start, end }) => text.slice(start, end)).join(''), pieces };
      if (isBreak) return { ...whole, weight, isBreak };
      const start = runs[index - 1]?.isBreak === true ? whole.text.length - whole.text.trimStart().length : 0;
      const end = runs[index + 1]?.isBreak === true ? whole.text.trimEnd().length : whole.text.length;
      const isWhole = start === 0 && end === whole.text.length;
      return { ...(isWhole ? whole : takeSpans(whole, [{ start, end }])), weight, isBreak };
    })
    .filter((run) => run.text !== '');
  return spoken.length > 0 ? spoken : [{ text: '', pieces: [], weight: 1, isBreak: false }];
}

function weightOf(round: Group | null, square: Group | null): number {
  const depth = (round?.depth ?? 0) + (square?.depth ?? 0);
  if (depth === 0) return 1;
  if (depth > EXACT_DEPTH) return productOf(round) * productOf(square);
  const around: Group[] = [];
  for (let group = round; group !== null; group = group.parent) around.push(group);
  for (let group = square; group !== null; group = group.parent) around.push(group);
  around.sort((a, b) => a.closedAt - b.closedAt);
  return around.reduce((product, { factor }) => product * factor, 1);
}

/** Walks up to the nearest known product, then down again: deep nesting is no deep recursion. */
function productOf(group: Group | null): number {
  const unknown: Group[] = [];
  let known = group;
  for (; known !== null && known.product === null; known = known.parent) unknown.push(known);
  let product = known?.product ?? 1;
  for (const each of unknown.toReversed()) {
    product *= each.factor;
    each.product = product;
  }
  return product;
}
