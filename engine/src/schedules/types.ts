/** What a schedule is: a record the catalogue can show, with a function from a number of steps to noise levels. */
import type { Descriptor } from '@easel/shared/catalogue';

import type { Sigma } from '../numeric/sigma.ts';
import type { SigmaTable } from '../numeric/sigma-table.ts';

export interface ScheduleOptions {
  /** Lowest positive level; absent = the table's first. */
  readonly sigmaMin?: number;
  /** Highest level; absent = the table's last. */
  readonly sigmaMax?: number;
  /** Curvature, for schedules that have one. */
  readonly rho?: number;
  /** Which published step table to take, for schedules made of tables; absent = SD1. */
  readonly base?: 'sd15' | 'sdxl';
}

/**
 * steps + 1 noise levels, descending, float32 values.
 *
 * The last is 0 (kl_optimal, as the WebUI has it, ends at sigmaMin). `ddim` gives more than steps + 1 where 1000 is
 * not divisible by steps.
 */
export type MakeSigmas = (table: SigmaTable, steps: number, options?: ScheduleOptions) => readonly Sigma[];

export interface Schedule extends Descriptor {
  readonly sigmas: MakeSigmas;
}
