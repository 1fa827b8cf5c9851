import { describe, expect, it } from 'vitest';

import { markPrompt } from './marks.ts';

const read = (text: string, isNegative = false): string[] =>
  markPrompt(text, isNegative).map(
    ({ kind, start, end, weight }) =>
      `${kind} ${text.slice(start, end)}${weight === undefined ? '' : ` ${Number(weight.toFixed(3))}`}`,
  );

describe('the marks of a prompt', () => {
  it('are none in plain words', () => {
    expect(read('a red house, on a hill')).toEqual([]);
    expect(read('')).toEqual([]);
  });

  it('show weights on words, brackets and numbers apart', () => {
    expect(read('a (red:1.4) house')).toEqual(['weight (', 'weighted red 1.4', 'weight :1.4)']);
    expect(read('((a)) [b]')).toEqual([
      'weight ((',
      'weighted a 1.21',
      'weight ))',
      'weight [',
      'weighted b 0.909',
      'weight ]',
    ]);
    expect(read('a \\(b\\)')).toEqual(['weight \\', 'weight \\']);
  });

  it('show schedules as such, and not as brackets', () => {
    expect(read('[a sun:a moon:0.5] [x|y]')).toEqual([
      'schedule [',
      'schedule :',
      'schedule :0.5]',
      'schedule [',
      'schedule |',
      'schedule ]',
    ]);
    expect(read('([a:(b:1.2):3]:0.5)')).toEqual([
      'weight (',
      'schedule [',
      'weighted a 0.5',
      'schedule :',
      'weight (',
      'weighted b 0.6',
      'weight :1.2)',
      'schedule :3]',
      'weight :0.5)',
    ]);
  });

  it('show tags, joints, choices, wildcards and comments', () => {
    expect(read('<lora:style:0.8> a AND b :0.5 # (note')).toEqual([
      'tag <lora:',
      'tagName style',
      'tag :0.8>',
      'joint AND',
      'joint :0.5',
      'comment # (note',
    ]);
    expect(read('a BREAK {2$$x|(y:1.3)} __colour__')).toEqual([
      'joint BREAK',
      'choice {2$$',
      'choice |',
      'weight (',
      'weighted y 1.3',
      'weight :1.3)',
      'choice }',
      'wildcard __colour__',
    ]);
  });

  it('take tags and AND for words in a negative prompt', () => {
    expect(read('<lora:x:1> AND (b)', true)).toEqual(['weight (', 'weighted b 1.1', 'weight )']);
  });

  it('stay quick in a hostile text', () => {
    const started = performance.now();
    for (const text of ['('.repeat(50_000), '[a:'.repeat(20_000), '{a|'.repeat(20_000), '(a:1.1) '.repeat(10_000)]) {
      markPrompt(text, false);
    }
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
