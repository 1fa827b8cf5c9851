import { describe, expect, it } from 'vitest';

import { toldSteps } from './told-steps.ts';

describe('what is told at which steps', () => {
  it('is one stretch without schedules', () => {
    expect(toldSteps([{ end: 20, text: 0 }], 20)).toEqual([{ from: 1, to: 20, text: 0 }]);
  });

  it('goes a step beyond the end, as the reference does', () => {
    expect(
      toldSteps(
        [
          { end: 5, text: 0 },
          { end: 10, text: 1 },
        ],
        10,
      ),
    ).toEqual([
      { from: 1, to: 6, text: 0 },
      { from: 7, to: 10, text: 1 },
    ]);
  });
});
