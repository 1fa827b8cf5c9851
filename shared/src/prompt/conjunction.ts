/** `a AND b :0.8`: prompts that are told to the network apart, whose directions are added up by weight. */
import { takeSpans, wholeText, type Excerpt, type Span } from './excerpt.ts';
import { scanPrompt, TOKEN } from './scan.ts';

export interface ConjunctionPart extends Excerpt {
  /** Factor on this part's direction, 1 when none is written. */
  readonly weight: number;
}

const WEIGHT = /\s*:\s*([-+]?(?:\d+\.?|\d*\.\d+))\s*$/;
/** A weight and the spaces around it are never longer; bounded, so that a text of white space is not read for ever. */
const LONGEST_WEIGHT = 64;

/** The parts between the words AND, whatever brackets they stand in. At least one. */
export function splitConjunction(prompt: Excerpt | string): ConjunctionPart[] {
  const excerpt = typeof prompt === 'string' ? wholeText(prompt) : prompt;
  const scan = scanPrompt(excerpt.text, 'prompt');
  const spans: Span[] = [];
  let start = 0;
  for (let index = 0; index < scan.length; index++) {
    if (scan.kind(index) !== TOKEN.and) continue;
    spans.push({ start, end: scan.start(index) });
    start = scan.end(index);
  }
  spans.push({ start, end: excerpt.text.length });
  return spans.map((span) => {
    const text = excerpt.text.slice(span.start, span.end);
    const trimmed = text.trimEnd();
    const tailStart = Math.max(0, trimmed.length - LONGEST_WEIGHT);
    const match = WEIGHT.exec(trimmed.slice(tailStart));
    const end = match === null ? trimmed.length : tailStart + match.index;
    const part = takeSpans(excerpt, [{ start: span.start, end: span.start + end }]);
    // A single prompt is what it was, to the last space.
    if (spans.length === 1 && match === null) return { ...excerpt, weight: 1 };
    return { ...part, weight: match === null ? 1 : Number(match[1]) };
  });
}
