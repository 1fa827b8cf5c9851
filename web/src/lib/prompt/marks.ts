/**
 * What each stretch of a prompt is, for the editor to colour: read by the same scanner and parsers that the engine reads it
 * with, in the same order. No grammar of its own.
 */
import { findChoices } from '@easel/shared/prompt/choices';
import { splitConjunction, type ConjunctionPart } from '@easel/shared/prompt/conjunction';
import { dropSpans, takeSpans, wholeText, type Excerpt, type Span } from '@easel/shared/prompt/excerpt';
import { forEachNode, parseSchedule, type ScheduleNode } from '@easel/shared/prompt/schedule';
import { dropComments, takeTags } from '@easel/shared/prompt/tags';
import { parseWeights } from '@easel/shared/prompt/weights';

export type MarkKind =
  /** Words of another weight than 1. */
  | 'weighted'
  /** Brackets and numbers around them, and backslashes. */
  | 'weight'
  | 'schedule'
  | 'choice'
  | 'wildcard'
  | 'tag'
  /** The name in a tag. */
  | 'tagName'
  /** BREAK, and AND with its weight. */
  | 'joint'
  | 'comment';

export interface PromptMark extends Span {
  readonly kind: MarkKind;
  /** Of weighted words and of the bracket around them. */
  readonly weight?: number;
}

/** Ascending by their start. Only wildcards overlap others. */
export function markPrompt(text: string, isNegative: boolean): PromptMark[] {
  const marks: PromptMark[] = [];
  const mark = (kind: MarkKind, spans: readonly Span[], weight?: number): void => {
    for (const span of spans) {
      const worded = trimmed(text, span);
      if (worded !== null) marks.push({ ...worded, kind, ...(weight === undefined ? {} : { weight }) });
    }
  };

  const whole = wholeText(text);
  const written = dropComments(whole);
  mark('comment', missing(whole, written));

  const { syntax, wildcards } = findChoices(written.text);
  const chosen = dropSpans(written, syntax);
  mark('choice', missing(written, chosen));
  mark(
    'wildcard',
    wildcards.flatMap(({ span }) => takeSpans(written, [span]).pieces),
  );

  let parts: readonly ConjunctionPart[] = [{ ...chosen, weight: 1 }];
  if (!isNegative) {
    const { prompt, tags } = takeTags(chosen);
    for (const { kind, positional, span } of tags) {
      const nameStart = span.start + kind.length + 2;
      const nameEnd = nameStart + (positional[0] ?? '').length;
      mark('tagName', takeSpans(chosen, [{ start: nameStart, end: nameEnd }]).pieces);
      const around = [
        { start: span.start, end: nameStart },
        { start: nameEnd, end: span.end },
      ];
      mark('tag', takeSpans(chosen, around).pieces);
    }
    parts = splitConjunction(prompt);
    mark('joint', missing(prompt, ...parts));
  }
  for (const part of parts) markPart(part, mark);
  return marks.sort((a, b) => a.start - b.start || b.end - a.end);
}

function markPart(part: Excerpt, mark: (kind: MarkKind, spans: readonly Span[], weight?: number) => void): void {
  const shown = dropSpans(part, scheduleSyntax(parseSchedule(part.text).nodes));
  mark('schedule', missing(part, shown));
  const runs = parseWeights(shown.text);
  for (const { pieces, weight, isBreak } of runs) {
    const places = pieces.flatMap((piece) => takeSpans(shown, [piece]).pieces);
    if (isBreak) mark('joint', places);
    else if (weight !== 1) mark('weighted', places, weight);
  }
  const brackets = dropSpans(shown, mergedSpans(runs.flatMap(({ pieces }) => pieces)));
  mark('weight', brackets.pieces);
}

/** Brackets, colons, bars and numbers of switches and alternations, in the text they were read from. */
function scheduleSyntax(nodes: readonly ScheduleNode[]): Span[] {
  const spans: Span[] = [];
  forEachNode(nodes, (node) => {
    if (node.type !== 'switch' && node.type !== 'alternation') return;
    const inner = node.type === 'switch' ? [node.before, node.after] : node.choices;
    let from = node.span.start;
    for (const each of inner) {
      const [first, last] = [each[0], each.at(-1)];
      if (first === undefined || last === undefined) continue;
      spans.push({ start: from, end: first.span.start });
      from = last.span.end;
    }
    spans.push({ start: from, end: node.span.end });
  });
  return spans.filter(({ start, end }) => start < end).sort((a, b) => a.start - b.start);
}

/** What is in an excerpt and in none of those taken from it, in the source. */
function missing(excerpt: Excerpt, ...taken: readonly Excerpt[]): Span[] {
  const kept = mergedSpans(taken.flatMap(({ pieces }) => pieces));
  const left: Span[] = [];
  let next = 0;
  for (const piece of excerpt.pieces) {
    let { start } = piece;
    while (next < kept.length && (kept[next] as Span).end <= start) next++;
    for (let index = next; index < kept.length; index++) {
      const each = kept[index] as Span;
      if (each.start >= piece.end) break;
      if (each.start > start) left.push({ start, end: each.start });
      start = Math.max(start, each.end);
    }
    if (start < piece.end) left.push({ start, end: piece.end });
  }
  return left;
}

/** Ascending, and one where they touch. */
function mergedSpans(spans: readonly Span[]): Span[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && last.end >= start) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

/** Without the white space at its ends; null where it is nothing else. */
function trimmed(text: string, { start, end }: Span): Span | null {
  const words = text.slice(start, end);
  const from = start + words.length - words.trimStart().length;
  const to = start + words.trimEnd().length;
  return from < to ? { start: from, end: to } : null;
}
