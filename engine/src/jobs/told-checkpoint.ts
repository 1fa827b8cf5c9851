/**
 * A checkpoint and what a request tells it. Opened when it is needed, and again when another one had to make room;
 * prompts are read once for all pictures of the job.
 */
import type { EngineJob } from '@easel/shared/engine';
import { optionOf } from '@easel/shared/options/values';

import { findEmphasis } from '../conditioning/emphasis.ts';
import { epsilonDenoiser } from '../denoisers/epsilon.ts';
import { composed, remembering } from '../denoisers/composed.ts';
import { conditioned } from '../denoisers/guidance.ts';
import type { GuidedNetwork } from '../denoisers/guided.ts';
import { interpolatedTimesteps } from '../denoisers/timesteps.ts';
import type { Conditioning, Network, Predict } from '../denoisers/types.ts';
import { vDenoiser } from '../denoisers/v.ts';
import { PERTURBED, readTuning, toldGuidance, tuned } from '../families/tuning.ts';
import type { ConditioningOptions, Pipeline, Prediction, Role, Size } from '../families/types.ts';
import { makeSigmaTable, type SigmaTable } from '../numeric/sigma-table.ts';
import { findSampler } from '../samplers/index.ts';
import { acquirePipeline, type PipelineSource } from './open-pipeline.ts';
import { asLongAsLongest, equallyLong, tellPrompt, type ToldPrompt } from './told-prompt.ts';
import type { JobContext } from './types.ts';

const DENOISERS: Readonly<Record<Prediction, typeof epsilonDenoiser>> = { epsilon: epsilonDenoiser, v: vDenoiser };

type Parameters = EngineJob['parameters'];

export interface OpenCheckpoint {
  readonly pipeline: Pipeline;
  /** The network as it is told at an evaluation of a walk, counted from 0. */
  readonly networkAt: (evaluation: number) => GuidedNetwork;
  /** The levels it was trained at, or is taken to be. */
  readonly table: SigmaTable;
}

export interface ToldCheckpoint {
  /** @throws as {@link acquirePipeline}; out_of_range for a clip skip beyond the text encoder's layers */
  open(): Promise<OpenCheckpoint>;
}

/**
 * @param source which file
 * @param needsNegative whether the negative prompt will be asked for
 * @param unused networks of the family that the job does without
 */
export function toldCheckpoint(
  source: PipelineSource,
  parameters: Parameters,
  needsNegative: boolean,
  unused: readonly Role[],
  context: JobContext,
): ToldCheckpoint {
  const tuning = readTuning(parameters);
  let told: Told | null = null;
  return {
    async open() {
      const pipeline = await acquirePipeline(source, unused, tuning.networks, context);
      told ??= {
        positive: await tell(pipeline, parameters, false),
        negative: needsNegative ? await tell(pipeline, parameters, true) : null,
        filling: optionOf(parameters, 'padConds') ? await tellNothing(pipeline, parameters) : null,
      };
      const table = makeSigmaTable({ zeroTerminalSnr: hasZeroSnr(pipeline, parameters) });
      const { facts } = pipeline;
      const { evaluationsPerStep } = findSampler(parameters.sampler);
      const unetAt = (evaluation: number): Network => {
        const network = pipeline.networkAt(Math.floor(evaluation / evaluationsPerStep) + 1, parameters.steps);
        return tuned(toldGuidance({ network, facts }, parameters.guidance), tuning);
      };
      return {
        pipeline,
        table,
        networkAt: networkFor(
          pipeline,
          predictionOf(pipeline, parameters),
          unetAt,
          told,
          table,
          tuning.networks.unet.isPerturbable,
        ),
      };
    },
  };
}

interface Told {
  readonly positive: ToldPrompt;
  readonly negative: ToldPrompt | null;
  /** What fills the shorter of two prompts up; null = they stay as they are. */
  readonly filling: Conditioning | null;
}

function networkFor(
  { facts }: Pipeline,
  prediction: Prediction,
  unetAt: (evaluation: number) => Network,
  { positive, negative, filling }: Told,
  table: SigmaTable,
  isPerturbable: boolean,
): (evaluation: number) => GuidedNetwork {
  const fixed = { make: DENOISERS[prediction], timestepOf: interpolatedTimesteps(table) };
  return (evaluation) => {
    const unet = unetAt(evaluation);
    const [parts, aways] = equallyLong([asLongAsLongest(positive(evaluation)), negative?.(evaluation) ?? []], filling);
    // A negative prompt has one part only.
    const [away] = aways;
    const led = away === undefined ? null : remembering(conditioned(unet, away.conditioning));
    const toward = (more: Conditioning): Predict =>
      composed(
        parts.map(({ weight, conditioning }) => ({
          weight,
          predict: conditioned(unet, { ...conditioning, ...more }),
        })),
        led,
      );
    return {
      ...fixed,
      positive: toward({}),
      // Guidance that was told is not led by as well.
      negative: facts.guidanceWidth === null ? led : null,
      ...(isPerturbable ? { perturbed: toward(PERTURBED) } : {}),
    };
  };
}

/** What the network is told of one prompt. */
async function tell(pipeline: Pipeline, parameters: Parameters, isNegative: boolean): Promise<ToldPrompt> {
  const prompt = isNegative ? parameters.negativePrompt : parameters.prompt;
  const { evaluationsPerStep } = findSampler(parameters.sampler);
  return tellPrompt(pipeline, prompt, conditioningOptions(parameters, isNegative), {
    emphasis: findEmphasis(optionOf(parameters, 'emphasis')),
    evaluations: parameters.steps * evaluationsPerStep,
  });
}

/** What the network is told of an empty prompt. */
async function tellNothing(pipeline: Pipeline, parameters: Parameters): Promise<Conditioning> {
  return pipeline.condition(pipeline.tokenize(''), conditioningOptions(parameters, false));
}

function predictionOf({ facts }: Pipeline, parameters: Parameters): Prediction {
  const wanted = optionOf(parameters, 'prediction');
  return wanted === 'automatic' ? facts.prediction : wanted;
}

function hasZeroSnr({ facts }: Pipeline, parameters: Parameters): boolean {
  const wanted = optionOf(parameters, 'noiseSchedule');
  return wanted === 'automatic' ? facts.zeroTerminalSnr : wanted === 'zero-terminal-snr';
}

/** What families may tell beside a prompt; where the negative one has nothing of its own it gets what the prompt has. */
function conditioningOptions(parameters: Parameters, isNegative: boolean): ConditioningOptions {
  const { clipSkip, width, height } = parameters;
  const size = { width, height };
  const original = { width: optionOf(parameters, 'originalWidth'), height: optionOf(parameters, 'originalHeight') };
  const target = { width: optionOf(parameters, 'targetWidth'), height: optionOf(parameters, 'targetHeight') };
  const crop = { top: optionOf(parameters, 'cropTop'), left: optionOf(parameters, 'cropLeft') };
  const positive = { originalSize: sizeOr(original, size), targetSize: sizeOr(target, size), crop };
  if (!isNegative) {
    return { clipSkip, isNegative, size, ...positive, aestheticScore: optionOf(parameters, 'aestheticScore') };
  }
  const negativeOriginal = {
    width: optionOf(parameters, 'negativeOriginalWidth'),
    height: optionOf(parameters, 'negativeOriginalHeight'),
  };
  const negativeTarget = {
    width: optionOf(parameters, 'negativeTargetWidth'),
    height: optionOf(parameters, 'negativeTargetHeight'),
  };
  return {
    clipSkip,
    isNegative,
    size,
    originalSize: sizeOr(negativeOriginal, positive.originalSize),
    targetSize: sizeOr(negativeTarget, positive.targetSize),
    crop: {
      top: optionOf(parameters, 'negativeCropTop') ?? crop.top,
      left: optionOf(parameters, 'negativeCropLeft') ?? crop.left,
    },
    aestheticScore: optionOf(parameters, 'negativeAestheticScore'),
  };
}

/** A side of 0 is not given. */
const sizeOr = (given: Size, otherwise: Size): Size => ({
  width: given.width === 0 ? otherwise.width : given.width,
  height: given.height === 0 ? otherwise.height : given.height,
});
