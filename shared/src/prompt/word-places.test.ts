import { describe, expect, it } from 'vitest';

import { placesOfWord } from './word-places.ts';

describe('the places of a word', () => {
  it('are whole words, whatever their case, and none in comments', () => {
    const text = 'a Mira, (mira:1.2) miracle mira_2 # mira\nmira';
    expect(placesOfWord(text, 'mira').map(({ start }) => start)).toEqual([2, 9, text.length - 4]);
  });

  it('take signs in names for what they are', () => {
    expect(placesOfWord('easel-demo.v2 easel-demoxv2', 'easel-demo.v2')).toEqual([{ start: 0, end: 13 }]);
    expect(placesOfWord('a (b', '(b')).toEqual([{ start: 2, end: 4 }]);
    expect(placesOfWord('a', '')).toEqual([]);
  });
});
