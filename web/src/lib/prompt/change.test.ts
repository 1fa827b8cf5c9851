import { describe, expect, it } from 'vitest';

import { changeBetween } from './change.ts';

describe('the change between two texts', () => {
  it.each([
    ['a cat', 'a red cat', { from: 2, to: 2, insert: 'red ' }],
    ['aaa', 'aa', { from: 2, to: 3, insert: '' }],
    ['', 'x', { from: 0, to: 0, insert: 'x' }],
    ['same', 'same', { from: 4, to: 4, insert: '' }],
    ['x😀', 'x😁', { from: 1, to: 3, insert: '😁' }],
  ])('from %j to %j is one stretch', (before, after, change) => {
    expect(changeBetween(before, after)).toEqual(change);
    expect(before.slice(0, change.from) + change.insert + before.slice(change.to)).toBe(after);
  });
});
