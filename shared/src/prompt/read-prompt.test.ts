import { describe, expect, it } from 'vitest';

import { readPrompt } from './read-prompt.ts';

describe('a whole prompt', () => {
  const text = 'a [red:blue:0.5] fox # note\n<lora:x:0.5> AND a (dog:1.2) :0.6';

  it('is taken apart in the order of the WebUI', () => {
    const { tags, parts } = readPrompt(text, { steps: 10, isNegative: false });
    expect(tags.map(({ kind, positional }) => [kind, ...positional])).toEqual([['lora', 'x', '0.5']]);
    expect(parts.map(({ weight, timeline }) => [weight, timeline.map((entry) => [entry.end, entry.text])])).toEqual([
      [
        1,
        [
          [5, 'a red fox'],
          [10, 'a blue fox'],
        ],
      ],
      [0.6, [[10, ' a (dog:1.2)']]],
    ]);
  });

  it('keeps tags and AND as words when it is negative', () => {
    const { tags, parts } = readPrompt('a AND <lora:x:1> [b:c:5]', { steps: 10, isNegative: true });
    expect(tags).toEqual([]);
    expect(parts.map(({ timeline }) => timeline.map((entry) => entry.text))).toEqual([
      ['a AND <lora:x:1> b', 'a AND <lora:x:1> c'],
    ]);
  });

  it('knows where its texts stand in what a person typed', () => {
    for (const { timeline } of readPrompt(text, { steps: 10, isNegative: false }).parts) {
      for (const entry of timeline)
        expect(entry.pieces.map(({ start, end }) => text.slice(start, end)).join('')).toBe(entry.text);
    }
  });
});
