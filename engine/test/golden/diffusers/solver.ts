/** Multistep solvers at unit variance: DPM-Solver++ and UniPC. */
import { listedTimesteps } from '../../../src/denoisers/timesteps.ts';
import { timestep as asTimestep, sigma as asSigma } from '../../../src/numeric/sigma.ts';
import { timestepAt } from '../../../src/numeric/sigma-table.ts';
import { combine } from '../../../src/numeric/tensor.ts';
import type { Sampler } from '../../../src/samplers/types.ts';
import { roundHalfEven } from '../../../src/schedules/timestep-spacing.ts';
import { curveOf, levelsAt, spaced, stepsOf } from './levels.ts';
import type { Config, DiffusersScheduler, StepRequest } from './types.ts';
import { diffusersTable } from './tables.ts';
import { denoiserOf, partOf, toUnitScale, walk } from './walk.ts';

export function makeSolver(sampler: Sampler, config: Config, request: StepRequest): DiffusersScheduler {
  const table = diffusersTable(config, 2 ** -24);
  const { sigmas } = table;
  const spacing = config.timestep_spacing;
  const at = spaced(config, request, spacing, spacing === 'trailing' ? 0 : 1).map(roundHalfEven);
  const lowest = sigmas[0] as number;
  const curve = curveOf(config, table, stepsOf(request), lowest, sigmas[sigmas.length - 1] as number);
  const levels = curve ?? levelsAt(table, at);
  // Karras timesteps are rounded, those of the other curves cut off, and theirs end a hair below the highest integer.
  const toInteger = config.use_karras_sigmas ? roundHalfEven : (t: number): number => Math.max(Math.trunc(t - 1e-4), 0);
  const timesteps = (curve?.map((level) => toInteger(timestepAt(table, level))) ?? at).map(asTimestep);
  const all = [...levels, asSigma(config.final_sigmas_type === 'zero' ? 0 : lowest)];
  return {
    timesteps,
    sigmas: all,
    initNoiseSigma: 1,
    addNoise: (latents, noise, index) => {
      const level = levels[index] as number;
      return toUnitScale(combine(1, latents, level, noise), level);
    },
    run: (predict, sample, options) => {
      const denoise = denoiserOf(config.prediction_type, predict, listedTimesteps(levels, timesteps));
      return walk(sampler, denoise, sample, partOf(all, options), 'unit', options);
    },
  };
}
