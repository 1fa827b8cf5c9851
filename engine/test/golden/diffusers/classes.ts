/** The scheduler classes of diffusers we can put together: their options with defaults, and what makes them. */
import { makeDpmSample } from '../../../src/samplers/dpm-2m.ts';
import { makeDpmppSample } from '../../../src/samplers/dpmpp-3m.ts';
import { makeSinglestepSample } from '../../../src/samplers/dpmpp-singlestep.ts';
import { findSampler } from '../../../src/samplers/index.ts';
import type { Sample, Sampler } from '../../../src/samplers/types.ts';
import { makeUnipcSample } from '../../../src/samplers/unipc.ts';
import { makeDdim, makeDdpm } from './ddim.ts';
import { edmMultistep, makeEdm } from './edm.ts';
import { makeIpndm } from './ipndm.ts';
import { makeLcm } from './lcm.ts';
import { makePndm } from './pndm.ts';
import { makeSigmaScheduler, SIGMA_CLASSES } from './sigma-scheduler.ts';
import { makeSolver } from './solver.ts';
import { makeTcd } from './tcd.ts';
import type { Config, DiffusersScheduler, Missing, StepRequest } from './types.ts';

export interface ClassRow {
  /** Every option with its default in diffusers; one that is not listed is not understood. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Options for which we have a part for some values only. */
  readonly only?: Readonly<Record<string, readonly unknown[]>>;
  /** The same for options that the tables do not depend on, only the steps. */
  readonly onlySteps?: Readonly<Record<string, readonly unknown[]>>;
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
const SCALED = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear' };
const CURVES = { use_karras_sigmas: false, use_exponential_sigmas: false, use_beta_sigmas: false };
const THRESHOLD = { thresholding: false, dynamic_thresholding_ratio: 0.995, sample_max_value: 1 };
const CLIP = { clip_sample: true, clip_sample_range: 1 };
const SPACED = { ...COMMON, ...CURVES, timestep_spacing: 'linspace' };
const SOLVER = {
  ...SPACED,
  ...THRESHOLD,
  solver_order: 2,
  lower_order_final: true,
  final_sigmas_type: 'zero',
};
const DPM = {
  ...SOLVER,
  algorithm_type: 'dpmsolver++',
  solver_type: 'midpoint',
  lambda_min_clipped: -Infinity,
};
const STUDENT = {
  ...COMMON,
  ...SCALED,
  ...THRESHOLD,
  timestep_spacing: 'leading',
  original_inference_steps: 50,
  timestep_scaling: 10,
  clip_sample: false,
  clip_sample_range: 1,
  set_alpha_to_one: true,
};
const STUDENT_ONLY = { clip_sample: [false], thresholding: [false] };
const EDM = {
  sigma_min: 0.002,
  sigma_max: 80,
  sigma_data: 0.5,
  sigma_schedule: 'karras',
  num_train_timesteps: 1000,
  prediction_type: 'epsilon',
  rho: 7,
  final_sigmas_type: 'zero',
};

/** A sampler that is no entry of the table, walked in sigma like the others. */
const asSampler = (sample: Sample): Sampler => ({ ...findSampler('euler'), sample });

/** Our sampler for a configuration of the multistep class. */
function dpmSolverOf(config: Config): Sampler | undefined {
  const { algorithm_type: algorithm, solver_order: order, lower_order_final: lowers } = config;
  const second = config['solver_type'] === 'heun' ? 'heun' : 'midpoint';
  const ends = { lowersAtEnd: lowers === true, endsFirstOrder: config['euler_at_final'] === true };
  switch (algorithm) {
    case 'dpmsolver':
      return asSampler(makeDpmSample(order, second, ends.lowersAtEnd, ends.endsFirstOrder));
    case 'dpmsolver++':
      // What menus offer, where it is that; else the same solver in its other orders.
      if (order === 2 && second === 'midpoint' && config.final_sigmas_type === 'zero') return findSampler('dpmpp-2m');
      return asSampler(makeDpmppSample({ order, second, ...ends }));
    case 'sde-dpmsolver++':
      if (order === 1) return findSampler('euler-ancestral');
      if (order === 2 && config.final_sigmas_type === 'zero') {
        return findSampler(second === 'heun' ? 'dpmpp-2m-sde-heun' : 'dpmpp-2m-sde');
      }
      return asSampler(makeDpmppSample({ order, second, eta: 1, subtractsThirdConstant: true, ...ends }));
    default:
      return undefined;
  }
}

/** Our sampler for a configuration of the single-step class. */
function singlestepOf(config: Config, steps: number): Sampler {
  const { solver_order: order } = config;
  if (order === 1) return findSampler('euler');
  const isWhole = order === 2 || order === 3;
  if (!isWhole) throw new Error(`single steps of order ${order}`);
  return asSampler(
    makeSinglestepSample({
      order,
      kind: config['solver_type'] === 'heun' ? 'heun' : 'midpoint',
      about: config['algorithm_type'] === 'dpmsolver' ? 'noise' : 'picture',
      // The class turns it on itself where a walk would not come out even, or ends at 0.
      lowersAtEnd: config['lower_order_final'] === true || steps % order !== 0 || config.final_sigmas_type === 'zero',
    }),
  );
}

function unipcOf(config: Config): Sampler {
  const uncorrected = config['disable_corrector'];
  return asSampler(
    makeUnipcSample(config['solver_type'] === 'bh1' ? 'bh1' : 'bh2', {
      about: config['predict_x0'] === false ? 'noise' : 'picture',
      uncorrected: Array.isArray(uncorrected) ? (uncorrected as number[]) : [],
    }),
  );
}

const stepCount = (request: StepRequest): number => ('steps' in request ? request.steps : request.timesteps.length);

export const ROWS: Readonly<Record<string, ClassRow>> = {
  EulerDiscreteScheduler: {
    defaults: {
      ...SPACED,
      interpolation_type: 'linear',
      timestep_type: 'discrete',
      final_sigmas_type: 'zero',
      sigma_min: null,
      sigma_max: null,
    },
    only: { interpolation_type: ['linear'] },
    make: makeSigmaScheduler(SIGMA_CLASSES.euler),
  },
  EulerAncestralDiscreteScheduler: {
    defaults: { ...COMMON, timestep_spacing: 'linspace' },
    make: makeSigmaScheduler(SIGMA_CLASSES.eulerAncestral),
  },
  HeunDiscreteScheduler: {
    defaults: { ...SPACED, clip_sample: false, clip_sample_range: 1 },
    onlySteps: { clip_sample: [false] },
    make: makeSigmaScheduler(SIGMA_CLASSES.heun),
  },
  KDPM2DiscreteScheduler: { defaults: SPACED, make: makeSigmaScheduler(SIGMA_CLASSES.kdpm2) },
  KDPM2AncestralDiscreteScheduler: { defaults: SPACED, make: makeSigmaScheduler(SIGMA_CLASSES.kdpm2Ancestral) },
  LMSDiscreteScheduler: { defaults: SPACED, make: makeSigmaScheduler(SIGMA_CLASSES.lms) },
  DPMSolverSDEScheduler: {
    defaults: { ...SPACED, ...SCALED, noise_sampler_seed: null },
    // Without a seed the class draws one from the clock.
    onlySteps: { noise_sampler_seed: ['a number'] },
    make: makeSigmaScheduler(SIGMA_CLASSES.dpmppSde),
  },
  DPMSolverMultistepScheduler: {
    defaults: { ...DPM, euler_at_final: false, use_lu_lambdas: false },
    make: (config, request) => {
      const sampler = dpmSolverOf(config);
      return sampler === undefined
        ? { missing: `algorithm_type ${String(config['algorithm_type'])}` }
        : makeSolver(sampler, config, request);
    },
  },
  DPMSolverSinglestepScheduler: {
    defaults: { ...DPM, lower_order_final: false },
    only: { algorithm_type: ['dpmsolver++', 'dpmsolver'] },
    make: (config, request) => makeSolver(singlestepOf(config, stepCount(request)), config, request),
  },
  UniPCMultistepScheduler: {
    defaults: { ...SOLVER, predict_x0: true, solver_type: 'bh2', disable_corrector: [] },
    onlySteps: { lower_order_final: [true] },
    make: (config, request) => makeSolver(unipcOf(config), config, request),
  },
  DEISMultistepScheduler: {
    defaults: { ...SOLVER, algorithm_type: 'deis', solver_type: 'logrho' },
    onlySteps: { lower_order_final: [true] },
    make: (config, request) => makeSolver(findSampler('deis'), config, request, 'lowest'),
  },
  SASolverScheduler: {
    defaults: {
      ...SPACED,
      ...THRESHOLD,
      predictor_order: 2,
      corrector_order: 2,
      algorithm_type: 'data_prediction',
      lower_order_final: true,
      lambda_min_clipped: -Infinity,
      // Not an option of the class: the order our sampler is told.
      solver_order: 2,
    },
    onlySteps: {
      predictor_order: [2],
      corrector_order: [2],
      algorithm_type: ['data_prediction'],
      lower_order_final: [true],
    },
    make: (config, request) => makeSolver(findSampler('sa-solver'), config, request, 'lowest'),
  },
  DDIMScheduler: {
    defaults: { ...COMMON, ...CLIP, ...THRESHOLD, timestep_spacing: 'leading', set_alpha_to_one: true },
    make: makeDdim,
  },
  DDPMScheduler: {
    defaults: {
      ...COMMON,
      ...CLIP,
      ...THRESHOLD,
      timestep_spacing: 'leading',
      variance_type: 'fixed_small',
      set_alpha_to_one: true,
    },
    onlySteps: { variance_type: ['fixed_small', 'fixed_large'] },
    make: makeDdpm,
  },
  PNDMScheduler: {
    defaults: { ...COMMON, timestep_spacing: 'leading', skip_prk_steps: false, set_alpha_to_one: false },
    make: makePndm,
  },
  IPNDMScheduler: { defaults: { num_train_timesteps: 1000, trained_betas: null }, make: makeIpndm },
  LCMScheduler: { defaults: STUDENT, onlySteps: STUDENT_ONLY, make: makeLcm },
  TCDScheduler: { defaults: STUDENT, onlySteps: STUDENT_ONLY, make: makeTcd },
  EDMEulerScheduler: { defaults: EDM, only: { rho: [7] }, make: makeEdm(() => findSampler('euler'), 'float64') },
  EDMDPMSolverMultistepScheduler: {
    defaults: {
      ...EDM,
      ...THRESHOLD,
      solver_order: 2,
      algorithm_type: 'dpmsolver++',
      solver_type: 'midpoint',
      lower_order_final: true,
      euler_at_final: false,
    },
    onlySteps: { thresholding: [false], lower_order_final: [true] },
    only: { rho: [7] },
    make: makeEdm(edmMultistep, 'float32'),
  },
};

/** Defaults of options that a class does not have but our parts ask for. */
export const ABSENT = { ...CURVES, trained_betas: null, beta_schedule: 'linear' };
