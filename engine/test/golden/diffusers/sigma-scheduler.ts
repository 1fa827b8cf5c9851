/** Schedulers that keep their sample in sigma: Euler and its relatives. */
import type { TimestepOf } from '../../../src/denoisers/types.ts';
import { sigma as asSigma, timestep as asTimestep, type Sigma, type Timestep } from '../../../src/numeric/sigma.ts';
import { timestepAt } from '../../../src/numeric/sigma-table.ts';
import { combine } from '../../../src/numeric/tensor.ts';
import { findSampler } from '../../../src/samplers/index.ts';
import { roundHalfEven } from '../../../src/schedules/timestep-spacing.ts';
import { curveOf, levelsAt, spaced, stepsOf } from './levels.ts';
import type { Config, DiffusersScheduler, StepRequest } from './types.ts';
import { diffusersTable } from './tables.ts';
import { denoiserOf, partOf, walk } from './walk.ts';

/** Where a step evaluates a second time: nowhere, at its end, or half way in log sigma. */
type Look = 'none' | 'end' | 'middle';

/** Levels of the looks ahead, one per step but the last. */
function looksOf(levels: readonly Sigma[], look: Look): number[] {
  return levels.slice(1).map((next, i) => {
    return look === 'end' ? next : Math.sqrt((levels[i] as Sigma) * next);
  });
}

export const makeSigmaScheduler =
  (samplerId: string, look: Look) =>
  (config: Config, request: StepRequest): DiffusersScheduler => {
    const table = diffusersTable(config, 2 ** -24);
    const at = spaced(config, request, config.timestep_spacing).map(Math.fround);
    const atTimesteps = levelsAt(table, at);
    const curve = curveOf(config, table, stepsOf(request), atTimesteps.at(-1) as number, atTimesteps[0] as number);
    const levels = curve ?? atTimesteps;
    const isRounded = config.use_karras_sigmas && look === 'middle';
    const timesteps =
      curve?.map((level) =>
        asTimestep(isRounded ? roundHalfEven(timestepAt(table, level)) : timestepAt(table, level)),
      ) ?? at.map(asTimestep);
    const highest = Math.max(...levels);
    const known = new Map<number, Timestep>(timesteps.map((t, i) => [levels[i] as number, t]));
    // Half-way levels were not spaced; they are told by the table.
    const timestepOf: TimestepOf = (sigma) => known.get(sigma) ?? timestepAt(table, sigma);
    const looks = looksOf(levels, look).map((level) => timestepOf(asSigma(level)));
    const rest = timesteps.slice(1);
    return {
      timesteps:
        look === 'none' ? timesteps : [timesteps[0] as Timestep, ...rest.flatMap((t, i) => [looks[i] as Timestep, t])],
      sigmas: listedSigmas(levels, look),
      initNoiseSigma: config.timestep_spacing === 'leading' ? Math.sqrt(highest * highest + 1) : highest,
      addNoise: (latents, noise, index) => combine(1, latents, levels[index] as number, noise),
      run: (predict, sample, options) => {
        const denoise = denoiserOf(config.prediction_type, predict, timestepOf);
        return walk(
          findSampler(samplerId),
          denoise,
          sample,
          partOf([...levels, asSigma(0)], options),
          'sigma',
          options,
        );
      },
    };
  };

/** The `sigmas` of the class; those that look half way list what they need at each call. */
function listedSigmas(levels: readonly Sigma[], look: Look): number[] {
  if (look === 'none') return [...levels, 0];
  const twice = [levels[0] as Sigma, ...levels.slice(1).flatMap((level) => [level, level])];
  return look === 'end' ? [...twice, 0] : [...twice, 0, 0, 0];
}
