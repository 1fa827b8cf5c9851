/**
 * What a sampler is: a record the catalogue can show, with the algorithm as an async generator.
 *
 * A sampler walks from noise to picture and knows nothing of networks, prompts, sessions or files.
 */
import type { SamplerDescriptor } from '@easel/shared/catalogue';

import type { Denoise, DenoiseBoth } from '../numeric/denoise.ts';
import type { NoiseSource } from '../numeric/noise-source.ts';
import type { Sigma } from '../numeric/sigma.ts';
import type { SigmaTable } from '../numeric/sigma-table.ts';
import type { Tensor } from '../numeric/tensor.ts';

/** One finished step. `denoised` is the prediction for `x` at `sigma`: the three belong together. */
export interface Step {
  /** From 0. */
  readonly index: number;
  /** Steps of the whole walk; for samplers that choose their own, the number known so far. */
  readonly count: number;
  readonly sigma: Sigma;
  /** Latent the step began with (after churn); the latent after it is the next step's `x`, or the returned one. */
  readonly x: Tensor;
  /** Predicted clean latent, for previews. */
  readonly denoised: Tensor;
}

export interface SampleOptions {
  readonly noise: NoiseSource;
  /** 0 = deterministic, 1 = all the noise the method allows. Absent = the sampler's own default. */
  readonly eta?: number;
  /** Factor on every fresh draw; 1 when absent. */
  readonly sNoise?: number;
  /** Karras et al.'s churn: how much noise to add back before each step; 0 when absent. */
  readonly sChurn?: number;
  /** Churn only where sTmin <= sigma <= sTmax. */
  readonly sTmin?: number;
  readonly sTmax?: number;
  /** Steps a multistep method looks back on; absent = the sampler's own. */
  readonly order?: number;
  /** Where in a step a method looks ahead, 0 .. 1 in log sigma; absent = the sampler's own. */
  readonly middle?: number;
  /** Relative error a method that chooses its own steps allows; absent = the sampler's own. */
  readonly tolerance?: number;
  /** The network's training levels, for methods that count in timesteps (TCD, SA-Solver); absent = Stable Diffusion's. */
  readonly table?: SigmaTable;
  /**
   * What samplers that walk by both predictions (CFG++) ask instead of `denoise`; absent = `denoise` answers for both, as
   * it does where nothing is guided. Others do not look at it.
   */
  readonly denoiseBoth?: DenoiseBoth;
  /** Replaces the latent after each step (inpainting puts the kept part back). `sigma` is the level it is now at. */
  readonly correct?: (x: Tensor, sigma: Sigma) => Tensor;
}

/**
 * Walks `x` from sigmas[0] to the last sigma; yields after every step, returns the final latent.
 *
 * @param denoise predicted clean latent for (x, sigma)
 * @param x latent at sigmas[0], f32 [n, c, h, w] = picture + sigmas[0] * noise
 * @param sigmas noise levels, descending; at least 2. The last is 0 but for samplers with their own list.
 * @throws not_finite naming the step, when the latent leaves the finite range
 */
export type Sample = (
  denoise: Denoise,
  x: Tensor,
  sigmas: readonly Sigma[],
  options: SampleOptions,
) => AsyncGenerator<Step, Tensor, void>;

export interface Sampler extends SamplerDescriptor {
  readonly sample: Sample;
  /**
   * Levels this sampler insists on whatever the schedule menu says (the WebUI's DDIM and PLMS); absent = it walks
   * the chosen schedule.
   */
  readonly ownSigmas?: (table: SigmaTable, steps: number) => readonly Sigma[];
  /** The schedule is made with one step more and loses its last level before 0 (DPM2 family). */
  readonly dropsNextToLastSigma?: boolean;
  /** Noise must come from a Brownian tree over the walk's sigmas (SDE family). */
  readonly usesBrownianNoise?: boolean;
  /** Asks `denoiseBoth` of its options: the unconditional prediction must be there even at guidance 1. */
  readonly usesUnconditional?: boolean;
  /**
   * What a request that says nothing of eta gets, where that is not what the method takes by itself: the WebUI lets all
   * samplers that can add noise add it.
   */
  readonly requestedEta?: number;
  /** Factor on the guidance of the request, for samplers whose scale counts otherwise; 1 when absent. */
  readonly guidanceFactor?: number;
  /**
   * Factor on unit noise at the start; absent = sigmas[0]. DDIM and its kin start at unit variance, sqrt(1 + sigma^2),
   * and hand out their result at unit variance too.
   */
  readonly initialScale?: (first: Sigma) => number;
}
