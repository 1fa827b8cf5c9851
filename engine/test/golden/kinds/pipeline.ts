/**
 * Whole pictures as diffusers makes them: one check each for prompt, steps and decoded picture. Stages and arguments we
 * have no part for are reported as unknown.
 */
import { CLIP_END_TOKEN, CLIP_START_TOKEN } from '@easel/shared/prompt/clip-tokenizer';
import { loadClipTokenizer } from '@easel/shared/prompt/clip-vocabulary';

import { LITERAL_EMPHASIS } from '../../../src/conditioning/emphasis.ts';
import { conditioned, guide } from '../../../src/denoisers/guidance.ts';
import { guidedDenoiser, plainGuidance } from '../../../src/denoisers/guided.ts';
import { guideByPicture } from '../../../src/denoisers/picture-guidance.ts';
import type { Conditioning, Network, Predict } from '../../../src/denoisers/types.ts';
import type { ConditioningOptions, Pipeline, Size, TokenizedPrompt } from '../../../src/families/types.ts';
import { PERTURBED } from '../../../src/families/tuning.ts';
import { pictureFromTensor } from '../../../src/jobs/pixels.ts';
import type { NoiseSource } from '../../../src/numeric/noise-source.ts';
import { sigma, timestep } from '../../../src/numeric/sigma.ts';
import { concatBatch, scale, zeros, type Tensor } from '../../../src/numeric/tensor.ts';
import { torchNoise } from '../../../src/numeric/torch-random.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown, type Check, type Comparison } from '../compare.ts';
import { makeScheduler } from '../diffusers/scheduler.ts';
import type { DiffusersScheduler, SchedulerSpec } from '../diffusers/types.ts';
import { openModel } from '../networks.ts';
import { tuningOf } from './options.ts';
import { INSTRUCT, PICTURE_STAGES, type Beginning, type Given } from './picture-stage.ts';
import type { Kind } from './types.ts';

/** Height and width, or top and left. */
type Pair = readonly [number, number];

interface Arguments {
  readonly prompt: string | readonly string[];
  readonly negative_prompt?: string;
  /** Absent where a stage takes over the latents of the one before. */
  readonly height?: number;
  readonly width?: number;
  readonly num_inference_steps: number;
  readonly guidance_scale: number;
  readonly clip_skip?: number;
  readonly guidance_rescale?: number;
  readonly eta?: number;
  readonly original_size?: Pair;
  readonly crops_coords_top_left?: Pair;
  readonly target_size?: Pair;
  readonly denoising_end?: number;
  readonly denoising_start?: number;
  readonly strength?: number;
  readonly image_guidance_scale?: number;
  readonly pag_scale?: number;
}

interface Stage {
  readonly model: string;
  readonly pipeline: string;
  readonly scheduler: SchedulerSpec;
  readonly args: Arguments;
  readonly tensors?: Readonly<Record<string, string>>;
}

interface Json {
  readonly seed: number;
  readonly stages: readonly Stage[];
  readonly ids: Readonly<Record<string, readonly number[]>>;
}

const KNOWN_ARGUMENTS = new Set([
  'prompt',
  'negative_prompt',
  'height',
  'width',
  'num_inference_steps',
  'guidance_scale',
  'clip_skip',
  'guidance_rescale',
  'eta',
  'original_size',
  'crops_coords_top_left',
  'target_size',
  'denoising_end',
  'denoising_start',
  'strength',
  'image_guidance_scale',
  'pag_scale',
  // Without negative_target_size, which no case has, diffusers does not look at it.
  'negative_original_size',
]);

const KNOWN_PIPELINES = new Set([
  'StableDiffusionPipeline',
  'StableDiffusionXLPipeline',
  'StableDiffusionPAGPipeline',
  'StableDiffusionXLPAGPipeline',
]);

/** Whether a stage goes on with the latents of the one before, which is all we take a picture for here. */
const takesOver = ({ pipeline: name, args, tensors = {} }: Stage): boolean =>
  name === 'StableDiffusionXLImg2ImgPipeline' &&
  args.denoising_start !== undefined &&
  Object.entries(tensors).every(([input, from]) => input === 'image' && from === 'previous');

/** What of a stage we have no part for. */
function foreignTo(stage: Stage): string | undefined {
  const inputs = Object.keys(stage.tensors ?? {}).toSorted();
  const wanted = KNOWN_PIPELINES.has(stage.pipeline) ? [] : (PICTURE_STAGES[stage.pipeline]?.inputs ?? null);
  if (!takesOver(stage) && wanted?.join() !== inputs.join()) return stage.pipeline;
  const argument = Object.keys(stage.args).find((name) => !KNOWN_ARGUMENTS.has(name));
  return argument === undefined ? undefined : `argument ${argument}`;
}

/** Steps that lie at or above a share of the way: diffusers cuts by timestep, in thousandths. */
function stepsBefore(timesteps: readonly number[], share: number): number {
  const cut = Math.round(1000 - share * 1000);
  return timesteps.filter((timestep) => timestep >= cut).length;
}

const sizeOf = ([height, width]: Pair): Size => ({ width, height });

/** Sizes and crop as a case states them. */
function sizesOf({ original_size: original, crops_coords_top_left: crop, target_size: target }: Arguments) {
  return {
    ...(original === undefined ? {} : { originalSize: sizeOf(original) }),
    ...(crop === undefined ? {} : { crop: { top: crop[0], left: crop[1] } }),
    ...(target === undefined ? {} : { targetSize: sizeOf(target) }),
  };
}

/** The first chunk for each encoder: diffusers cuts what is longer. */
function firstChunks({ chunks, ...prompt }: TokenizedPrompt): TokenizedPrompt {
  const cut = Object.entries(chunks).map(([role, each]) => [role, each.slice(0, 1)]);
  return { ...prompt, chunks: Object.fromEntries(cut) as TokenizedPrompt['chunks'] };
}

/** Our ids of each prompt against the case's. */
function compareIds(ids: Json['ids']): Comparison[] {
  return Object.entries(ids).map(([prompt, expected]) => {
    const own = [CLIP_START_TOKEN, ...loadClipTokenizer().encode(prompt), CLIP_END_TOKEN];
    const same = own.length === expected.length && own.every((id, i) => id === expected[i]);
    return { name: `ids of "${prompt}"`, error: same ? 0 : 1, bound: 0 };
  });
}

/** What is told of several prompts, one batch. */
async function told(
  pipeline: Pipeline,
  prompts: readonly string[],
  options: ConditioningOptions,
): Promise<Conditioning> {
  const each: Conditioning[] = [];
  for (const prompt of prompts)
    each.push(await pipeline.condition(firstChunks(pipeline.tokenize(prompt, LITERAL_EMPHASIS)), options));
  const names = Object.keys(each[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, concatBatch(each.map((one) => one[name] as Tensor))]));
}

/** Bytes of a decoded batch as the case has them: [n, 3, h, w]. */
export function bytesOf(image: Tensor): { data: Float32Array; shape: readonly number[] } {
  const [n = 0, c = 0, h = 0, w = 0] = image.shape;
  const size = c * h * w;
  const data = new Float32Array(n * size);
  for (let i = 0; i < n; i++) {
    const { rgb } = pictureFromTensor({ data: image.data.subarray(i * size, (i + 1) * size), shape: [1, c, h, w] });
    for (let j = 0; j < h * w; j++)
      for (let k = 0; k < c; k++) data[i * size + k * h * w + j] = rgb[j * c + k] as number;
  }
  return { data, shape: image.shape };
}

interface Run {
  readonly scheduler: DiffusersScheduler;
  readonly steps: readonly Tensor[];
}

/** What a stage is given beside its arguments. */
interface Inputs {
  /** Latents of the stage before, which this one goes on with. */
  readonly previous: Tensor | undefined;
  readonly given: Given;
}

/** Where a stage begins: at what was before, at a picture, or at noise. */
async function beginStage(
  scheduler: DiffusersScheduler,
  stage: Stage,
  pipeline: Pipeline,
  noise: NoiseSource,
  shape: readonly number[],
  { previous, given }: Inputs,
): Promise<Beginning> {
  const { denoising_start: share, num_inference_steps: steps, strength } = stage.args;
  const { timesteps } = scheduler;
  if (takesOver(stage)) return { start: previous as Tensor, from: stepsBefore(timesteps, share as number) };
  const known = PICTURE_STAGES[stage.pipeline];
  if (known === undefined) return { start: scale(noise.draw(shape), scheduler.initNoiseSigma), from: 0 };
  return known.begin({ pipeline, scheduler, noise, shape, steps, strength: strength ?? known.strength, given });
}

/** The guided prediction of a stage. */
async function predictionOf(
  { args, pipeline: name }: Stage,
  pipeline: Pipeline,
  size: Size,
  beside: Tensor | undefined,
): Promise<Predict> {
  const prompts = typeof args.prompt === 'string' ? [args.prompt] : args.prompt;
  const negatives = prompts.map(() => args.negative_prompt ?? '');
  const options = { size, ...sizesOf(args), ...(beside === undefined ? {} : { beside }) };
  // diffusers skips layers for the prompt only, not for the negative prompt.
  const positive = await told(pipeline, prompts, {
    clipSkip: 1 + (args.clip_skip ?? 0),
    isNegative: false,
    ...options,
  });
  const negative = await told(pipeline, negatives, { clipSkip: 1, isNegative: true, ...options });
  const { network } = pipeline;
  if (name === INSTRUCT) {
    const neither = { ...negative, concat: zeros((negative['concat'] as Tensor).shape) };
    const predictions = {
      neither: conditioned(network, neither),
      picture: conditioned(network, negative),
      both: conditioned(network, positive),
    };
    return guideByPicture(predictions, args.guidance_scale, args.image_guidance_scale ?? 1.5);
  }
  if (args.pag_scale !== undefined) return perturbedPrediction(network, positive, negative, args);
  return guide(conditioned(network, positive), conditioned(network, negative), args.guidance_scale, {
    rescale: args.guidance_rescale ?? 0,
  });
}

/** The raw prediction that the product's guided denoiser arrives at, seen through a denoiser that changes nothing. */
function perturbedPrediction(
  network: Network,
  positive: Conditioning,
  negative: Conditioning,
  { guidance_scale: guidance, guidance_rescale: rescale = 0, pag_scale: perturbedScale = 0 }: Arguments,
): Predict {
  const denoise = guidedDenoiser(
    async () => ({
      make: (predict, timestepOf) => (x, sigma) => predict(x, timestepOf(sigma)),
      timestepOf: timestep,
      positive: conditioned(network, positive),
      negative: conditioned(network, negative),
      perturbed: conditioned(network, { ...positive, ...PERTURBED }),
    }),
    { ...plainGuidance(guidance), rescale, perturbedScale },
    1,
  );
  return async (x, t) => (await denoise(x, sigma(t))).denoised;
}

async function runStage(
  scheduler: DiffusersScheduler,
  stage: Stage,
  pipeline: Pipeline,
  noise: NoiseSource,
  inputs: Inputs,
): Promise<Run> {
  const { args } = stage;
  const batch = typeof args.prompt === 'string' ? 1 : args.prompt.length;
  const { channels, pixelsPerCell } = pipeline.facts.latent;
  const [, , rows = 0, columns = 0] = inputs.previous?.shape ?? [];
  const [, , pictureHeight = rows * pixelsPerCell, pictureWidth = columns * pixelsPerCell] =
    inputs.given['image']?.shape ?? [];
  const { height = pictureHeight, width = pictureWidth } = args;
  const shape = [batch, channels, height / pixelsPerCell, width / pixelsPerCell];

  const { start, from, beside, correct } = await beginStage(scheduler, stage, pipeline, noise, shape, inputs);
  const predict = await predictionOf(stage, pipeline, { width, height }, beside);
  const until = args.denoising_end;
  const steps = await scheduler.run(predict, start, {
    noise,
    from,
    ...(args.eta === undefined ? {} : { eta: args.eta }),
    ...(until === undefined ? {} : { until: stepsBefore(scheduler.timesteps, until) }),
    ...(correct === undefined ? {} : { correct }),
  });
  return { scheduler, steps };
}

/** The tensors of a case that a stage is given. */
function givenTo({ tensors = {} }: Stage, golden: GoldenCase): Given {
  const named = Object.entries(tensors).filter(([, from]) => from !== 'previous');
  return Object.fromEntries(named.map(([name, from]) => [name, golden.input(from)]));
}

async function runStages(
  golden: GoldenCase,
  stages: readonly (readonly [Stage, Pipeline])[],
  { seed, ids }: Json,
): Promise<Check[]> {
  const source = torchNoise(seed);
  const drawn: Tensor[] = [];
  const noise = {
    draw: (wanted: readonly number[]): Tensor => {
      const value = source.draw(wanted);
      drawn.push(value);
      return value;
    },
  };
  const runs: Run[] = [];
  for (const [stage, pipeline] of stages) {
    const scheduler = makeScheduler(stage.scheduler, { steps: stage.args.num_inference_steps });
    if ('missing' in scheduler) return [unknown('picture', scheduler.missing)];
    const inputs = { previous: runs.at(-1)?.steps.at(-1), given: givenTo(stage, golden) };
    runs.push(await runStage(scheduler, stage, pipeline, noise, inputs));
  }
  const latents = runs.at(-1)?.steps.at(-1) as Tensor;
  const [, last] = stages.at(-1) as readonly [Stage, Pipeline];
  const image = bytesOf(await last.decodeLatent(latents));

  const against = (name: string, value: { data: ArrayLike<number>; shape: readonly number[] }): Comparison =>
    compare(name, value, golden.stored(name), golden.bound);
  const list = (name: string, values: readonly number[]): Comparison =>
    compare(name, { data: values, shape: [values.length] }, golden.stored(name), golden.bound, 'value');
  const count = (name: string, own: number, spare = 0): Comparison => {
    const expected = golden.outputNames.filter((each) => each.startsWith(`${name}.`)).length;
    return { name: `count of ${name}`, error: own === expected || own === expected - spare ? 0 : 1, bound: 0 };
  };
  const compareRun = ({ scheduler, steps }: Run, i: number): Comparison[] => {
    const at = runs.length === 1 ? '' : `${i}.`;
    return [
      list(`${at}timesteps`, scheduler.timesteps),
      ...(scheduler.sigmas === undefined || !golden.tensors.has(`${at}sigmas`)
        ? []
        : [list(`${at}sigmas`, scheduler.sigmas)]),
      count(`${at}step`, steps.length),
      ...steps.map((value, step) => against(`${at}step.${step}`, value)),
    ];
  };
  return [
    checkOf('prompt', compareIds(ids)),
    checkOf('steps', [
      ...runs.flatMap(compareRun),
      // diffusers' ancestral step to level 0 draws noise and multiplies it by 0.
      count('noise', drawn.length, 1),
      ...drawn.map((value, i) => against(`noise.${i}`, value)),
      against('latents', latents),
    ]),
    checkOf('image', [against('image', image)]),
  ];
}

async function checkCase(golden: GoldenCase): Promise<Check[]> {
  const json = golden.json as unknown as Json;
  const stages: (readonly [Stage, Pipeline])[] = [];
  for (const stage of json.stages) {
    const foreign = foreignTo(stage);
    if (foreign !== undefined) return [unknown('picture', foreign)];
    const { pag_scale: pagScale } = stage.args;
    const pipeline = await openModel(
      golden,
      stage.model,
      tuningOf(pagScale === undefined ? {} : { pagScale }).networks,
    );
    if ('missing' in pipeline) return [unknown('picture', pipeline.missing)];
    stages.push([stage, pipeline]);
  }
  return runStages(golden, stages, json);
}

export const pipeline: Kind = {
  run: 'pipeline',
  leaves: [{ name: /^noise\.\d+$/, why: 'diffusers draws also for the last step, where it is multiplied by 0' }],
  check: checkCase,
};
