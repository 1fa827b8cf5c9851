import { LIMITS } from '@easel/shared/units';
import { describe, expect, it } from 'vitest';

import { fitNumber, parseNumber, printNumber } from './numbers.ts';

describe('numbers as people type them', () => {
  it.each([
    ['7.5', 7.5],
    ['7,5', 7.5],
    [' 7 ', 7],
    ['.5', 0.5],
    ['７．５', 7.5],
    ['−1', -1],
    ['1e3', null],
    ['', null],
    ['7,5,1', null],
    ['seven', null],
  ])('reads %j as %j', (text, value) => {
    expect(parseNumber(text)).toBe(value);
  });

  it('prints a decimal sign of the language and no grouping', () => {
    expect(printNumber(7.5, 'en')).toBe('7.5');
    expect(printNumber(7.5, 'de')).toBe('7,5');
    expect(printNumber(4294967301, 'en')).toBe('4294967301');
  });

  it('fits a number to the nearest allowed one', () => {
    expect(fitNumber(513, LIMITS.width)).toBe(512);
    expect(fitNumber(1, LIMITS.width)).toBe(64);
    expect(fitNumber(1e9, LIMITS.width)).toBe(2048);
    expect(fitNumber(20.4, LIMITS.steps)).toBe(20);
    expect(fitNumber(7.25, LIMITS.guidance)).toBe(7.25);
    expect(fitNumber(9_007_199_254_740_991, LIMITS.seed)).toBe(9_007_199_254_740_991);
  });
});
