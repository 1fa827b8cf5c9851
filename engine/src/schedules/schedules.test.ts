import { describe, expect, it } from 'vitest';

import { makeSigmaTable } from '../numeric/sigma-table.ts';
import { findSchedule, schedules } from './index.ts';
import { planSigmas } from './plan.ts';
import { spaceTimesteps } from './timestep-spacing.ts';

const table = makeSigmaTable();
const walking = schedules.map((schedule) => [schedule.id, schedule] as const);

describe.each(walking)('schedule %s', (id, schedule) => {
  it.each([1, 2, 7, 20, 150])('descends strictly from below the highest level in %i steps', (steps) => {
    const levels = schedule.sigmas(table, steps);
    for (let i = 1; i < levels.length; i++) expect(levels[i]).toBeLessThan(levels[i - 1] as number);
    expect(levels[0]).toBeLessThan(14.62);
    expect(levels.every((level) => Math.fround(level) === level)).toBe(true);
  });

  it('gives steps + 1 levels, the last 0', () => {
    // The two exceptions are the WebUI's: kl-optimal does not reach 0, ddim walks all multiples.
    const levels = schedule.sigmas(table, 20);
    expect(levels).toHaveLength(21);
    expect(levels.at(-1)).toBeCloseTo(id === 'kl-optimal' ? 0.0291675 : 0, 6);
    expect(schedule.sigmas(table, 30)).toHaveLength(id === 'ddim' ? 32 : 31);
  });
});

describe('planSigmas', () => {
  const plain = { defaultSchedule: 'karras' };

  it('takes the sampler at its word when the schedule is automatic', () => {
    expect(planSigmas(plain, 'automatic', table, 5)).toEqual(findSchedule('karras').sigmas(table, 5));
    expect(planSigmas(plain, 'uniform', table, 5)).toEqual(findSchedule('uniform').sigmas(table, 5));
  });

  it('drops the level before 0 of a schedule with one step more', () => {
    const more = findSchedule('karras').sigmas(table, 6);
    expect(planSigmas({ ...plain, dropsNextToLastSigma: true }, 'automatic', table, 5)).toEqual([
      ...more.slice(0, 5),
      0,
    ]);
  });

  it('drops it for any sampler when asked to, and only once', () => {
    const more = findSchedule('karras').sigmas(table, 6);
    for (const wishes of [plain, { ...plain, dropsNextToLastSigma: true }]) {
      expect(planSigmas(wishes, 'karras', table, 5, { discardPenultimate: true })).toEqual([...more.slice(0, 5), 0]);
    }
  });

  it('lets a request move the ends and the curve', () => {
    const levels = planSigmas(plain, 'automatic', table, 5, { sigmaMin: 0.1, sigmaMax: 10, rho: 5 });
    expect(levels[0]).toBeCloseTo(10, 5);
    expect(levels[4]).toBeCloseTo(0.1, 6);
    // Half way in sigma to the power of one fifth.
    expect(levels[2]).toBeCloseTo(((10 ** 0.2 + 0.1 ** 0.2) / 2) ** 5, 5);
  });

  it('refuses a schedule that does not exist and names the others, also where the sampler would not listen', () => {
    const stubborn = { ...plain, ownSigmas: () => [] };
    for (const sampler of [plain, stubborn]) {
      expect(() => planSigmas(sampler, 'linear', table, 5)).toThrow(
        expect.objectContaining({ code: 'unknown_schedule' }),
      );
    }
    expect(() => findSchedule('linear')).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({ limit: expect.arrayContaining(['automatic', 'karras']) }),
      }),
    );
  });
});

describe('spaceTimesteps', () => {
  // diffusers' published examples for five steps of a thousand.
  it.each([
    ['linspace', 0, [999, 749.25, 499.5, 249.75, 0]],
    ['leading', 1, [801, 601, 401, 201, 1]],
    ['trailing', 0, [999, 799, 599, 399, 199]],
  ] as const)('spaces %s with offset %i', (spacing, offset, expected) => {
    expect(spaceTimesteps(spacing, 5, { offset })).toEqual(expected);
  });
});
