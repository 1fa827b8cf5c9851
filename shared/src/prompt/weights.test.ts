import { describe, expect, it } from 'vitest';

import { sourceSpans } from './excerpt.ts';
import { parseWeights } from './weights.ts';

const read = (text: string): [string, number][] => parseWeights(text).map((run) => [run.text, run.weight]);

// Results of the reference for these texts: ../shared/specs/prompt-language.md 3b.2, made with the WebUI's parser.
const VECTORS: [string, [string, number][]][] = [
  [
    'an (important) word',
    [
      ['an ', 1],
      ['important', 1.1],
      [' word', 1],
    ],
  ],
  ['((a))', [['a', 1.21]]],
  ['[[a]]', [['a', 0.8264462809917354]]],
  ['(unbalanced', [['unbalanced', 1.1]]],
  ['(a:1.1', [['a:1.1', 1.1]]],
  ['a:1.2)', [['a:1.2)', 1]]],
  [String.raw`\(literal\]`, [['(literal]', 1]]],
  ['(unnecessary)(parens)', [['unnecessaryparens', 1.1]]],
  [
    'a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).',
    [
      ['a ', 1],
      ['house', 1.573],
      [' ', 1.1],
      ['on', 1],
      [' a ', 1.1],
      ['hill', 0.55],
      [', sun, ', 1.1],
      ['sky', 1.4641],
      ['.', 1.1],
    ],
  ],
  [
    'a BREAK b',
    [
      ['a', 1],
      ['BREAK', -1],
      ['b', 1],
    ],
  ],
  [
    '(a BREAK b:1.2)',
    [
      ['a', 1.2],
      ['BREAK', -1.2],
      ['b', 1.2],
    ],
  ],
  ['(a:-0.5)', [['a', -0.5]]],
  ['(a:0)', [['a', 0]]],
  ['(a:.5)', [['a', 0.5]]],
  ['(a: 1.2 )', [['a', 1.2]]],
  ['(a:1.2:1.3)', [['a:1.2', 1.3]]],
  [
    '(a, (b:1.2), [c]:1.4)',
    [
      ['a, ', 1.4],
      ['b', 1.68],
      [', ', 1.4],
      ['c', 1.2727272727272727],
    ],
  ],
  [
    'art:(by x:1.3)',
    [
      ['art:', 1],
      ['by x', 1.3],
    ],
  ],
  ['[a:b:0.5]', [['a:b:0.5', 0.9090909090909091]]],
  [String.raw`a\b`, [['ab', 1]]],
  ['', [['', 1]]],
];

describe('emphasis', () => {
  it.each(VECTORS)('reads %j as the reference does', (text, expected) => {
    const runs = read(text);
    expect(runs.map(([words]) => words)).toEqual(expected.map(([words]) => words));
    for (const [index, [, weight]] of runs.entries())
      expect(weight).toBeCloseTo((expected[index] as [string, number])[1], 12);
  });

  it('takes a number with two dots for text', () => {
    expect(read('(a:1..2)')).toEqual([['a:1..2', 1.1]]);
  });

  it('counts round and square brackets apart, so that they may cross', () => {
    expect(read('(a[b)c]').map(([words]) => words)).toEqual(['a', 'b', 'c']);
    expect(read('(a[b)c]').map(([, weight]) => weight.toFixed(6))).toEqual(['1.100000', '1.000000', '0.909091']);
  });

  it('drops a lone backslash at the end', () => {
    expect(read('a\\')).toEqual([['a', 1]]);
  });

  it('does not find BREAK inside of words, in any script', () => {
    expect(read('BREAKFAST éBREAK BREAKé xBREAK')).toEqual([['BREAKFAST éBREAK BREAKé xBREAK', 1]]);
  });

  it('knows where every character stands in the prompt', () => {
    const text = String.raw`a \(b\) ((c)) BREAK d`;
    for (const run of parseWeights(text)) {
      expect(run.pieces.map(({ start, end }) => text.slice(start, end)).join('')).toBe(run.text);
    }
    const [first] = parseWeights(text);
    expect(first && sourceSpans(first, { start: 1, end: 4 })).toEqual([
      { start: 1, end: 2 },
      { start: 3, end: 5 },
    ]);
  });

  it('multiplies hundreds of brackets without losing count', () => {
    const depth = 300;
    const [run] = parseWeights('('.repeat(depth) + 'a' + ')'.repeat(depth));
    expect((run?.weight ?? 0) / 1.1 ** depth).toBeCloseTo(1, 9);
  });
});
