import { describe, expect, it } from 'vitest';

import { startAsWebui, startByShare } from './strength.ts';

describe('the strength of a picture', () => {
  it('leaves the last share of the steps, rounded down, as diffusers counts', () => {
    expect(startByShare(8, 0.6)).toEqual({ steps: 8, first: 4 });
    expect(startByShare(50, 0.75)).toEqual({ steps: 50, first: 13 });
    expect(startByShare(10, 1)).toEqual({ steps: 10, first: 0 });
    expect(startByShare(10, 0)).toEqual({ steps: 10, first: 10 });
  });

  it('leaves one step more as the WebUI counts, and never begins with nothing of the picture left', () => {
    // 0.75 of 20 steps: t_enc is 15, and the level list begins at 20 - 15 - 1.
    expect(startAsWebui(20, 0.75)).toEqual({ steps: 20, first: 4 });
    expect(startAsWebui(20, 1)).toEqual({ steps: 20, first: 0 });
    expect(startAsWebui(20, 0)).toEqual({ steps: 20, first: 19 });
  });

  it('walks exactly the steps asked for where they are meant exactly', () => {
    // Hires fix with 10 steps at 0.5: 20 levels planned, the last 10 steps walked.
    expect(startAsWebui(10, 0.5, { isExact: true })).toEqual({ steps: 20, first: 10 });
    // At full strength 10 / 0.999 is 10 as well.
    expect(startAsWebui(10, 1, { isExact: true })).toEqual({ steps: 10, first: 0 });
    expect(startAsWebui(10, 0, { isExact: true })).toEqual({ steps: 0, first: 0 });
  });
});
