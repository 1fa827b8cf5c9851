import { describe, expect, it } from 'vitest';

import { seedState } from './seed-sequence.ts';

describe('seedState', () => {
  // numpy.random.SeedSequence(42).generate_state(4), numpy 2.4.
  it('repeats numpy', () => {
    expect([...seedState(42, [], 4, 4)]).toEqual([3444837047, 2669555309, 2046530742, 3581440988]);
  });

  it('tells a path apart from a longer seed', () => {
    expect(seedState(1, [2], 4, 4)).not.toEqual(seedState(1 + 2 * 2 ** 32, [], 4, 4));
    expect(seedState(1, [0, 1], 24, 4)).not.toEqual(seedState(1, [1, 0], 24, 4));
  });
});
