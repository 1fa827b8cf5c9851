/**
 * The denoiser of one walk: both prompts asked, guidance made of the answers, at each evaluation as far as the request
 * wants it there. One walk has one of these; it counts its evaluations.
 */
import type { DenoiseBoth } from '../numeric/denoise.ts';
import type { Sigma } from '../numeric/sigma.ts';
import { addScaled, combine, weightedSum, type Tensor } from '../numeric/tensor.ts';
import { rescaled } from './rescale.ts';
import { guideWithin, type Thresholding } from './thresholding.ts';
import type { Denoise, Predict, TimestepOf } from './types.ts';

/** One network, told both prompts. */
export interface GuidedNetwork {
  /** A denoiser of what the network predicts, e.g. `epsilonDenoiser`. */
  readonly make: (predict: Predict, timestepOf: TimestepOf) => Denoise;
  readonly timestepOf: TimestepOf;
  readonly positive: Predict;
  /** null = nobody will ask for it: guidance is 1 and no sampler wants it beside. */
  readonly negative: Predict | null;
  /** Told the prompt, with self-attention switched off; absent = no perturbed guidance. */
  readonly perturbed?: Predict;
}

export interface GuidanceSettings {
  /** 1 = the prompt's prediction alone. */
  readonly scale: number;
  /** 0 .. 1, as for {@link rescaled}; not together with thresholding. */
  readonly rescale: number;
  readonly thresholding: Thresholding | null;
  /** Share of the evaluations at the beginning that go without guidance; 0 = none. */
  readonly skipEarly: number;
  /** Share of the evaluations after which it ends; 1 = never. */
  readonly end: number;
  /** Below this level every other evaluation goes without; 0 = none. */
  readonly minimumSigma: number;
  /** Below that level all do. */
  readonly isMinimumForAll: boolean;
  /** Factor on the way from the perturbed prediction to the prompt's; 0 = none. */
  readonly perturbedScale: number;
}

/** Plain guidance. */
export const plainGuidance = (scale: number): GuidanceSettings => ({
  scale,
  rescale: 0,
  thresholding: null,
  skipEarly: 0,
  end: 1,
  minimumSigma: 0,
  isMinimumForAll: false,
  perturbedScale: 0,
});

/**
 * Whether an evaluation is guided.
 *
 * @param index of the evaluation, from 0
 * @param total evaluations of the walk
 * @source the WebUI: `skip_early_cond` and `s_min_uncond` count evaluations, from odd ones on
 */
export function isGuidedAt(index: number, total: number, sigma: Sigma, settings: GuidanceSettings): boolean {
  const { skipEarly, end, minimumSigma, isMinimumForAll } = settings;
  const share = index / total;
  if (skipEarly > 0 && share <= skipEarly) return false;
  if (end < 1 && share >= end) return false;
  return !(sigma < minimumSigma && (isMinimumForAll || index % 2 === 1));
}

/**
 * @param networkAt the network that answers at a level and an evaluation, counted from 0; it may take its time to appear (a refiner)
 * @param total evaluations of the walk, as far as they are known
 * @param keepsNegative the unconditional prediction is wanted beside the guided one (CFG++); otherwise it repeats that
 */
export function guidedDenoiser(
  networkAt: (sigma: Sigma, evaluation: number) => Promise<GuidedNetwork>,
  settings: GuidanceSettings,
  total: number,
  keepsNegative = false,
): DenoiseBoth {
  let evaluations = 0;
  return async (x, sigma) => {
    const evaluation = evaluations++;
    const network = await networkAt(sigma, evaluation);
    const isGuided = isGuidedAt(evaluation, total, sigma, settings);
    const wantsNegative = isGuided && (settings.scale !== 1 || keepsNegative);
    const told = await askAll(network, wantsNegative, settings, x, sigma);
    const denoised = await guidedBy(told, settings);
    if (!keepsNegative) return { denoised, unconditional: denoised };
    // Where guidance is off, what it would lead away from is the prompt's own prediction: the WebUI has it so.
    return { denoised, unconditional: await told.clean(told.negative ?? told.positive) };
  };
}

/** Raw predictions for one latent, and the way from a raw prediction to a clean latent. */
interface Told {
  readonly positive: Tensor;
  readonly negative: Tensor | null;
  readonly perturbed: Tensor | null;
  readonly clean: (raw: Tensor) => Promise<Tensor>;
}

async function askAll(
  { make, timestepOf, positive, negative, perturbed }: GuidedNetwork,
  wantsNegative: boolean,
  { perturbedScale }: GuidanceSettings,
  x: Tensor,
  sigma: Sigma,
): Promise<Told> {
  const raw: { negative: Tensor | null; positive: Tensor; perturbed: Tensor | null } = {
    negative: null,
    positive: x,
    perturbed: null,
  };
  // The denoiser knows how the network wants to see the latent; here only the network's answers matter.
  await make(async (y, timestep) => {
    if (wantsNegative && negative !== null) raw.negative = await negative(y, timestep);
    raw.positive = await positive(y, timestep);
    if (perturbed !== undefined && perturbedScale !== 0) raw.perturbed = await perturbed(y, timestep);
    return raw.positive;
  }, timestepOf)(x, sigma);
  return { ...raw, clean: (answer) => make(async () => answer, timestepOf)(x, sigma) };
}

/** The clean latent that guidance arrives at. */
async function guidedBy(
  { positive, negative, perturbed, clean }: Told,
  { scale, rescale, thresholding, perturbedScale }: GuidanceSettings,
): Promise<Tensor> {
  if (thresholding !== null && negative !== null) {
    const within = guideWithin(await clean(positive), await clean(negative), scale, thresholding);
    if (perturbed === null) return within;
    return weightedSum([
      [1, within],
      [perturbedScale, await clean(positive)],
      [-perturbedScale, await clean(perturbed)],
    ]);
  }
  let raw = negative === null ? positive : combine(1 - scale, negative, scale, positive);
  if (perturbed !== null) raw = addScaled(raw, perturbedScale, combine(1, positive, -1, perturbed));
  return clean(rescale === 0 || raw === positive ? raw : rescaled(raw, positive, rescale));
}
