/**
 * What is odd in a prompt, found before it runs, each with its place and, where there is one, a fix.
 *
 * Pure; what files there are is passed in. Nothing here is refused: a prompt with all these problems still runs.
 */
import { findChoices, type ChoicePlaces } from './choices.ts';
import { dropSpans, takeSpans, type Excerpt, type Span } from './excerpt.ts';
import { splitConjunction } from './conjunction.ts';
import type { PromptProblemKind } from './problem-kinds.ts';
import { scanPrompt, TOKEN } from './scan.ts';
import { forEachNode, parseSchedule, switchStep, type TimelineOptions } from './schedule.ts';
import { dropComments, readHypernetworkTag, readLoraTag, takeTags, type NetworkTag } from './tags.ts';

export interface PromptProblem {
  readonly kind: PromptProblemKind;
  /** Where in the prompt as it was typed. */
  readonly span: Span;
  /** What to write there instead; null where nothing obvious helps. */
  readonly fix: { readonly span: Span; readonly text: string } | null;
  /** Names near the one that was not found. */
  readonly near?: readonly string[];
}

export interface ProblemOptions extends TimelineOptions {
  readonly isNegative: boolean;
  readonly findLora: FindName<FoundLora>;
  /** Absent where it is not known which there are. */
  readonly findHypernetwork?: FindName<FoundName>;
  readonly findWildcard?: FindName<FoundWildcard>;
}

export interface FoundName {
  readonly isFound: boolean;
  /** Names like it, where there is none of this name. */
  readonly near: readonly string[];
}

export interface FoundWildcard extends FoundName {
  /** Why it cannot be drawn from though it is there. */
  readonly trouble?: 'wildcard_empty' | 'wildcard_cycle' | null;
}

export interface FoundLora extends FoundName {
  /** False where it is known to be for models of another kind than the one chosen. */
  readonly isFitting?: boolean;
}

type FindName<Found> = (name: string) => Found;

/** In the order of their places. */
export function findProblems(text: string, options: ProblemOptions): PromptProblem[] {
  const written = dropComments(text);
  const choices = findChoices(written.text);
  const problems = ofChoices(written, choices, options);
  // Choices are made before anything else is read.
  const source = dropSpans(written, choices.syntax);
  if (options.isNegative) problems.push(...ofNegative(source));
  let prompt = source;
  if (!options.isNegative) {
    problems.push(...ofTags(source, options));
    ({ prompt } = takeTags(source));
  }
  const parts: readonly Excerpt[] = options.isNegative ? [prompt] : splitConjunction(prompt);
  for (const part of parts) problems.push(...ofBrackets(part), ...ofSchedules(part, options));
  return problems.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}

/** The first stretch of the source that a range of an excerpt comes from. */
function placeOf(excerpt: Excerpt, span: Span): Span {
  return takeSpans(excerpt, [span]).pieces[0] ?? { start: 0, end: 0 };
}

function ofBrackets(part: Excerpt): PromptProblem[] {
  const scan = scanPrompt(part.text, 'prompt');
  const open: Record<'round' | 'square', number[]> = { round: [], square: [] };
  const problems: PromptProblem[] = [];
  const escaped = (index: number, kind: PromptProblemKind): PromptProblem => {
    const span = placeOf(part, scan.span(index));
    return { kind, span, fix: { span, text: `\\${scan.slice(index)}` } };
  };
  for (let index = 0; index < scan.length; index++) {
    const kind = scan.kind(index);
    if (kind === TOKEN.roundOpen) open.round.push(index);
    else if (kind === TOKEN.squareOpen) open.square.push(index);
    else if (kind === TOKEN.roundClose || kind === TOKEN.squareClose) {
      const partner = open[kind === TOKEN.roundClose ? 'round' : 'square'].pop();
      if (partner === undefined) problems.push(escaped(index, 'bracket_not_opened'));
    }
  }
  for (const index of [...open.round, ...open.square]) problems.push(escaped(index, 'bracket_not_closed'));
  return problems;
}

/** A switch that does happen. */
const HALFWAY = '0.5';
/** Something that looks like a schedule. */
const MEANT = /\[[^\]]*[:|][^\]]*\]/;

function ofSchedules(part: Excerpt, options: ProblemOptions): PromptProblem[] {
  const { nodes, obstacle } = parseSchedule(part.text);
  if (obstacle !== null) {
    if (!MEANT.test(part.text)) return [];
    const span = placeOf(part, obstacle);
    const isBar = part.text[obstacle.start] === '|';
    return [{ kind: 'schedule_not_read', span, fix: { span, text: isBar ? String.raw`\|` : String.raw`\\` } }];
  }
  const problems: PromptProblem[] = [];
  forEachNode(nodes, (node) => {
    if (node.type !== 'switch') return;
    const span = placeOf(part, node.span);
    const step = switchStep(node.when, options);
    if (step >= 1 && step < options.steps) return;
    const whenStart = node.span.start + part.text.slice(node.span.start, node.span.end).lastIndexOf(node.when);
    const when = placeOf(part, { start: whenStart, end: whenStart + node.when.length });
    const kind = step < 1 ? 'switch_at_once' : 'switch_never';
    problems.push({ kind, span, fix: { span: when, text: HALFWAY } });
  });
  return problems;
}

function ofTags(source: Excerpt, { findLora, findHypernetwork }: ProblemOptions): PromptProblem[] {
  return takeTags(source).tags.flatMap((tag): PromptProblem[] => {
    const span = placeOf(source, tag.span);
    const hypernetwork = readHypernetworkTag(tag);
    if (hypernetwork !== null) {
      const found = findHypernetwork?.(hypernetwork.name);
      return found === undefined || found.isFound ? [] : [ofName('hypernetwork_not_found', tag, span, found.near)];
    }
    const lora = readLoraTag(tag);
    if (lora === null) return [{ kind: 'unknown_tag', span, fix: { span, text: '' } }];
    const { isFound, isFitting = true, near } = findLora(lora.name);
    if (isFound && !isFitting) return [{ kind: 'lora_wrong_base', span, fix: { span, text: '' } }];
    if (isFound) return lora.unread.flatMap((part) => ofTagPart(source, tag.span, part));
    return [ofName('lora_not_found', tag, span, near)];
  });
}

/** A tag whose file is not there: with the nearest name in it, or out with it. */
function ofName(kind: PromptProblemKind, tag: NetworkTag, span: Span, near: readonly string[]): PromptProblem {
  const start = span.start + tag.kind.length + 2;
  const [nearest] = near;
  const name = { start, end: start + (tag.positional[0] ?? '').length };
  return { kind, span, fix: nearest === undefined ? { span, text: '' } : { span: name, text: nearest }, near };
}

/** A part of a tag, with the colon before it. */
function ofTagPart(source: Excerpt, tag: Span, part: string): PromptProblem[] {
  const written = `:${part}`;
  const at = source.text.slice(tag.start, tag.end).indexOf(written);
  if (at < 0) return [];
  const span = placeOf(source, { start: tag.start + at, end: tag.start + at + written.length });
  return [{ kind: 'tag_part_not_read', span, fix: { span, text: '' } }];
}

function ofChoices(
  source: Excerpt,
  { wildcards, unpaired }: ChoicePlaces,
  { findWildcard }: ProblemOptions,
): PromptProblem[] {
  const problems = unpaired.map((place): PromptProblem => {
    const span = placeOf(source, place);
    const brace = source.text.slice(place.start, place.end);
    return { kind: 'brace_not_paired', span, fix: { span, text: `\\${brace}` } };
  });
  for (const { name, span: place } of wildcards) {
    const found = findWildcard?.(name);
    if (found === undefined) continue;
    const span = placeOf(source, place);
    if (found.isFound) {
      if (found.trouble) problems.push({ kind: found.trouble, span, fix: null });
      continue;
    }
    const [nearest] = found.near;
    const fix = nearest === undefined ? null : { span, text: `__${nearest}__` };
    problems.push({ kind: 'wildcard_not_found', span, fix, near: found.near });
  }
  return problems;
}

function ofNegative(source: Excerpt): PromptProblem[] {
  const tags = takeTags(source).tags.map((tag): PromptProblem => ({
    kind: 'tag_in_negative',
    span: placeOf(source, tag.span),
    fix: { span: placeOf(source, tag.span), text: '' },
  }));
  const scan = scanPrompt(source.text, 'prompt');
  for (let index = 0; index < scan.length; index++) {
    if (scan.kind(index) !== TOKEN.and) continue;
    tags.push({ kind: 'and_in_negative', span: placeOf(source, scan.span(index)), fix: null });
  }
  return tags;
}
