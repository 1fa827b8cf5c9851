/**
 * Alt+Left and Alt+Right in a prompt: the item at the caret, or those of the selection, change places with their
 * neighbour. Commas, BREAK, AND, comments and white space stay where they are; what stands in brackets is one item.
 *
 * Pure: text and selection in, text and selection out.
 */
import { scanPrompt, TOKEN, type TokenKind } from '@easel/shared/prompt/scan';

import type { Span } from '@easel/shared/prompt/excerpt';
import type { Selected } from '../edit-weight.ts';

const SEPARATORS: ReadonlySet<TokenKind> = new Set([TOKEN.comma, TOKEN.break, TOKEN.and, TOKEN.comment]);
const PARTNERS: ReadonlyMap<TokenKind, TokenKind> = new Map([
  [TOKEN.roundClose, TOKEN.roundOpen],
  [TOKEN.squareClose, TOKEN.squareOpen],
  [TOKEN.curlyClose, TOKEN.curlyOpen],
]);
const OPENERS: ReadonlySet<TokenKind> = new Set(PARTNERS.values());

/** @param direction -1 = left, 1 = right */
export function moveItem(selected: Selected, direction: 1 | -1): Selected {
  const { text, start, end } = selected;
  const items = itemsOf(text);
  const first = items.findIndex((item) => item.end >= start);
  const last = items.findLastIndex((item) => item.start <= end);
  const neighbour = direction === -1 ? first - 1 : last + 1;
  if (first < 0 || last < first || neighbour < 0 || neighbour >= items.length) return selected;

  const places = items.slice(Math.min(first, neighbour), Math.max(last, neighbour) + 1);
  const words = places.map((place) => text.slice(place.start, place.end));
  const turned = direction === -1 ? [...words.slice(1), words[0]] : [words.at(-1), ...words.slice(0, -1)];
  let moved = text.slice(0, places[0]?.start);
  const starts: number[] = [];
  for (const [index, place] of places.entries()) {
    starts.push(moved.length);
    moved += (turned[index] ?? '') + text.slice(place.end, places[index + 1]?.start ?? text.length);
  }
  const held = (direction === -1 ? starts[0] : starts[1]) ?? 0;
  const lastHeld = (direction === -1 ? starts.at(-2) : starts.at(-1)) ?? 0;
  const [firstItem, lastItem] = [items[first] as Span, items[last] as Span];
  const within = (at: number, item: Span): number => Math.min(Math.max(at, item.start), item.end) - item.start;
  return { text: moved, start: held + within(start, firstItem), end: lastHeld + within(end, lastItem) };
}

/** The items of a text without the white space around them; empty ones are none. */
function itemsOf(text: string): Span[] {
  const scan = scanPrompt(text, 'source');
  const separators: number[] = [];
  const open: { kind: TokenKind; before: number }[] = [];
  for (let index = 0; index < scan.length; index++) {
    const kind = scan.kind(index);
    const partner = PARTNERS.get(kind);
    if (SEPARATORS.has(kind)) separators.push(index);
    else if (OPENERS.has(kind)) open.push({ kind, before: separators.length });
    else if (partner !== undefined) {
      const at = open.findLastIndex((each) => each.kind === partner);
      if (at < 0) continue;
      // What was parted in a bracket belongs together; brackets in it that never closed are text.
      separators.length = open[at]?.before ?? 0;
      open.length = at;
    }
  }
  const items: Span[] = [];
  let from = 0;
  const add = (to: number): void => {
    const words = text.slice(from, to);
    const start = from + words.length - words.trimStart().length;
    if (words.trim() !== '') items.push({ start, end: start + words.trim().length });
  };
  for (const index of separators) {
    add(scan.start(index));
    from = scan.end(index);
  }
  add(text.length);
  return items;
}
