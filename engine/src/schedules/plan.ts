/** From a sampler and a chosen schedule to the noise levels of one walk. */
import type { Sigma } from '../numeric/sigma.ts';
import type { SigmaTable } from '../numeric/sigma-table.ts';
import { automatic, findSchedule } from './index.ts';
import type { PlanOptions } from './types.ts';

/** What a sampler says about levels; every sampler record has this. */
export interface SigmaWishes {
  readonly defaultSchedule: string;
  readonly ownSigmas?: (table: SigmaTable, steps: number) => readonly Sigma[];
  readonly dropsNextToLastSigma?: boolean;
}

/**
 * The levels a sampler walks: its own where it insists, else those of the schedule (`automatic` = its default one).
 * @throws unknown_schedule
 */
export function planSigmas(
  sampler: SigmaWishes,
  scheduleId: string,
  table: SigmaTable,
  steps: number,
  options: PlanOptions = {},
): readonly Sigma[] {
  const schedule = findSchedule(scheduleId === automatic.id ? sampler.defaultSchedule : scheduleId);
  if (sampler.ownSigmas !== undefined) return sampler.ownSigmas(table, steps);
  if (sampler.dropsNextToLastSigma !== true && options.discardPenultimate !== true)
    return schedule.sigmas(table, steps, options);
  const levels = schedule.sigmas(table, steps + 1, options);
  return [...levels.slice(0, -2), ...levels.slice(-1)];
}
