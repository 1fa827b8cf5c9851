/** From timesteps or numbers to levels with the closing 0: what most schedules share. */
import { sigma, timestep, type Sigma } from '../numeric/sigma.ts';
import { sigmaAt, type SigmaTable } from '../numeric/sigma-table.ts';

/** Levels as float32, with 0 behind the last. */
export const withZero = (levels: Iterable<number>): Sigma[] => [
  ...Array.from(levels, (level) => sigma(Math.fround(level))),
  sigma(0),
];

/** Levels at (fractional) timesteps, with 0 behind the last. */
export const levelsAt = (table: SigmaTable, timesteps: Iterable<number>): Sigma[] =>
  withZero(Array.from(timesteps, (t) => sigmaAt(table, timestep(t))));
