/** Solvers at unit variance: DPM-Solver, single and multistep, UniPC, DEIS and SA-Solver. */
import { listedTimesteps } from '../../../src/denoisers/timesteps.ts';
import { timestep as asTimestep, sigma as asSigma, type Sigma } from '../../../src/numeric/sigma.ts';
import { timestepAt } from '../../../src/numeric/sigma-table.ts';
import { combine } from '../../../src/numeric/tensor.ts';
import type { Sampler } from '../../../src/samplers/types.ts';
import { roundHalfEven } from '../../../src/schedules/timestep-spacing.ts';
import { cleaned } from './clean.ts';
import { curveOf, levelsAt, spaced, stepsOf } from './levels.ts';
import type { Config, DiffusersScheduler, StepRequest } from './types.ts';
import { diffusersTable } from './tables.ts';
import { denoiserOf, partOf, toUnitScale, walk } from './walk.ts';

/** Where a walk ends: at the level the config names, or (DEIS and kin) at the lowest of the table or of the curve. */
export type End = 'final_sigmas_type' | 'lowest';

/** Training steps that are left when the noisiest are clipped off. */
function trainedSteps(config: Config, sigmas: Float32Array): number {
  const highest = Math.exp(-Number(config['lambda_min_clipped'] ?? -Infinity));
  return sigmas.filter((sigma) => sigma <= highest).length;
}

export function makeSolver(
  sampler: Sampler,
  config: Config,
  request: StepRequest,
  end: End = 'final_sigmas_type',
): DiffusersScheduler {
  const table = diffusersTable(config, 2 ** -24);
  const { sigmas } = table;
  const spacing = config.timestep_spacing;
  const spacedOver = { ...config, num_train_timesteps: trainedSteps(config, sigmas) };
  const at = spaced(spacedOver, request, spacing, spacing === 'trailing' ? 0 : 1).map(roundHalfEven);
  const lowest = asSigma(sigmas[0] as number);
  const curve = curveOf(config, table, stepsOf(request), lowest, sigmas[sigmas.length - 1] as number);
  const levels = curve ?? levelsAt(table, at);
  // Karras and Lu timesteps are rounded, those of the other curves cut off, and theirs end a hair below the highest integer.
  const rounds = config.use_karras_sigmas || config['use_lu_lambdas'] === true;
  const toInteger = rounds ? roundHalfEven : (t: number): number => Math.max(Math.trunc(t - 1e-4), 0);
  const timesteps = (curve?.map((level) => toInteger(timestepAt(table, level))) ?? at).map(asTimestep);
  const ends: Readonly<Record<End, () => Sigma>> = {
    final_sigmas_type: () => (config.final_sigmas_type === 'zero' ? asSigma(0) : lowest),
    lowest: () => (curve === undefined ? lowest : (levels.at(-1) as Sigma)),
  };
  const all = [...levels, ends[end]()];
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
      return walk(sampler, cleaned(denoise, config), sample, partOf(all, options), 'unit', options, {
        order: config.solver_order,
        table,
      });
    },
  };
}
