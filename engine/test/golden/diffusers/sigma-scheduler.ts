/** Schedulers that count in sigma: Euler, Heun, DPM2, LMS, DPM++ SDE. They show a second-order step as two. */
import type { TimestepOf } from '../../../src/denoisers/types.ts';
import { brownianNoise } from '../../../src/numeric/brownian.ts';
import { sigma as asSigma, timestep as asTimestep, type Sigma, type Timestep } from '../../../src/numeric/sigma.ts';
import { timestepAt } from '../../../src/numeric/sigma-table.ts';
import { combine } from '../../../src/numeric/tensor.ts';
import { torchNoise } from '../../../src/numeric/torch-random.ts';
import { ancestralSplit } from '../../../src/samplers/ancestral.ts';
import { findSampler } from '../../../src/samplers/index.ts';
import { roundHalfEven } from '../../../src/schedules/timestep-spacing.ts';
import { curveOf, levelsAt, spaced, stepsOf } from './levels.ts';
import type { Config, DiffusersScheduler, StepRequest } from './types.ts';
import { diffusersTable } from './tables.ts';
import { denoiserOf, partOf, walk } from './walk.ts';

export interface SigmaClass {
  readonly sampler: string;
  /** Level of a step's second evaluation, `end` = where it ends; absent = it has one only. */
  readonly look?: 'end' | ((sigma: Sigma, next: Sigma) => number);
  /** Ends of what the look can be, by the rounding of a root in it. */
  readonly lookRange?: (sigma: Sigma, next: Sigma) => readonly [number, number];
  /** How often a level between the first and the last stands in `sigmas`, and how many zeros end it; 1 and 1 when absent. */
  readonly lists?: readonly [times: number, zeros: number];
  /** Whether Karras timesteps are rounded. */
  readonly rounds?: boolean;
  /** Noise comes from a Brownian tree, seeded by the config. */
  readonly isBrownian?: boolean;
}

const f = Math.fround;

/** Half a step in log sigma, where torch's rounding does not matter. */
const half = (sigma: number, next: number): number => Math.sqrt(sigma * next);

/** Half a step to where the ancestral step goes down to; its lowest can be 0. `steps` of float32 are added to its noise. */
const halfDown = (sigma: number, next: number, steps = 0): number => {
  const { up, down } = ancestralSplit(sigma, next, 1);
  const other = f(up * (1 + steps * 2 ** -23));
  const lower = steps === 0 ? down : f(Math.sqrt(Math.max(f(f(next * next) - f(other * other)), 0)));
  return f(Math.exp(f(0.5 * f(f(Math.log(sigma)) + f(Math.log(lower))))));
};

const TWICE = [2, 1] as const;
const TWICE_AND_ZEROS = [2, 3] as const;

/** By class of diffusers. */
export const SIGMA_CLASSES = {
  euler: { sampler: 'euler' },
  eulerAncestral: { sampler: 'euler-ancestral' },
  lms: { sampler: 'lms' },
  heun: { sampler: 'heun', look: 'end', lists: TWICE },
  kdpm2: { sampler: 'dpm-2', look: half, lists: TWICE_AND_ZEROS, rounds: true },
  kdpm2Ancestral: {
    sampler: 'dpm-2-ancestral',
    look: (sigma, next) => halfDown(sigma, next),
    lookRange: (sigma, next) => [halfDown(sigma, next, 1), halfDown(sigma, next, -1)],
    lists: TWICE_AND_ZEROS,
    rounds: true,
  },
  dpmppSde: { sampler: 'dpmpp-sde', look: half, lists: TWICE, isBrownian: true },
} as const satisfies Readonly<Record<string, SigmaClass>>;

export const makeSigmaScheduler =
  ({ sampler, look, lookRange, lists = [1, 1], rounds = false, isBrownian = false }: SigmaClass) =>
  (config: Config, request: StepRequest): DiffusersScheduler => {
    const table = diffusersTable(config, 2 ** -24);
    const at = spaced(config, request, config.timestep_spacing).map(Math.fround);
    const atTimesteps = levelsAt(table, at);
    const lowest = config['sigma_min'] ?? atTimesteps.at(-1);
    const curve = curveOf(
      config,
      table,
      stepsOf(request),
      Number(lowest),
      Number(config['sigma_max'] ?? atTimesteps[0]),
    );
    const levels = curve ?? atTimesteps;
    const isRounded = config.use_karras_sigmas && rounds;
    const timesteps = timestepsOf(config, levels, curve === undefined ? at : undefined, (level) => {
      return isRounded ? roundHalfEven(timestepAt(table, level)) : timestepAt(table, level);
    });
    const highest = Math.max(...levels);
    const known = new Map<number, Timestep>(timesteps.map((t, i) => [levels[i] as number, t]));
    // Half-way levels were not spaced; they are told by the table.
    const timestepOf: TimestepOf = (sigma) => known.get(sigma) ?? timestepAt(table, sigma);
    const looks =
      look === 'end'
        ? timesteps.slice(1)
        : look && levels.slice(1).map((next, i) => timestepAt(table, asSigma(look(levels[i] as Sigma, next))));
    const end = config.final_sigmas_type === 'sigma_min' ? (table.sigmas[0] as number) : 0;
    const slack = lookRange && slackOf(levels, lookRange, (level) => timestepAt(table, asSigma(level)));
    return {
      ...(slack === undefined ? {} : { timestepSlack: slack }),
      timesteps:
        looks === undefined
          ? timesteps
          : [timesteps[0] as Timestep, ...timesteps.slice(1).flatMap((t, i) => [looks[i] as Timestep, t])],
      sigmas: listedSigmas(levels, end, lists),
      initNoiseSigma: config.timestep_spacing === 'leading' ? Math.sqrt(highest * highest + 1) : highest,
      ...(isBrownian
        ? { ownNoise: () => brownianNoise(Number(config['noise_sampler_seed']), levels, torchNoise) }
        : {}),
      addNoise: (latents, noise, index) => combine(1, latents, levels[index] as number, noise),
      run: (predict, sample, options) => {
        const denoise = denoiserOf(config.prediction_type, predict, timestepOf);
        const all = [...levels, asSigma(end)];
        return walk(findSampler(sampler), denoise, sample, partOf(all, options), 'sigma', options);
      },
    };
  };

/** The spaced ones, or those of the levels; a continuous clock tells a quarter of the level's logarithm. */
function timestepsOf(
  config: Config,
  levels: readonly Sigma[],
  spacedAt: readonly number[] | undefined,
  timestepOf: (level: Sigma) => number,
): Timestep[] {
  if (config['timestep_type'] === 'continuous' && config.prediction_type === 'v_prediction') {
    return levels.map((level) => asTimestep(0.25 * Math.log(level)));
  }
  return (spacedAt ?? levels.map(timestepOf)).map(asTimestep);
}

/** For every evaluation: nothing for those at the levels, the width of what the looks can be for those between. */
function slackOf(
  levels: readonly Sigma[],
  lookRange: NonNullable<SigmaClass['lookRange']>,
  timestepOf: (level: number) => number,
): number[] {
  const between = levels.slice(1).flatMap((next, i) => {
    const [low, high] = lookRange(levels[i] as Sigma, next).map(timestepOf) as [number, number];
    return [Math.abs(high - low), 0];
  });
  return [0, ...between];
}

/** The `sigmas` of the class; those that look ahead list what they need at each call. */
function listedSigmas(levels: readonly Sigma[], end: number, [times, ends]: readonly [number, number]): number[] {
  const between = levels.slice(1).flatMap((level) => Array.from({ length: times }, () => level));
  return [levels[0] as Sigma, ...between, ...Array.from({ length: ends }, () => end)];
}
