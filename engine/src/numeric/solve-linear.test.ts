import { describe, expect, it } from 'vitest';

import { solveLinear } from './solve-linear.ts';

describe('solveLinear', () => {
  it('solves a system, also where the first pivot is 0', () => {
    const x = solveLinear(
      [
        [0, 2, 1],
        [1, -1, 0],
        [3, 0, -2],
      ],
      [7, -1, -3],
    );
    [1, 2, 3].forEach((value, i) => expect(x[i]).toBeCloseTo(value, 12));
  });
});
