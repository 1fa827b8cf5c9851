import { describe, expect, it } from 'vitest';

import { moveItem } from './move-item.ts';

/** `|` is the caret; two of them are a selection. */
function move(marked: string, keys: string): string {
  const start = marked.indexOf('|');
  const rest = marked.slice(0, start) + marked.slice(start + 1);
  const second = rest.indexOf('|');
  let selected = { text: rest.replace('|', ''), start, end: second < 0 ? start : second };
  for (const key of keys) selected = moveItem(selected, key === 'L' ? -1 : 1);
  const { text, start: from, end: to } = selected;
  const behind = from === to ? text.slice(to) : `${text.slice(from, to)}|${text.slice(to)}`;
  return `${text.slice(0, from)}|${behind}`;
}

describe('moving an item', () => {
  it.each([
    ['red, b|lue, green', 'L', 'b|lue, red, green'],
    ['red, b|lue, green', 'R', 'red, green, b|lue'],
    ['red, b|lue, green', 'RR', 'red, green, b|lue'],
    ['red, b|lue, green', 'LR', 'red, b|lue, green'],
    ['(a, b:1.2), c|', 'L', 'c|, (a, b:1.2)'],
    ['x, (a, |b:1.2), c', 'R', 'x, c, (a, |b:1.2)'],
    ['[a, b:c:0.5],  {x, y|z}\n, <lora:a,b:1> w', 'L', '{x, y|z},  [a, b:c:0.5]\n, <lora:a,b:1> w'],
    ['red, |blue, green|, grey', 'L', '|blue, green|, red, grey'],
    ['red, |blue, green|, grey', 'R', 'red, grey, |blue, green|'],
    ['a BREAK b|, c', 'L', 'b| BREAK a, c'],
    ['a, # note, x\nb|', 'L', 'b|, # note, x\na'],
    ['an (open, b|', 'L', 'b|, an (open'],
    ['only| one', 'L', 'only| one'],
  ])('%j with %s becomes %j', (before, keys, after) => expect(move(before, keys)).toBe(after));
});
