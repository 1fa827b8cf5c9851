/** One walk of one picture: the sampler's steps, reported and previewed, with a breath between them. */
import type { EngineJob, FromEngine } from '@easel/shared/engine';
import { optionOf } from '@easel/shared/options/values';

import { guidedDenoiser, type GuidanceSettings, type GuidedNetwork } from '../denoisers/guided.ts';
import type { LatentFormat } from '../families/types.ts';
import type { NoiseSource } from '../numeric/noise-source.ts';
import type { SigmaTable } from '../numeric/sigma-table.ts';
import type { Sigma } from '../numeric/sigma.ts';
import type { Tensor } from '../numeric/tensor.ts';
import type { SampleOptions, Sampler } from '../samplers/types.ts';
import { createStepClock } from './step-clock.ts';
import type { JobContext } from './types.ts';

/** Of one evaluation: for the prompt, the negative prompt and perturbed attention. */
const MOST_PREDICTIONS = 3;
/** A decoder pass measured in guided steps of the same picture; 1.6 for SD 1.5, more where the U-Net is small. */
const DECODE_IN_STEPS = 10;

type Parameters = EngineJob['parameters'];
type Activity = Extract<FromEngine, { type: 'progress' }>['activity'];

export interface Walk {
  readonly sampler: Sampler;
  readonly sigmas: readonly Sigma[];
  /** Latent at the first level, f32 [1, c, h, w]. */
  readonly x: Tensor;
  readonly noise: NoiseSource;
  /** The levels the network was trained at. */
  readonly table: SigmaTable;
  /** The network that answers at a level and an evaluation of the walk, counted from 0. */
  readonly networkAt: (sigma: Sigma, evaluation: number) => Promise<GuidedNetwork>;
  readonly format: LatentFormat;
  /** Longest the first guided pass may take, in milliseconds. */
  readonly firstPassMs: number;
  /** Steps of the picture that lie before this walk, and those that follow it. */
  readonly before?: number;
  readonly after?: number;
}

/** @returns the final latent; what comes next is decoding, announced with its time */
export async function walkPicture(
  job: EngineJob,
  imageIndex: number,
  { sampler, sigmas, x, noise, table, networkAt, format, firstPassMs, before = 0, after = 0 }: Walk,
  context: JobContext,
): Promise<Tensor> {
  const { parameters } = job;
  const total = (sigmas.length - 1) * sampler.evaluationsPerStep;
  const keepsNegative = sampler.usesUnconditional === true;
  const denoiseBoth = guidedDenoiser(networkAt, guidanceSettings(parameters, sampler), total, keepsNegative);
  const options: SampleOptions = {
    ...sampleOptions(parameters, sampler),
    noise,
    table,
    ...(keepsNegative ? { denoiseBoth } : {}),
  };

  const clock = createStepClock(firstPassMs * MOST_PREDICTIONS * sampler.evaluationsPerStep);
  context.quiet(clock.budgetMs(), 'sampling');
  const walk = sampler.sample(async (y, sigma) => (await denoiseBoth(y, sigma)).denoised, x, sigmas, options);
  for (;;) {
    const next = await walk.next();
    clock.tick();
    if (next.done) {
      context.quiet(clock.budgetMs() * DECODE_IN_STEPS, 'decoding');
      return next.value;
    }
    context.quiet(clock.budgetMs(), 'sampling');
    const { index, count, denoised } = next.value;
    context.emit(progress(job, imageIndex, before + index + 1, 'sampling', before + count + after));
    if (job.previews) {
      const preview = await context.previews.make(denoised, format);
      if (preview !== null)
        context.emit({ type: 'preview', jobId: job.jobId, imageIndex, step: before + index + 1, ...preview });
    }
    await context.breathe();
  }
}

/** @param steps how many there will be: samplers with levels of their own walk more or fewer than were asked for */
export function progress(
  job: EngineJob,
  imageIndex: number,
  step: number,
  activity: Activity,
  steps = job.parameters.steps,
): FromEngine {
  return { type: 'progress', jobId: job.jobId, imageIndex, step, steps, activity };
}

/** Guidance as the request wants it, in the sampler's way of counting. */
function guidanceSettings(parameters: Parameters, { guidanceFactor = 1 }: Sampler): GuidanceSettings {
  const mimicScale = optionOf(parameters, 'mimicScale');
  return {
    scale: parameters.guidance * guidanceFactor,
    rescale: optionOf(parameters, 'guidanceRescale'),
    thresholding: mimicScale === 0 ? null : { mimicScale, quantile: optionOf(parameters, 'thresholdPercentile') / 100 },
    skipEarly: optionOf(parameters, 'skipEarlyGuidance'),
    end: optionOf(parameters, 'guidanceEnd'),
    minimumSigma: optionOf(parameters, 'ngms'),
    isMinimumForAll: optionOf(parameters, 'ngmsAllSteps'),
    perturbedScale: optionOf(parameters, 'pagScale'),
  };
}

/** Whether the negative prompt will be asked for at all. */
export const needsNegative = (parameters: Parameters, sampler: Sampler): boolean =>
  guidanceSettings(parameters, sampler).scale !== 1 || sampler.usesUnconditional === true;

/** Only what was asked for: samplers have defaults of their own. */
function sampleOptions(parameters: Parameters, { requestedEta }: Sampler): Omit<SampleOptions, 'noise'> {
  const { eta = requestedEta, sNoise, sChurn, sTmin, sTmax = 0, unipcOrder } = parameters;
  return {
    ...(eta === undefined ? {} : { eta }),
    ...(sNoise === undefined ? {} : { sNoise }),
    ...(sChurn === undefined ? {} : { sChurn }),
    ...(sTmin === undefined ? {} : { sTmin }),
    ...(sTmax === 0 ? {} : { sTmax }),
    ...(unipcOrder === undefined ? {} : { order: unipcOrder }),
  };
}
