/**
 * Text to image: prompt, noise, sampling, decoding; one picture after another, so that a picture never depends on how
 * many were asked for.
 */
import type { EngineJob } from '@easel/shared/engine';
import { parametersOfPicture } from '@easel/shared/generation';
import { optionOf } from '@easel/shared/options/values';

import type { GuidedNetwork } from '../denoisers/guided.ts';
import type { Pipeline } from '../families/types.ts';
import type { Sigma } from '../numeric/sigma.ts';
import { addScaled, scale, type Tensor } from '../numeric/tensor.ts';
import { findSampler } from '../samplers/index.ts';
import type { Sampler } from '../samplers/types.ts';
import { planSigmas } from '../schedules/plan.ts';
import { startAsWebui } from '../schedules/strength.ts';
import type { PlanOptions } from '../schedules/types.ts';
import { finishPicture } from './finish.ts';
import { pictureNoise } from './noise.ts';
import { isRefinersLevel, openRefiner, refinementOf, type Refinement } from './refine.ts';
import { firstPassBudgetMs } from './step-clock.ts';
import { toldCheckpoint, type OpenCheckpoint, type ToldCheckpoint } from './told-checkpoint.ts';
import type { JobContext } from './types.ts';
import { needsNegativeToCompose } from './told-prompt.ts';
import { needsNegative, progress, walkPicture } from './walk.ts';

export async function textToImage(job: EngineJob, context: JobContext): Promise<void> {
  const { parameters } = job;
  context.emit(progress(job, job.imageIndexes[0] ?? 0, 0, 'loading'));
  const sampler = findSampler(parameters.sampler);
  const isTold = needsNegative(parameters, sampler) || needsNegativeToCompose(parameters.prompt);
  const refinement = refinementOf(job);
  // The refiner decodes what it has finished.
  const unused = refinement === null ? (['vae-encoder'] as const) : (['vae-encoder', 'vae-decoder'] as const);
  const painter = toldCheckpoint(job, parameters, isTold, unused, context);
  // What was said of the model's prediction is not said of its refiner.
  const toRefiner = { ...parameters, prediction: 'automatic' as const };
  const refiner = refinement && toldCheckpoint(refinement.source, toRefiner, isTold, ['vae-encoder'], context);
  let base = await painter.open();
  await context.breathe();

  for (const imageIndex of job.imageIndexes) {
    // The refiner of the picture before may have taken the place of the painter.
    if (refiner !== null && imageIndex !== job.imageIndexes[0]) base = await painter.open();
    const { latent, pipeline } = await paint(job, imageIndex, { base, sampler, refinement, refiner }, context);
    context.emit(progress(job, imageIndex, parameters.steps, 'decoding'));
    await context.breathe();
    const picture = await finishPicture(await pipeline.decodeLatent(latent), job, context);
    const { seed } = parametersOfPicture(parameters, imageIndex);
    context.emit({ type: 'image', jobId: job.jobId, imageIndex, seed, ...picture });
    await context.breathe();
  }
}

interface Painters {
  readonly base: OpenCheckpoint;
  readonly sampler: Sampler;
  readonly refinement: Refinement | null;
  readonly refiner: ToldCheckpoint | null;
}

/** One picture from its noise to its final latent, f32 [1, c, h, w], and the pipeline that shall decode it. */
async function paint(
  job: EngineJob,
  imageIndex: number,
  { base, sampler, refinement, refiner }: Painters,
  context: JobContext,
): Promise<{ latent: Tensor; pipeline: Pipeline }> {
  const parameters = parametersOfPicture(job.parameters, imageIndex);
  const { latent: format } = base.pipeline.facts;
  const shape = [1, format.channels, parameters.height / format.pixelsPerCell, parameters.width / format.pixelsPerCell];
  const plan = (steps: number): readonly Sigma[] =>
    planSigmas(sampler, parameters.schedule, base.table, steps, planOptions(parameters, base.pipeline));
  const sigmas = plan(parameters.steps);
  const { first, steps: noise } = pictureNoise(parameters, shape, format.pixelsPerCell);
  const top = sigmas[0] as Sigma;

  let current = base;
  const toRefiner = async (): Promise<void> => {
    current = await openRefiner(refiner as ToldCheckpoint, base);
    context.quiet(firstPassMs(current.pipeline, shape) * 2 * sampler.evaluationsPerStep, 'sampling');
  };
  const switchAt = refinement?.switchAt ?? null;
  const networkAt = async (sigma: Sigma, evaluation: number): Promise<GuidedNetwork> => {
    // Once it has the picture it keeps it, also where a sampler goes back up.
    if (switchAt !== null && current === base && isRefinersLevel(base.table, sigma, switchAt)) await toRefiner();
    return current.networkAt(evaluation);
  };

  const strength = refinement?.strength ?? null;
  const start = strength === null ? null : startAsWebui(parameters.steps, strength);
  const again = start === null ? [] : plan(start.steps).slice(start.first);
  const walk = { sampler, table: base.table, networkAt, format, firstPassMs: firstPassMs(base.pipeline, shape) };
  const painted = await walkPicture(
    job,
    imageIndex,
    {
      ...walk,
      sigmas,
      x: scale(first, startScale(sampler, top, optionOf(parameters, 'sgmNoiseMultiplier'))),
      noise: noise(sampler, sigmas),
      after: Math.max(again.length - 1, 0),
    },
    context,
  );
  if (again.length < 2) return { latent: painted, pipeline: current.pipeline };

  await toRefiner();
  // A pass of its own, as if the picture had been given: the same noise from the start.
  const fresh = pictureNoise(parameters, shape, format.pixelsPerCell);
  const refined = await walkPicture(
    job,
    imageIndex,
    {
      ...walk,
      sigmas: again,
      x: addScaled(painted, again[0] as Sigma, fresh.first),
      noise: fresh.steps(sampler, again),
      before: sigmas.length - 1,
    },
    context,
  );
  return { latent: refined, pipeline: current.pipeline };
}

/** Factor on unit noise at the first level. @source the WebUI's `sgm_noise_multiplier` for the second form */
const startScale = ({ initialScale }: Sampler, top: Sigma, isSgm: boolean): number =>
  initialScale?.(top) ?? (isSgm ? Math.sqrt(top * top + 1) : top);

const firstPassMs = (pipeline: Pipeline, [, , h = 0, w = 0]: readonly number[]): number =>
  firstPassBudgetMs(pipeline.weightCount, h * w);

/** Only what was asked for, schedules have bounds of their own; and the family's table. */
function planOptions(parameters: EngineJob['parameters'], { family }: Pipeline): PlanOptions {
  const { sigmaMin = 0, sigmaMax = 0, rho = 0, betaAlpha, betaBeta, discardPenultimateSigma = false } = parameters;
  return {
    ...(family.stepTable === undefined ? {} : { base: family.stepTable }),
    ...(sigmaMin > 0 ? { sigmaMin } : {}),
    ...(sigmaMax > 0 ? { sigmaMax } : {}),
    ...(rho > 0 ? { rho } : {}),
    ...(betaAlpha === undefined ? {} : { alpha: betaAlpha }),
    ...(betaBeta === undefined ? {} : { beta: betaBeta }),
    ...(discardPenultimateSigma ? { discardPenultimate: true } : {}),
  };
}
