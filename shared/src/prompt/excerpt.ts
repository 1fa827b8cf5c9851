/**
 * A text that is made of pieces of another one and knows which: every stage of reading a prompt takes pieces of what it
 * was given, so a token can always be traced to the characters a person typed.
 */

/** Half-open range of UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Excerpt {
  readonly text: string;
  /** Where the pieces of `text` stand in the source, in the order of `text`; together as long as `text`. */
  readonly pieces: readonly Span[];
}

export function wholeText(text: string): Excerpt {
  return { text, pieces: text === '' ? [] : [{ start: 0, end: text.length }] };
}

/**
 * The given spans of an excerpt, one behind the other.
 *
 * @param spans ranges of `excerpt.text`, ascending
 */
export function takeSpans(excerpt: Excerpt, spans: readonly Span[]): Excerpt {
  const pieces: Span[] = [];
  let text = '';
  for (const span of spans) {
    if (span.start >= span.end) continue;
    text += excerpt.text.slice(span.start, span.end);
    for (const piece of sourceSpans(excerpt, span)) append(pieces, piece);
  }
  return { text, pieces };
}

/** An excerpt without the given spans, which are ascending and do not overlap. */
export function dropSpans(excerpt: Excerpt, spans: readonly Span[]): Excerpt {
  const kept: Span[] = [];
  let from = 0;
  for (const { start, end } of spans) {
    kept.push({ start: from, end: start });
    from = end;
  }
  kept.push({ start: from, end: excerpt.text.length });
  return takeSpans(excerpt, kept);
}

/** Where a range of an excerpt's text stands in the source. */
export function sourceSpans({ pieces }: Excerpt, { start, end }: Span): Span[] {
  const found: Span[] = [];
  let at = 0;
  for (const piece of pieces) {
    if (at >= end) break;
    const next = at + piece.end - piece.start;
    if (next > start) {
      append(found, {
        start: piece.start + Math.max(0, start - at),
        end: piece.end - Math.max(0, next - end),
      });
    }
    at = next;
  }
  return found;
}

/** Finds where places of an excerpt's text stand in the source: for many questions about one excerpt. */
export function placeFinder({ pieces }: Excerpt): (at: number) => number | null {
  const starts: number[] = [];
  let length = 0;
  for (const { start, end } of pieces) {
    starts.push(length);
    length += end - start;
  }
  return (at) => {
    if (at < 0 || at >= length) return null;
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= at) low = middle;
      else high = middle - 1;
    }
    return (pieces[low] as Span).start + at - (starts[low] as number);
  };
}

/** A text with another one in the place of a span. */
export function replaceSpan(text: string, { start, end }: Span, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

/** Neighbours become one. */
function append(spans: Span[], span: Span): void {
  const last = spans.at(-1);
  if (last?.end === span.start) spans[spans.length - 1] = { start: last.start, end: span.end };
  else spans.push(span);
}
