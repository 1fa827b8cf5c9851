import { describe, expect, it } from 'vitest';

import { isWildcardName, matchWildcards, wildcardLines } from './wildcard-names.ts';

describe('the name of a wildcard', () => {
  it.each(['colour', 'a/b', 'día', '颜色/红', 'my_colours', 'v1.5-things', 'two words'])('may be %s', (name) => {
    expect(isWildcardName(name)).toBe(true);
  });

  it.each([
    '',
    '/',
    'a/',
    '/a',
    '../a',
    'a/../b',
    '.',
    '..',
    '.hidden',
    'a.',
    ' a',
    'a ',
    'a//b',
    'a\\b',
    'C:a',
    'con',
    'aux.txt',
    'a/NUL',
    'a__b',
    '_a',
    'a_',
    'a*',
    'a\nb',
    'a\0',
    'x'.repeat(129),
  ])('may not be %j', (name) => {
    expect(isWildcardName(name)).toBe(false);
  });
});

describe('a pattern of names', () => {
  const names = ['a/one', 'a/two', 'a/deep/one', 'b/one', 'one'];
  it.each([
    ['a/*', ['a/one', 'a/two']],
    ['a/**', ['a/one', 'a/two', 'a/deep/one']],
    ['**/one', ['a/one', 'a/deep/one', 'b/one', 'one']],
    ['*', ['one']],
    ['A/T*', ['a/two']],
    ['o.e', []],
  ])('%s means %j', (pattern, expected) => {
    expect(matchWildcards(pattern, names)).toEqual(expected);
  });

  it('is never slow', () => {
    const before = performance.now();
    matchWildcards('*a'.repeat(60), ['a'.repeat(127) + 'b']);
    expect(performance.now() - before).toBeLessThan(200);
  });
});

describe('the lines of a file', () => {
  it('are those with something in them, without comments', () => {
    const text = '\ufeff# title\r\nred\r\n\r\n  deep blue # the sea\n#green\n{a|b} #1\na#b\r';
    expect(wildcardLines(text)).toEqual(['red', 'deep blue', '{a|b}', 'a#b']);
  });
});
