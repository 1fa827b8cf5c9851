/** What a schedule is: a record the catalogue can show, with a function from a number of steps to noise levels. */
import type { ScheduleDescriptor } from '@easel/shared/catalogue';

import type { Sigma } from '../numeric/sigma.ts';
import type { SigmaTable } from '../numeric/sigma-table.ts';

export interface ScheduleOptions {
  /** Lowest positive level; absent = the table's first. Schedules made of table entries (uniform, simple, ddim, align-your-steps) keep theirs, as in the WebUI. */
  readonly sigmaMin?: number;
  /** Highest level; absent = the table's last. Read by the same schedules as `sigmaMin`. */
  readonly sigmaMax?: number;
  /** Curvature, for schedules that have one (karras 7, polyexponential 1 when absent). */
  readonly rho?: number;
  /** Parameters of the beta distribution, for the schedule of that name; 0.6 both when absent. */
  readonly alpha?: number;
  readonly beta?: number;
  /** Which published step table to take, for schedules made of tables; absent = SD1. */
  readonly base?: 'sd15' | 'sdxl';
}

/** What a request may say about the levels of its walk. Samplers with levels of their own (`ownSigmas`) read none of it. */
export interface PlanOptions extends ScheduleOptions {
  /** One more level is made and the last before 0 left out, for every sampler and not only those that wish it. */
  readonly discardPenultimate?: boolean;
}

/**
 * steps + 1 noise levels, descending, float32 values.
 *
 * The last is 0 (kl_optimal, as the WebUI has it, ends at sigmaMin). `ddim` gives more than steps + 1 where 1000 is
 * not divisible by steps.
 */
export type MakeSigmas = (table: SigmaTable, steps: number, options?: ScheduleOptions) => readonly Sigma[];

export interface Schedule extends ScheduleDescriptor {
  readonly sigmas: MakeSigmas;
}
