import { describe, expect, it } from 'vitest';

import { searchTextOf, searchWords } from './search-text.ts';

describe('search texts', () => {
  const text = searchTextOf({
    prompt: 'Ein ÄPFEL-Baum, ＦＵＬＬ width',
    negativePrompt: 'Blurry',
    modelName: 'Oil',
    model: 'sub/oil',
  });

  it.each(['äpfel', 'a\u0308pfel', 'FULL', 'blurry', 'sub/oil', 'baum,'])('find %j', (query) => {
    expect(searchWords(query).every((word) => text.includes(word))).toBe(true);
  });

  it('take every word by itself, and white space for nothing', () => {
    expect(searchWords('  Two\twords\u3000three ')).toEqual(['two', 'words', 'three']);
    expect(searchWords(' \n ')).toEqual([]);
  });
});
