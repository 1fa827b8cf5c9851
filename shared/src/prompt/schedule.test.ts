import { describe, expect, it } from 'vitest';

import { entryAt, parseSchedule, promptTimeline } from './schedule.ts';

const read = (text: string, steps = 10, firstPassSteps?: number): [number, string][] =>
  promptTimeline(text, { steps, ...(firstPassSteps === undefined ? {} : { firstPassSteps }) }).map((entry) => [
    entry.end,
    entry.text,
  ]);

describe('scheduled prompts', () => {
  // Results of the reference for these texts: ../shared/specs/prompt-language.md 3b.3.
  it.each<[string, [number, string][]]>([
    ['test', [[10, 'test']]],
    [
      'a [b:3]',
      [
        [3, 'a '],
        [10, 'a b'],
      ],
    ],
    [
      'a [b: 3]',
      [
        [3, 'a '],
        [10, 'a b'],
      ],
    ],
    [
      'a [[[b]]:2]',
      [
        [2, 'a '],
        [10, 'a [[b]]'],
      ],
    ],
    [
      '[(a:2):3]',
      [
        [3, ''],
        [10, '(a:2)'],
      ],
    ],
    [
      'a [b : c : 1] d',
      [
        [1, 'a b  d'],
        [10, 'a  c  d'],
      ],
    ],
    [
      'a[b:[c:d:2]:1]e',
      [
        [1, 'abe'],
        [2, 'ace'],
        [10, 'ade'],
      ],
    ],
    ['a [unbalanced', [[10, 'a [unbalanced']]],
    [
      'a [b:.5] c',
      [
        [5, 'a  c'],
        [10, 'a b c'],
      ],
    ],
    [
      '((a][:b:c [d:3]',
      [
        [3, '((a][:b:c '],
        [10, '((a][:b:c d'],
      ],
    ],
  ])('%j over 10 steps is what the reference makes of it', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('alternates from step to step, also with nothing', () => {
    expect(read('[a|(b:1.1)]')).toEqual(Array.from({ length: 10 }, (_, i) => [i + 1, i % 2 === 0 ? 'a' : '(b:1.1)']));
    expect(
      read('[fe|]male')
        .map(([, text]) => text)
        .slice(0, 3),
    ).toEqual(['female', 'male', 'female']);
    expect(
      read('[fe|||]male')
        .map(([, text]) => text)
        .slice(0, 5),
    ).toEqual(['female', 'male', 'male', 'male', 'female']);
  });

  it('counts the second pass from its own beginning', () => {
    expect(read('a [b:.5] c', 10, 10)).toEqual([[10, 'a b c']]);
    expect(read('a [b:1.5] c', 10, 10)).toEqual([
      [5, 'a  c'],
      [10, 'a b c'],
    ]);
  });

  it('reads a prompt of many schedules', () => {
    const text =
      'fantasy landscape with a [mountain:lake:0.25] and [an oak:a christmas tree:0.75][ in foreground::0.6][: in background:0.25] [shoddy:masterful:0.5]';
    expect(read(text, 100)).toEqual([
      [25, 'fantasy landscape with a mountain and an oak in foreground shoddy'],
      [50, 'fantasy landscape with a lake and an oak in foreground in background shoddy'],
      [60, 'fantasy landscape with a lake and an oak in foreground in background masterful'],
      [75, 'fantasy landscape with a lake and an oak in background masterful'],
      [100, 'fantasy landscape with a lake and a christmas tree in background masterful'],
    ]);
  });

  it('leaves a text alone that the grammar does not take, and says what is in the way', () => {
    for (const text of ['a | [b:3]', '(a|b) [c:3]', '[c:3] \\', '[a:b|c:3]']) {
      expect(read(text)).toEqual([[10, text]]);
      expect(parseSchedule(text).isUnderstood).toBe(false);
    }
    expect(parseSchedule('ab | c').obstacle).toEqual({ start: 3, end: 4 });
  });

  it('reads numbers of old pictures as shares below 1 and as steps above', () => {
    expect(promptTimeline('[a:b:2.5]', { steps: 10, isOldStyle: true }).map(({ end }) => end)).toEqual([2, 10]);
    expect(promptTimeline('[a:b:0.5]', { steps: 10, isOldStyle: true }).map(({ end }) => end)).toEqual([5, 10]);
  });

  it('serves an entry for its end step too', () => {
    const timeline = promptTimeline('[a:b:5]', { steps: 10 });
    expect(Array.from({ length: 10 }, (_, i) => entryAt(timeline, i).text).join('')).toBe('aaaaaabbbb');
    const alternating = promptTimeline('[a|b]', { steps: 4 });
    expect(Array.from({ length: 4 }, (_, i) => entryAt(alternating, i).text).join('')).toBe('aaba');
  });

  it('knows where its texts stand in the prompt', () => {
    const text = 'a [b:[c|d]:3] (e:1.2)';
    for (const entry of promptTimeline(text, { steps: 8 })) {
      expect(entry.pieces.map(({ start, end }) => text.slice(start, end)).join('')).toBe(entry.text);
    }
  });
});
