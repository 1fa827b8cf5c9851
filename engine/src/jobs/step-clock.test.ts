import { describe, expect, it } from 'vitest';

import { createStepClock, firstPassBudgetMs, loadBudgetMs } from './step-clock.ts';

describe('the step clock', () => {
  it('allows long silence until a step was measured, then several times the slowest one', () => {
    let time = 0;
    const clock = createStepClock(90_000, () => time);
    expect(clock.budgetMs()).toBe(90_000);
    time += 4000;
    clock.tick();
    time += 2000;
    clock.tick();
    expect(clock.budgetMs()).toBe(32_000);
  });

  it('never asks for an answer within ten seconds', () => {
    let time = 0;
    const clock = createStepClock(90_000, () => time);
    time += 5;
    clock.tick();
    expect(clock.budgetMs()).toBe(10_000);
  });

  it('grows with the size of the network, the picture and the file', () => {
    expect(firstPassBudgetMs(12e6, 256)).toBe(10_000);
    expect(firstPassBudgetMs(860e6, 4096)).toBeGreaterThan(120_000);
    expect(loadBudgetMs(2e9)).toBeGreaterThan(loadBudgetMs(2e7) + 60_000);
  });
});
