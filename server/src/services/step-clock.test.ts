import { describe, expect, it } from 'vitest';

import { StepClock } from './step-clock.ts';

describe('StepClock', () => {
  it('says nothing until a step has been timed', () => {
    const clock = new StepClock(10);
    clock.step(0, 0, 0);
    expect(clock.remainingMs(0, 1)).toBeNull();
    // From loading to the first step is not a step.
    clock.step(0, 1, 5000);
    expect(clock.remainingMs(1, 1)).toBeNull();
    clock.step(0, 2, 5100);
    expect(clock.remainingMs(2, 1)).toBe(8 * 100 + 2 * 100);
  });

  it('counts all remaining steps and pictures, with the decoding it has measured', () => {
    const clock = new StepClock(4);
    for (let step = 1; step <= 4; step += 1) clock.step(0, step, step * 100);
    clock.image(0, 400 + 50);
    clock.step(1, 1, 600);
    expect(clock.remainingMs(1, 3)).toBe(3 * 100 + 50 + 2 * (4 * 100 + 50));
  });

  it('follows a computer that becomes slower', () => {
    const clock = new StepClock(100);
    let at = 0;
    for (let step = 1; step <= 20; step += 1) clock.step(0, step, (at += 100));
    for (let step = 21; step <= 30; step += 1) clock.step(0, step, (at += 300));
    expect(clock.remainingMs(30, 1)).toBe(72 * 300);
  });
});
