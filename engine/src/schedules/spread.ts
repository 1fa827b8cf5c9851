/** Evenly spread numbers and the closing 0: what most schedules share. */
import { sigma, timestep, type Sigma } from '../numeric/sigma.ts';
import { sigmaAt, type SigmaTable } from '../numeric/sigma-table.ts';

/** `count` float32 numbers from `from` to `to`, both included; one number is `from`. */
export function spread(from: number, to: number, count: number): number[] {
  const step = count > 1 ? (to - from) / (count - 1) : 0;
  return Array.from({ length: count }, (_, i) => Math.fround(i === count - 1 && count > 1 ? to : from + step * i));
}

/** Levels as float32, with 0 behind the last. */
export const withZero = (levels: readonly number[]): Sigma[] => [
  ...levels.map((level) => sigma(Math.fround(level))),
  sigma(0),
];

/** Levels at (fractional) timesteps, with 0 behind the last. */
export const levelsAt = (table: SigmaTable, timesteps: readonly number[]): Sigma[] =>
  withZero(timesteps.map((t) => sigmaAt(table, timestep(t))));
