/** What a diffusers scheduler is to the golden kinds, and how a case states one. */
import type { Predict } from '../../../src/denoisers/types.ts';
import type { NoiseSource } from '../../../src/numeric/noise-source.ts';
import type { Timestep } from '../../../src/numeric/sigma.ts';
import type { Tensor } from '../../../src/numeric/tensor.ts';
import type { SampleOptions } from '../../../src/samplers/types.ts';
import type { Spacing } from '../../../src/schedules/timestep-spacing.ts';
import type { TableConfig } from './tables.ts';

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
  /** As a sampler's: replaces the sample after each step, in the sampler's scale. The last step counts as ending at 0. */
  readonly correct?: SampleOptions['correct'];
}

export interface DiffusersScheduler {
  /** As `scheduler.timesteps`. */
  readonly timesteps: readonly Timestep[];
  /**
   * How far each of `timesteps` may lie from torch's because of one rounding of its vector library that nobody can foresee;
   * absent = nowhere.
   */
  readonly timestepSlack?: readonly number[];
  /** As `scheduler.sigmas`, with the last level; undefined where the class has none. */
  readonly sigmas: readonly number[] | undefined;
  /** As `scheduler.init_noise_sigma`: factor on unit noise. */
  readonly initNoiseSigma: number;
  /** Where the class draws from instead of the generator it is given (a Brownian tree); absent = from that generator. */
  readonly ownNoise?: () => NoiseSource;
  /** As `scheduler.add_noise` at step `index`, in the scheduler's own scale. */
  addNoise(latents: Tensor, noise: Tensor, index: number): Tensor;
  /** Runs the steps; gives the sample after each call of `scheduler.step`, in the scheduler's own scale. */
  run(predict: Predict, sample: Tensor, options: WalkOptions): Promise<Tensor[]>;
}

/** What of a case we have no part for. */
export interface Missing {
  readonly missing: string;
}

/** How many steps, or which timesteps. */
export type StepRequest = { readonly steps: number } | { readonly timesteps: readonly number[] };

/** A class's options with their defaults filled in. */
export interface Config extends TableConfig {
  readonly prediction_type: string;
  readonly timestep_spacing: Spacing;
  readonly steps_offset: number;
  readonly use_karras_sigmas: boolean;
  readonly use_exponential_sigmas: boolean;
  readonly use_beta_sigmas: boolean;
  readonly set_alpha_to_one: boolean;
  readonly final_sigmas_type: string;
  readonly solver_order: number;
  readonly [option: string]: unknown;
}
