/**
 * diffusers' schedulers put together from our samplers, schedules and denoisers: the proof that they can be.
 *
 * A scheduler class with its config becomes timesteps, levels and a walk. Classes and options we have no part for are
 * answered with what is missing, which a golden kind reports as unknown.
 */
import { findSampler } from '../../../src/samplers/index.ts';
import type { Sampler } from '../../../src/samplers/types.ts';
import { makeUnipcSample } from '../../../src/samplers/unipc.ts';
import { makeDdim, makePndm } from './ddim.ts';
import { makeLcm } from './lcm.ts';
import { makeSigmaScheduler } from './sigma-scheduler.ts';
import { makeSolver } from './solver.ts';
import type { Config, DiffusersScheduler, Missing, SchedulerSpec, StepRequest } from './types.ts';

interface ClassRow {
  /** Every option with its default in diffusers; one that is not listed is not understood. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Options for which we have a part for one value only. */
  readonly only?: Readonly<Record<string, unknown>>;
  /** The same for options that the tables do not depend on, only the steps. */
  readonly onlySteps?: Readonly<Record<string, unknown>>;
  make(config: Config, request: StepRequest): DiffusersScheduler | Missing;
}

const COMMON = {
  num_train_timesteps: 1000,
  beta_start: 0.0001,
  beta_end: 0.02,
  beta_schedule: 'linear',
  trained_betas: null,
  prediction_type: 'epsilon',
  rescale_betas_zero_snr: false,
  steps_offset: 0,
};
const CURVES = { use_karras_sigmas: false, use_exponential_sigmas: false, use_beta_sigmas: false };
const EULER_ONLY = {
  interpolation_type: 'linear',
  timestep_type: 'discrete',
  final_sigmas_type: 'zero',
  sigma_min: null,
  sigma_max: null,
};
const SOLVER = {
  ...COMMON,
  ...CURVES,
  timestep_spacing: 'linspace',
  solver_order: 2,
  thresholding: false,
  lower_order_final: true,
  final_sigmas_type: 'zero',
  dynamic_thresholding_ratio: 0.995,
  sample_max_value: 1,
};

/** Our sampler for a configuration of DPM-Solver++, if we have one. */
function dpmSolverOf(config: Config): Sampler | undefined {
  const { algorithm_type: algorithm, solver_type: type, solver_order: order } = config;
  const isStochastic = algorithm === 'sde-dpmsolver++';
  if (order === 1) return findSampler(isStochastic ? 'euler-ancestral' : 'euler');
  if (order !== 2) return undefined;
  const sampler = findSampler(type === 'heun' ? 'dpmpp-2m-sde-heun' : 'dpmpp-2m-sde');
  return isStochastic ? sampler : type === 'heun' ? withoutNoise(sampler) : findSampler('dpmpp-2m');
}

const withoutNoise = (sampler: Sampler): Sampler => ({
  ...sampler,
  sample: (denoise, x, sigmas, o) => sampler.sample(denoise, x, sigmas, { ...o, eta: 0 }),
});

/** UniPC at the order of the configuration. */
function unipcOf({ solver_type: type, solver_order: order }: Config): Sampler {
  const sample = makeUnipcSample(type === 'bh1' ? 'bh1' : 'bh2');
  return {
    ...findSampler('euler'),
    sample: (denoise, x, sigmas, o) => sample(denoise, x, sigmas, { ...o, order }),
  };
}

const ROWS: Readonly<Record<string, ClassRow>> = {
  EulerDiscreteScheduler: {
    defaults: { ...COMMON, ...CURVES, ...EULER_ONLY, timestep_spacing: 'linspace' },
    only: EULER_ONLY,
    make: makeSigmaScheduler('euler', 'none'),
  },
  EulerAncestralDiscreteScheduler: {
    defaults: { ...COMMON, timestep_spacing: 'linspace' },
    make: makeSigmaScheduler('euler-ancestral', 'none'),
  },
  HeunDiscreteScheduler: {
    defaults: { ...COMMON, ...CURVES, timestep_spacing: 'linspace', clip_sample: false, clip_sample_range: 1 },
    onlySteps: { clip_sample: false },
    make: makeSigmaScheduler('heun', 'end'),
  },
  KDPM2DiscreteScheduler: {
    defaults: { ...COMMON, ...CURVES, timestep_spacing: 'linspace' },
    make: makeSigmaScheduler('dpm-2', 'middle'),
  },
  LMSDiscreteScheduler: {
    defaults: { ...COMMON, ...CURVES, timestep_spacing: 'linspace' },
    make: makeSigmaScheduler('lms', 'none'),
  },
  DPMSolverMultistepScheduler: {
    defaults: {
      ...SOLVER,
      algorithm_type: 'dpmsolver++',
      solver_type: 'midpoint',
      euler_at_final: false,
      use_lu_lambdas: false,
      lambda_min_clipped: -Infinity,
    },
    only: { use_lu_lambdas: false, lambda_min_clipped: -Infinity },
    onlySteps: { thresholding: false, final_sigmas_type: 'zero' },
    make: (config, request) => {
      if (config['algorithm_type'] === 'dpmsolver') return { missing: 'DPM-Solver on epsilon' };
      const sampler = dpmSolverOf(config);
      return sampler === undefined ? { missing: 'DPM-Solver++ of third order' } : makeSolver(sampler, config, request);
    },
  },
  UniPCMultistepScheduler: {
    defaults: { ...SOLVER, predict_x0: true, solver_type: 'bh2', disable_corrector: '' },
    onlySteps: { thresholding: false, predict_x0: true, disable_corrector: '' },
    make: (config, request) => makeSolver(unipcOf(config), config, request),
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
    onlySteps: { thresholding: false, clip_sample: false },
    make: (config, request) => makeDdim(config, request),
  },
  DDPMScheduler: {
    defaults: {
      ...COMMON,
      timestep_spacing: 'leading',
      clip_sample: true,
      variance_type: 'fixed_small',
      set_alpha_to_one: true,
    },
    onlySteps: { clip_sample: false, variance_type: 'fixed_small' },
    // The posterior of the forward process is DDIM with all the noise there is.
    make: (config, request) => makeDdim(config, request, 1),
  },
  PNDMScheduler: {
    defaults: { ...COMMON, timestep_spacing: 'leading', skip_prk_steps: false, set_alpha_to_one: false },
    // On v it averages raw predictions of different samples, which no method of ours does.
    only: { skip_prk_steps: true },
    onlySteps: { prediction_type: 'epsilon' },
    make: makePndm,
  },
  LCMScheduler: {
    defaults: {
      ...COMMON,
      beta_start: 0.00085,
      beta_end: 0.012,
      beta_schedule: 'scaled_linear',
      timestep_spacing: 'leading',
      original_inference_steps: 50,
      timestep_scaling: 10,
      clip_sample: false,
      set_alpha_to_one: true,
    },
    onlySteps: { clip_sample: false },
    make: makeLcm,
  },
};

/**
 * The scheduler, or what we have no part for.
 * @param use `tables` when only timesteps and levels are wanted: options of the steps do not matter then
 */
export function makeScheduler(
  spec: SchedulerSpec,
  request: StepRequest,
  use: 'tables' | 'steps' = 'steps',
): DiffusersScheduler | Missing {
  const row = ROWS[spec.class];
  if (row === undefined) return { missing: spec.class };
  const foreign = Object.keys(spec.config).find((option) => !Object.hasOwn(row.defaults, option));
  // Published configs name options of other classes; only a default does no harm.
  if (foreign !== undefined && !IGNORED.has(foreign)) return { missing: `${spec.class} with ${foreign}` };
  const config = { ...CURVES, ...row.defaults, ...spec.config } as unknown as Config;
  const only = { ...row.only, ...(use === 'steps' ? row.onlySteps : {}) };
  const beyond = Object.entries(only).find(([option, value]) => !isSame(config[option], value));
  if (beyond !== undefined) {
    return { missing: `${spec.class} with ${beyond[0]} ${JSON.stringify(config[beyond[0]])}` };
  }
  if (config['trained_betas'] !== null || !['linear', 'scaled_linear'].includes(config.beta_schedule)) {
    return { missing: `${spec.class} with other betas` };
  }
  return row.make(config, request);
}

/** Options of other classes that diffusers drops when it loads a config. */
const IGNORED: ReadonlySet<string> = new Set(['skip_prk_steps', 'clip_sample', 'set_alpha_to_one']);

/** An option is at the one value we cover; an empty list counts as absent. */
const isSame = (value: unknown, covered: unknown): boolean =>
  value === covered || (covered === '' && Array.isArray(value) && value.length === 0);
