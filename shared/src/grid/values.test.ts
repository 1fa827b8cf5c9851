import { describe, expect, it } from 'vitest';

import type { StudioError } from '../errors.ts';
import { formatList, MOST_CELLS, parseList, parseNumbers } from './values.ts';

const WHOLE = { limit: { minimum: 1, maximum: 150, integer: true } };
const REAL = { limit: { minimum: -30, maximum: 30, integer: false } };
const PIXELS = { limit: { minimum: 64, maximum: 2048, multipleOf: 8, integer: true } };

const reasonOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (thrown) {
    return (thrown as StudioError).details['reason'];
  }
  return 'taken';
};

describe('a list of values', () => {
  it('is cut at commas and line breaks, and trimmed', () => {
    expect(parseList(' a,b ,\n c d ')).toEqual(['a', 'b', 'c d']);
  });

  it('keeps commas, spaces and quotes that stand in quotes', () => {
    expect(parseList('"a, b", " c ", "say ""hi"""')).toEqual(['a, b', ' c ', 'say "hi"']);
  });

  it('takes quotes inside of a word for what they are', () => {
    expect(parseList('5" tall, a "red" cat')).toEqual(['5" tall', 'a "red" cat']);
  });

  it('has empty values only where it is asked to, and not for a comma at the end', () => {
    expect(parseList('a,,b,')).toEqual(['a', 'b']);
    expect(parseList('a,,b,', true)).toEqual(['a', '', 'b']);
    expect(parseList('a, ""', true)).toEqual(['a', '']);
  });

  it('is written so that it reads back as it was', () => {
    for (const items of [['a', 'b, c'], ['"'], ['', 'x'], [' y '], ['a\nb']])
      expect(parseList(formatList(items), true)).toEqual(items);
  });
});

describe('numbers of an axis', () => {
  it('are lists, and ranges with both their ends', () => {
    expect(parseNumbers('10, 20,30', WHOLE)).toEqual([10, 20, 30]);
    expect(parseNumbers('1-5', WHOLE)).toEqual([1, 2, 3, 4, 5]);
    expect(parseNumbers('3 - 1, 9', WHOLE)).toEqual([3, 2, 1, 9]);
  });

  it('take a step in brackets', () => {
    expect(parseNumbers('1-5 (+2)', WHOLE)).toEqual([1, 3, 5]);
    expect(parseNumbers('10-5 (-3)', WHOLE)).toEqual([10, 7]);
    expect(parseNumbers('10-5 (3)', WHOLE)).toEqual([10, 7]);
    expect(parseNumbers('1-2 (+0.4)', REAL)).toEqual([1, 1.4, 1.8]);
    expect(parseNumbers('0-0.3(+0.1)', REAL)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(parseNumbers('-1--0.5 (+.25)', REAL)).toEqual([-1, -0.75, -0.5]);
  });

  it('take a count in square brackets', () => {
    expect(parseNumbers('1-10 [5]', WHOLE)).toEqual([1, 3, 5, 7, 10]);
    expect(parseNumbers('0-1 [6]', REAL)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(parseNumbers('0-1 [4]', REAL)).toEqual([0, 0.3333, 0.6667, 1]);
    expect(parseNumbers('7-9 [1]', WHOLE)).toEqual([7]);
  });

  it('count in the multiple that a field needs', () => {
    expect(parseNumbers('64-88', PIXELS)).toEqual([64, 72, 80, 88]);
    expect(parseNumbers('64-128 [4]', PIXELS)).toEqual([64, 80, 104, 128]);
  });

  it('are refused with a reason', () => {
    expect(reasonOf(() => parseNumbers(' , ', WHOLE))).toBe('empty');
    expect(reasonOf(() => parseNumbers('10, many', WHOLE))).toBe('not_a_number');
    expect(reasonOf(() => parseNumbers('1e3', WHOLE))).toBe('not_a_number');
    expect(reasonOf(() => parseNumbers('1.5', WHOLE))).toBe('not_whole');
    expect(reasonOf(() => parseNumbers('0-3', WHOLE))).toBe('out_of_range');
    expect(reasonOf(() => parseNumbers('70', PIXELS))).toBe('not_multiple');
    expect(reasonOf(() => parseNumbers('1-5 (-1)', WHOLE))).toBe('endless_range');
    expect(reasonOf(() => parseNumbers('1-5 (0)', WHOLE))).toBe('endless_range');
    expect(reasonOf(() => parseNumbers('1-5 [0]', WHOLE))).toBe('empty');
    expect(reasonOf(() => parseNumbers(`0-1 (+0.0001)`, REAL))).toBe('too_many');
    expect(reasonOf(() => parseNumbers('1-2 [999999999]', REAL))).toBe('too_many');
    expect(parseNumbers(`1-${MOST_CELLS}`, { limit: { ...WHOLE.limit, maximum: MOST_CELLS } })).toHaveLength(
      MOST_CELLS,
    );
  });
});
