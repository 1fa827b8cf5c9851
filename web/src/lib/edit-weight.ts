/**
 * Ctrl+Up and Ctrl+Down in a prompt: the weight of the words at the caret, or of the selection, one step up or down.
 *
 * Pure: text and selection in, text and selection out; the editor makes one undo step of it.
 *
 * @source the WebUI's editattention, from its outward behaviour; a selection inside a tag edits the tag's number here
 */

export interface Selected {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const STEP = 0.1;
const TAG_STEP = 0.05;
/** What ends a word. */
const DELIMITERS = new Set('.,\\/!?%^*;:{}=`~() \t\r\n[]<>');
const PAIRS = { '<': '>', '(': ')', '[': ']' } as const;
type Opener = keyof typeof PAIRS;
const NUMBER_AT_END = /^(.*):\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*$/s;

/** A bracket, or a tag, with the caret or the selection in it. */
interface Enclosure {
  readonly opener: Opener;
  /** Of the content, brackets left out. */
  readonly start: number;
  readonly end: number;
}

/** @param direction 1 = up, -1 = down */
export function editWeight(selected: Selected, direction: 1 | -1): Selected {
  const { text } = selected;
  const tag = enclosing(selected, ['<']);
  if (tag !== null) return editTag(selected, tag, direction);

  const isCaret = selected.start === selected.end;
  const around = isCaret ? enclosing(selected, ['(', '[']) : null;
  const content = around === null ? words(selected) : contentOf(text, around);
  if (content.start >= content.end) return selected;
  return rewrite(text, content, direction);
}

/** The number at the end of a tag that the caret stands in, or the last one before it. */
function editTag({ text, start, end }: Selected, tag: Enclosure, direction: 1 | -1): Selected {
  const content = text.slice(tag.start, tag.end);
  const parts = content.split(':');
  const last = parts.at(-1) ?? '';
  const value = Number(last);
  const isNumber = parts.length > 2 && last.trim() !== '' && Number.isFinite(value);
  const next = print((isNumber ? value : 1) + direction * TAG_STEP);
  const edited = [...(isNumber ? parts.slice(0, -1) : parts), next].join(':');
  const limit = tag.start + edited.length;
  return {
    text: text.slice(0, tag.start) + edited + text.slice(tag.end),
    start: Math.min(start, limit),
    end: Math.min(end, limit),
  };
}

/** The words without their brackets, however many, and with their new weight. */
function rewrite(text: string, content: { start: number; end: number }, direction: 1 | -1): Selected {
  const words = text.slice(content.start, content.end);
  const { start, end, weight } = unwrapped(text, content);
  const next = round(weight + direction * STEP);
  const isPlain = next === 1;
  const before = text.slice(0, start);
  const written = isPlain ? words : `(${words}:${print(next)})`;
  const from = start + (isPlain ? 0 : 1);
  return { text: before + written + text.slice(end), start: from, end: from + words.length };
}

/** How far brackets around the content reach, and what they weigh together. */
function unwrapped(
  text: string,
  { start, end }: { start: number; end: number },
): {
  start: number;
  end: number;
  weight: number;
} {
  const behind = /^:\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*\)/.exec(text.slice(end));
  if (text[start - 1] === '(' && behind !== null) {
    return { start: start - 1, end: end + behind[0].length, weight: Number(behind[1]) };
  }
  let pairs = 0;
  const opener = text[start - 1];
  if (opener !== '(' && opener !== '[') return { start, end, weight: 1 };
  while (text[start - 1 - pairs] === opener && text[end + pairs] === PAIRS[opener]) pairs++;
  const factor = opener === '(' ? 1.1 : 1 / 1.1;
  return { start: start - pairs, end: end + pairs, weight: Math.round(factor ** pairs / STEP) * STEP };
}

/** The innermost bracket of the given kinds around a selection, if no other bracket begins or ends between. */
function enclosing({ text, start, end }: Selected, openers: readonly Opener[]): Enclosure | null {
  let depth = 0;
  for (let at = start - 1; at >= 0; at--) {
    const character = text[at] as string;
    if (Object.values<string>(PAIRS).includes(character)) depth++;
    else if (character in PAIRS) {
      if (depth > 0) depth--;
      else {
        const opener = character as Opener;
        const closer = closing(text, end, PAIRS[opener]);
        return openers.includes(opener) && closer !== null ? { opener, start: at + 1, end: closer } : null;
      }
    }
  }
  return null;
}

function closing(text: string, from: number, closer: string): number | null {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at] as string;
    if (character in PAIRS) depth++;
    else if (Object.values<string>(PAIRS).includes(character)) {
      if (depth === 0) return character === closer ? at : null;
      depth--;
    }
  }
  return null;
}

/** Without a weight at its end. A bracket of two words and more is one content; so is one of a single word. */
function contentOf(text: string, { start, end }: Enclosure): { start: number; end: number } {
  const match = NUMBER_AT_END.exec(text.slice(start, end));
  return { start, end: match === null ? end : start + (match[1] as string).length };
}

/** The word at the caret, or the selection without the white space at its ends. */
function words({ text, start, end }: Selected): { start: number; end: number } {
  let [from, to] = [start, end];
  if (from === to) {
    while (from > 0 && !DELIMITERS.has(text[from - 1] as string)) from--;
    while (to < text.length && !DELIMITERS.has(text[to] as string)) to++;
  }
  while (from < to && /\s/.test(text[from] as string)) from++;
  while (to > from && /\s/.test(text[to - 1] as string)) to--;
  return { start: from, end: to };
}

/** Sums of steps are decimals again. */
function round(value: number): number {
  return Number(value.toPrecision(12));
}

/** At most twelve digits; whole numbers with one decimal. */
function print(value: number): string {
  const rounded = round(value);
  return Number.isInteger(rounded) ? rounded.toFixed(1) : String(rounded);
}
