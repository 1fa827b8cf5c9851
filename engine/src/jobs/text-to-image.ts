/**
 * Text to image: prompt, noise, sampling, decoding; one picture after another, so that a picture never depends on how
 * many were asked for.
 */
import type { EngineJob, FromEngine } from '@easel/shared/engine';

import { denoiseBoth } from '../denoisers/both.ts';
import { epsilonDenoiser } from '../denoisers/epsilon.ts';
import { conditioned, guide, guideBoth } from '../denoisers/guidance.ts';
import { interpolatedTimesteps } from '../denoisers/timesteps.ts';
import type { Denoise, DenoiseBoth, Predict, PredictBoth } from '../denoisers/types.ts';
import { vDenoiser } from '../denoisers/v.ts';
import type { Pipeline, Prediction } from '../families/types.ts';
import { makeSigmaTable } from '../numeric/sigma-table.ts';
import type { Sigma } from '../numeric/sigma.ts';
import { scale, type Tensor } from '../numeric/tensor.ts';
import { findSampler } from '../samplers/index.ts';
import type { Sampler } from '../samplers/types.ts';
import { planSigmas } from '../schedules/plan.ts';
import { noiseSource, stepNoise } from './noise.ts';
import { acquirePipeline } from './open-pipeline.ts';
import { pictureFromTensor, previewFromLatent } from './pixels.ts';
import { createStepClock, firstPassBudgetMs } from './step-clock.ts';
import type { JobContext } from './types.ts';

/** A decoder pass measured in guided steps of the same picture; 1.6 for SD 1.5, more where the U-Net is small. */
const DECODE_IN_STEPS = 10;
/** Half precision: two bytes a weight. An estimate for a time budget needs no more. */
const BYTES_PER_WEIGHT = 2;

type Activity = Extract<FromEngine, { type: 'progress' }>['activity'];

const DENOISERS: Readonly<Record<Prediction, typeof epsilonDenoiser>> = { epsilon: epsilonDenoiser, v: vDenoiser };

export async function textToImage(job: EngineJob, context: JobContext): Promise<void> {
  const { parameters } = job;
  context.emit(progress(job, job.imageIndexes[0] ?? 0, 0, 'loading'));
  const pipeline = await acquirePipeline(job, ['vae-encoder'], context);

  const sampler = findSampler(parameters.sampler);
  const { predict, predictBoth } = await guidedPrediction(pipeline, sampler, job);
  await context.breathe();

  const table = makeSigmaTable({ zeroTerminalSnr: pipeline.facts.zeroTerminalSnr });
  const timestepOf = interpolatedTimesteps(table);
  const make = DENOISERS[pipeline.facts.prediction];
  const denoisers = {
    denoise: make(predict, timestepOf),
    ...(predictBoth === undefined ? {} : { denoiseBoth: denoiseBoth(make, predictBoth, timestepOf) }),
  };
  const sigmas = planSigmas(sampler, parameters.schedule, table, parameters.steps);

  for (const imageIndex of job.imageIndexes) {
    const latent = await sampleLatent(job, imageIndex, pipeline, denoisers, sigmas, context);
    context.emit(progress(job, imageIndex, parameters.steps, 'decoding'));
    await context.breathe();
    const picture = pictureFromTensor(await pipeline.decodeLatent(latent));
    context.emit({ type: 'image', jobId: job.jobId, imageIndex, seed: parameters.seed + imageIndex, ...picture });
    await context.breathe();
  }
}

/** The prompt's prediction, guided away from the negative one; both are encoded once for all pictures of the job. */
async function guidedPrediction(
  pipeline: Pipeline,
  sampler: Sampler,
  { parameters }: EngineJob,
): Promise<{ predict: Predict; predictBoth?: PredictBoth }> {
  const { clipSkip, width, height } = parameters;
  const guidance = parameters.guidance * (sampler.guidanceFactor ?? 1);
  const told = async (prompt: string, isNegative: boolean): Promise<Predict> => {
    const options = { clipSkip, isNegative, size: { width, height } };
    return conditioned(pipeline.network, await pipeline.condition(pipeline.tokenize(prompt), options));
  };
  const positive = await told(parameters.prompt, false);
  if (guidance === 1 && sampler.usesUnconditional !== true) return { predict: positive };
  const negative = await told(parameters.negativePrompt, true);
  const predict = guide(positive, negative, guidance);
  return sampler.usesUnconditional === true
    ? { predict, predictBoth: guideBoth(positive, negative, guidance) }
    : { predict };
}

/** Walks one picture from its noise to its final latent, f32 [1, c, h, w], reporting and previewing every step. */
async function sampleLatent(
  job: EngineJob,
  imageIndex: number,
  pipeline: Pipeline,
  { denoise, ...both }: { denoise: Denoise; denoiseBoth?: DenoiseBoth },
  sigmas: readonly Sigma[],
  context: JobContext,
): Promise<Tensor> {
  const { parameters } = job;
  const { latent: format } = pipeline.facts;
  const sampler = findSampler(parameters.sampler);
  const shape = [1, format.channels, parameters.height / format.pixelsPerCell, parameters.width / format.pixelsPerCell];
  const cells = (shape[2] as number) * (shape[3] as number);

  const seed = parameters.seed + imageIndex;
  const noise = noiseSource(parameters.rng, seed);
  const first = sigmas[0] as Sigma;
  const x = scale(noise.draw(shape), sampler.initialScale?.(first) ?? first);

  const clock = createStepClock(
    firstPassBudgetMs(pipeline.residentBytes / BYTES_PER_WEIGHT, cells) * 2 * sampler.evaluationsPerStep,
  );
  context.quiet(clock.budgetMs(), 'sampling');
  const walk = sampler.sample(denoise, x, sigmas, {
    ...both,
    noise: stepNoise(sampler, noise, parameters.rng, seed, sigmas),
  });
  for (;;) {
    const next = await walk.next();
    clock.tick();
    if (next.done) {
      context.quiet(clock.budgetMs() * DECODE_IN_STEPS, 'decoding');
      return next.value;
    }
    context.quiet(clock.budgetMs(), 'sampling');
    const { index, count, denoised } = next.value;
    context.emit(progress(job, imageIndex, index + 1, 'sampling', count));
    if (job.previews) {
      const preview = previewFromLatent(denoised, format.preview);
      context.emit({ type: 'preview', jobId: job.jobId, imageIndex, step: index + 1, ...preview });
    }
    await context.breathe();
  }
}

/** @param steps how many there will be: samplers with levels of their own walk more or fewer than were asked for */
function progress(
  job: EngineJob,
  imageIndex: number,
  step: number,
  activity: Activity,
  steps = job.parameters.steps,
): FromEngine {
  return { type: 'progress', jobId: job.jobId, imageIndex, step, steps, activity };
}
