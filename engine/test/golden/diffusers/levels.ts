/** Timesteps and levels of diffusers' schedulers. */
import { sigma as asSigma, type Sigma } from '../../../src/numeric/sigma.ts';
import type { SigmaTable } from '../../../src/numeric/sigma-table.ts';
import { findSchedule } from '../../../src/schedules/index.ts';
import { spaceTimesteps, type Spacing } from '../../../src/schedules/timestep-spacing.ts';
import type { Config, StepRequest } from './types.ts';

export const stepsOf = (request: StepRequest): number =>
  'steps' in request ? request.steps : request.timesteps.length;

/** The timesteps asked for, or spaced ones; `extra` more than asked for are spaced, and dropped at the low end. */
export function spaced(config: Config, request: StepRequest, spacing: Spacing, extra = 0): readonly number[] {
  if ('timesteps' in request) return request.timesteps;
  const options = { trainSteps: config.num_train_timesteps, offset: config.steps_offset };
  return spaceTimesteps(spacing, request.steps + extra, options).slice(0, request.steps);
}

/** Levels chosen by a curve instead of by timesteps, from high to low; undefined when the config names none. */
export function curveOf(
  config: Config,
  table: SigmaTable,
  steps: number,
  low: number,
  high: number,
): readonly Sigma[] | undefined {
  const at = (i: number): number => (steps > 1 ? i / (steps - 1) : 0);
  const spread = (level: (part: number) => number): Sigma[] =>
    Array.from({ length: steps }, (_, i) => asSigma(Math.fround(level(at(i)))));
  if (config.use_karras_sigmas) return spread((part) => karrasAt(low, high, part));
  if (config.use_exponential_sigmas || config['use_lu_lambdas'] === true) {
    return spread((part) => Math.exp(Math.log(high) + part * (Math.log(low) - Math.log(high))));
  }
  if (!config.use_beta_sigmas) return undefined;
  return findSchedule('beta').sigmas(table, steps, { sigmaMin: low, sigmaMax: high }).slice(0, -1);
}

/** In float64, as numpy computes them there; our schedule rounds on the way, as torch does in k-diffusion. */
const karrasAt = (low: number, high: number, part: number): number =>
  (high ** (1 / 7) + part * (low ** (1 / 7) - high ** (1 / 7))) ** 7;

/** Levels at timesteps, linear in sigma between integers: not in its logarithm, as the WebUI has it. */
export function levelsAt({ sigmas }: SigmaTable, timesteps: readonly number[]): Sigma[] {
  return timesteps.map((t) => {
    const low = Math.floor(t);
    const weight = t - low;
    const below = sigmas[low] as number;
    return asSigma(Math.fround(weight === 0 ? below : (1 - weight) * below + weight * (sigmas[low + 1] as number)));
  });
}
