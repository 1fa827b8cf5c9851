import { describe, expect, it } from 'vitest';

import { editDistance, nearest } from './near-names.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['steps', 'stpes', 1],
    ['euler', 'eulerr', 1],
    ['karras', 'carras', 1],
    ['kitten', 'sitting', 3],
  ])('between %j and %j is %i, both ways', (left, right, distance) => {
    expect(editDistance(left, right)).toBe(distance);
    expect(editDistance(right, left)).toBe(distance);
  });
});

describe('nearest', () => {
  const names = ['euler', 'euler-ancestral', 'dpmpp-2m', 'heun'];

  it('finds what was mistyped, nearest first', () => {
    expect(nearest('eulre', names)).toEqual(['euler']);
    expect(nearest('DPMPP2M', names)).toEqual(['dpmpp-2m']);
  });

  it('finds what was left unfinished', () => {
    expect(nearest('ancest', names)).toEqual(['euler-ancestral']);
  });

  it('finds nothing where nothing is near', () => {
    expect(nearest('watercolour', names)).toEqual([]);
  });

  it('stays quick for a very long word', () => {
    const before = performance.now();
    nearest('x'.repeat(1_000_000), names);
    expect(performance.now() - before).toBeLessThan(100);
  });
});
