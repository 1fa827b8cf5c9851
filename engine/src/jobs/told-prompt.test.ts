import { describe, expect, it } from 'vitest';

import { asLongAsLongest, equallyLong, type ToldPart } from './told-prompt.ts';

/** A context of these tokens, one number wide. */
const told = (...tokens: number[]): ToldPart => ({
  weight: 1,
  conditioning: { context: { data: Float32Array.from(tokens), shape: [1, tokens.length, 1] } },
});
const tokensOf = (parts: readonly ToldPart[]): number[][] =>
  parts.map(({ conditioning }) => [...(conditioning['context']?.data ?? [])]);

describe('prompts of unequal length', () => {
  const { conditioning: empty } = told(8, 9);

  it('are filled up with chunks of an empty prompt', () => {
    const [positive, negative] = equallyLong([[told(1, 2, 3, 4, 5, 6), told(1, 2)], [told(7, 7)]], empty);
    expect(tokensOf(positive)).toEqual([
      [1, 2, 3, 4, 5, 6],
      [1, 2, 8, 9, 8, 9],
    ]);
    expect(tokensOf(negative)).toEqual([[7, 7, 8, 9, 8, 9]]);
    expect(negative[0]?.conditioning['context']?.shape).toEqual([1, 6, 1]);
  });

  it('stay as they are where that is not wanted, or there is no other', () => {
    const prompts = [[told(1, 2, 3, 4)], [told(5, 6)]] as const;
    expect(equallyLong(prompts, null)).toBe(prompts);
    expect(tokensOf(equallyLong([[told(1, 2)], []], empty)[0])).toEqual([[1, 2]]);
  });
});

describe('parts of a prompt of unequal length', () => {
  it('have their last vector told again', () => {
    expect(tokensOf(asLongAsLongest([told(1, 2), told(3, 4, 5, 6)]))).toEqual([
      [1, 2, 2, 2],
      [3, 4, 5, 6],
    ]);
  });

  it('are nothing where there are none', () => {
    expect(asLongAsLongest([])).toEqual([]);
  });
});
