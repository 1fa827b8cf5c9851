/**
 * diffusers' schedulers put together from our samplers, schedules and denoisers: the proof that they can be.
 *
 * A scheduler class with its config becomes timesteps, levels and a walk. Classes and options we have no part for give
 * undefined, which a golden kind reports as unknown.
 */
import { epsilonDenoiser } from '../../../src/denoisers/epsilon.ts';
import { listedTimesteps } from '../../../src/denoisers/timesteps.ts';
import type { Predict, TimestepOf } from '../../../src/denoisers/types.ts';
import { vDenoiser } from '../../../src/denoisers/v.ts';
import type { Denoise } from '../../../src/numeric/denoise.ts';
import type { NoiseSource } from '../../../src/numeric/noise-source.ts';
import { sigma as asSigma, timestep as asTimestep, type Sigma, type Timestep } from '../../../src/numeric/sigma.ts';
import { timestepAt, type SigmaTable } from '../../../src/numeric/sigma-table.ts';
import { combine, scale, type Tensor } from '../../../src/numeric/tensor.ts';
import { ddim } from '../../../src/samplers/ddim.ts';
import { findSampler } from '../../../src/samplers/index.ts';
import type { Sampler } from '../../../src/samplers/types.ts';
import { findSchedule } from '../../../src/schedules/index.ts';
import { roundHalfEven, spaceTimesteps, type Spacing } from '../../../src/schedules/timestep-spacing.ts';
import { diffusersTable, levelOf, type TableConfig } from './tables.ts';

/** As a case states it. */
export interface SchedulerSpec {
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
}

export interface WalkOptions {
  readonly noise: NoiseSource;
  readonly eta?: number;
  /** Index of the first step to run (image to image begins late); 0 when absent. */
  readonly from?: number;
  /** Index of the first step not to run (a refiner takes over); all when absent. */
  readonly until?: number;
  /** Replaces the sample after each step; `index` is the step that ended. In the scheduler's own scale. */
  readonly correct?: (sample: Tensor, index: number) => Tensor;
}

export interface DiffusersScheduler {
  /** As `scheduler.timesteps`. */
  readonly timesteps: readonly Timestep[];
  /** As `scheduler.sigmas`, with the last level; undefined where the class has none. */
  readonly sigmas: readonly number[] | undefined;
  /** As `scheduler.init_noise_sigma`: factor on unit noise. */
  readonly initNoiseSigma: number;
  /** As `scheduler.add_noise` at step `index`, in the scheduler's own scale. */
  addNoise(latents: Tensor, noise: Tensor, index: number): Tensor;
  /** Runs the steps; gives the sample after each call of `scheduler.step`, in the scheduler's own scale. */
  run(predict: Predict, sample: Tensor, options: WalkOptions): Promise<Tensor[]>;
}

/** Every option of a class with its default in diffusers; one that is not listed here is not understood. */
const TABLE_DEFAULTS = {
  num_train_timesteps: 1000,
  beta_start: 0.0001,
  beta_end: 0.02,
  beta_schedule: 'linear',
  trained_betas: null,
};
const COMMON = { ...TABLE_DEFAULTS, prediction_type: 'epsilon', rescale_betas_zero_snr: false, steps_offset: 0 };
const SIGMA_OPTIONS = { use_karras_sigmas: false, use_exponential_sigmas: false, use_beta_sigmas: false };

interface Config extends TableConfig {
  readonly prediction_type: string;
  readonly timestep_spacing: Spacing;
  readonly steps_offset: number;
  readonly use_karras_sigmas: boolean;
  readonly use_exponential_sigmas: boolean;
  readonly use_beta_sigmas: boolean;
  readonly clip_sample: boolean;
  readonly set_alpha_to_one: boolean;
  readonly [option: string]: unknown;
}

/** How a class is put together; undefined from `make` = an option it has is not covered. */
interface ClassRow {
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Values of options that are the only ones covered. */
  readonly only?: Readonly<Record<string, unknown>>;
  make(config: Config, request: StepRequest): DiffusersScheduler;
}

/** How many steps, or which timesteps. */
export type StepRequest = { readonly steps: number } | { readonly timesteps: readonly number[] };

const stepsOf = (request: StepRequest): number => ('steps' in request ? request.steps : request.timesteps.length);

/** Levels chosen by a curve instead of by timesteps; undefined when the config names none. */
function curveOf(config: Config, table: SigmaTable, steps: number, low: number, high: number): Sigma[] | undefined {
  const id = config.use_karras_sigmas
    ? 'karras'
    : config.use_exponential_sigmas
      ? 'exponential'
      : config.use_beta_sigmas
        ? 'beta'
        : undefined;
  return id && findSchedule(id).sigmas(table, steps, { sigmaMin: low, sigmaMax: high }).slice(0, -1);
}

/** Levels at timesteps, linear in sigma between integers: not in its logarithm, as the WebUI has it. */
function levelsAt({ sigmas }: SigmaTable, timesteps: readonly number[]): Sigma[] {
  return timesteps.map((t) => {
    const low = Math.floor(t);
    const weight = t - low;
    const level =
      weight === 0
        ? (sigmas[low] as number)
        : (1 - weight) * (sigmas[low] as number) + weight * (sigmas[low + 1] as number);
    return asSigma(Math.fround(level));
  });
}

function denoiserOf(prediction: string, predict: Predict, timestepOf: TimestepOf): Denoise {
  if (prediction === 'v_prediction') return vDenoiser(predict, timestepOf);
  if (prediction === 'epsilon') return epsilonDenoiser(predict, timestepOf);
  return (x, sigma) => predict(scale(x, 1 / Math.sqrt(sigma * sigma + 1)), timestepOf(sigma));
}

/** Latent at unit variance -> picture + sigma * noise. */
const toSigmaScale = (y: Tensor, sigma: number): Tensor => scale(y, Math.sqrt(sigma * sigma + 1));
const toUnitScale = (x: Tensor, sigma: number): Tensor => scale(x, 1 / Math.sqrt(sigma * sigma + 1));

/** Runs a sampler and gives what the network is shown after each evaluation: diffusers steps once per evaluation. */
async function walk(
  sampler: Sampler,
  denoise: Denoise,
  start: Tensor,
  levels: readonly Sigma[],
  own: 'sigma' | 'unit',
  { noise, eta, correct }: WalkOptions,
): Promise<Tensor[]> {
  const seen: Tensor[] = [];
  const recorded: Denoise = (x, sigma) => {
    seen.push(own === 'unit' ? toUnitScale(x, sigma) : x);
    return denoise(x, sigma);
  };
  let ended = 0;
  const run = sampler.sample(recorded, own === 'unit' ? toSigmaScale(start, levels[0] as Sigma) : start, levels, {
    noise,
    ...(eta === undefined ? {} : { eta }),
    ...(correct === undefined
      ? {}
      : {
          correct: (x: Tensor, sigma: Sigma) =>
            own === 'unit' ? toSigmaScale(correct(toUnitScale(x, sigma), ended++), sigma) : correct(x, ended++),
        }),
  });
  for (;;) {
    const step = await run.next();
    if (step.done !== true) continue;
    // The last level is 0 (both scales are one) but where a scheduler ends at its lowest level.
    const end = own === 'unit' ? toUnitScale(step.value, levels.at(-1) as Sigma) : step.value;
    return [...seen.slice(1), end];
  }
}

/** Schedulers that live in sigma: Euler and its relatives. */
function sigmaScheduler(samplerId: string, lookAhead: boolean) {
  return (config: Config, request: StepRequest): DiffusersScheduler => {
    const table = diffusersTable(config, 2 ** -24);
    const steps = stepsOf(request);
    const spaced =
      'timesteps' in request
        ? request.timesteps
        : spaceTimesteps(config.timestep_spacing, steps, {
            trainSteps: config.num_train_timesteps,
            offset: config.steps_offset,
          }).map(Math.fround);
    const atTimesteps = levelsAt(table, spaced);
    const curve = curveOf(config, table, steps, atTimesteps.at(-1) as number, atTimesteps[0] as number);
    const levels = curve ?? atTimesteps;
    const timesteps = curve?.map((level) => timestepAt(table, level)) ?? spaced.map(asTimestep);
    const highest = Math.max(...levels);
    // Methods that look ahead list every level but the first twice.
    const listed = <T>(values: readonly T[]): T[] =>
      lookAhead ? values.flatMap((value, i) => (i === 0 ? [value] : [value, value])) : [...values];
    return {
      timesteps: listed(timesteps),
      sigmas: [...listed(levels), 0],
      initNoiseSigma: config.timestep_spacing === 'leading' ? Math.sqrt(highest * highest + 1) : highest,
      addNoise: (latents, noise, index) => combine(1, latents, levels[index] as number, noise),
      run: (predict, sample, options) => {
        const part = [...levels, asSigma(0)].slice(
          options.from ?? 0,
          options.until === undefined ? undefined : options.until + 1,
        );
        const denoise = denoiserOf(config.prediction_type, predict, listedTimesteps(levels, timesteps));
        return walk(findSampler(samplerId), denoise, sample, part, 'sigma', options);
      },
    };
  };
}

function makeDpmSolver(config: Config, request: StepRequest): DiffusersScheduler {
  const table = diffusersTable(config, 2 ** -24);
  const steps = stepsOf(request);
  const options = { trainSteps: config.num_train_timesteps, offset: config.steps_offset };
  const spaced =
    'timesteps' in request
      ? request.timesteps
      : config.timestep_spacing === 'trailing'
        ? spaceTimesteps('trailing', steps, options)
        : spaceTimesteps(config.timestep_spacing, steps + 1, options)
            .slice(0, -1)
            .map(roundHalfEven);
  const { sigmas } = table;
  const curve = curveOf(config, table, steps, sigmas[0] as number, sigmas[sigmas.length - 1] as number);
  const levels = curve ?? levelsAt(table, spaced);
  // Karras timesteps are rounded, those of the other curves cut off, and theirs end a hair below the highest integer.
  const toInteger = config.use_karras_sigmas ? roundHalfEven : (t: number): number => Math.max(Math.trunc(t - 1e-4), 0);
  const timesteps = (curve?.map((level) => toInteger(timestepAt(table, level))) ?? spaced).map(asTimestep);
  return {
    timesteps,
    sigmas: [...levels, 0],
    initNoiseSigma: 1,
    addNoise: (latents, noise, index) =>
      toUnitScale(combine(1, latents, levels[index] as number, noise), levels[index] as number),
    run: (predict, sample, o) => {
      const part = [...levels, asSigma(0)].slice(o.from ?? 0, o.until === undefined ? undefined : o.until + 1);
      const denoise = denoiserOf(config.prediction_type, predict, listedTimesteps(levels, timesteps));
      return walk(findSampler('dpmpp-2m'), denoise, sample, part, 'unit', o);
    },
  };
}

function makeDdim(config: Config, request: StepRequest): DiffusersScheduler {
  const table = diffusersTable(config);
  const steps = stepsOf(request);
  const spaced =
    'timesteps' in request
      ? request.timesteps
      : spaceTimesteps(config.timestep_spacing, steps, {
          trainSteps: config.num_train_timesteps,
          offset: config.steps_offset,
        }).map(roundHalfEven);
  const timesteps = spaced.map(asTimestep);
  const stride = Math.floor(config.num_train_timesteps / steps);
  const level = (t: number): Sigma => levelOf(table.alphasCumprod[t] as number);
  const finalLevel = config.set_alpha_to_one ? asSigma(0) : level(0);
  return {
    timesteps,
    sigmas: undefined,
    initNoiseSigma: 1,
    addNoise: (latents, noise, index) => {
      const at = level(timesteps[index] as number);
      return toUnitScale(combine(1, latents, at, noise), at);
    },
    run: async (predict, sample, o) => {
      const samples: Tensor[] = [];
      let current = sample;
      for (const [index, t] of timesteps.entries()) {
        if (index < (o.from ?? 0) || index >= (o.until ?? Infinity)) continue;
        // A step ends at t - stride, which need not be the timestep the next one begins at: so each is its own walk.
        const before = t - stride;
        const part = [level(t), before >= 0 ? level(before) : finalLevel];
        const denoise = denoiserOf(config.prediction_type, predict, listedTimesteps(part, [t]));
        const walkStep = ddim.sample(denoise, toSigmaScale(current, part[0] as Sigma), part, {
          noise: o.noise,
          eta: o.eta ?? 0,
        });
        let step = await walkStep.next();
        while (step.done !== true) step = await walkStep.next();
        current = o.correct?.(step.value, index) ?? step.value;
        samples.push(current);
      }
      return samples;
    },
  };
}

const ROWS: Readonly<Record<string, ClassRow>> = {
  EulerDiscreteScheduler: {
    defaults: {
      ...COMMON,
      ...SIGMA_OPTIONS,
      timestep_spacing: 'linspace',
      interpolation_type: 'linear',
      timestep_type: 'discrete',
      final_sigmas_type: 'zero',
      sigma_min: null,
      sigma_max: null,
    },
    only: {
      interpolation_type: 'linear',
      timestep_type: 'discrete',
      final_sigmas_type: 'zero',
      sigma_min: null,
      sigma_max: null,
    },
    make: sigmaScheduler('euler', false),
  },
  EulerAncestralDiscreteScheduler: {
    defaults: { ...COMMON, timestep_spacing: 'linspace' },
    make: sigmaScheduler('euler-ancestral', false),
  },
  HeunDiscreteScheduler: {
    defaults: { ...COMMON, ...SIGMA_OPTIONS, timestep_spacing: 'linspace', clip_sample: false, clip_sample_range: 1 },
    only: { clip_sample: false },
    make: sigmaScheduler('heun', true),
  },
  DPMSolverMultistepScheduler: {
    defaults: {
      ...COMMON,
      ...SIGMA_OPTIONS,
      timestep_spacing: 'linspace',
      algorithm_type: 'dpmsolver++',
      solver_order: 2,
      solver_type: 'midpoint',
      thresholding: false,
      lower_order_final: true,
      euler_at_final: false,
      use_lu_lambdas: false,
      final_sigmas_type: 'zero',
      lambda_min_clipped: -Infinity,
      dynamic_thresholding_ratio: 0.995,
      sample_max_value: 1,
    },
    only: {
      algorithm_type: 'dpmsolver++',
      solver_order: 2,
      solver_type: 'midpoint',
      thresholding: false,
      use_lu_lambdas: false,
      final_sigmas_type: 'zero',
      lambda_min_clipped: -Infinity,
    },
    make: makeDpmSolver,
  },
  DDIMScheduler: {
    defaults: {
      ...COMMON,
      timestep_spacing: 'leading',
      clip_sample: true,
      clip_sample_range: 1,
      set_alpha_to_one: true,
      thresholding: false,
    },
    only: { thresholding: false, clip_sample: false },
    make: makeDdim,
  },
};

/** The scheduler, or why we have none. */
export function makeScheduler(
  spec: SchedulerSpec,
  request: StepRequest,
): DiffusersScheduler | { readonly missing: string } {
  const row = ROWS[spec.class];
  if (row === undefined) return { missing: spec.class };
  const foreign = Object.keys(spec.config).find((option) => !Object.hasOwn(row.defaults, option));
  if (foreign !== undefined) return { missing: `${spec.class} with ${foreign}` };
  const config = { ...SIGMA_OPTIONS, ...row.defaults, ...spec.config } as unknown as Config;
  const beyond = Object.entries(row.only ?? {}).find(([option, value]) => config[option] !== value);
  if (beyond !== undefined) return { missing: `${spec.class} with ${beyond[0]} ${String(config[beyond[0]])}` };
  if (config['trained_betas'] !== null || !['linear', 'scaled_linear'].includes(config.beta_schedule))
    return { missing: `${spec.class} with other betas` };
  return row.make(config, request);
}
