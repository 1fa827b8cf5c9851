/** Whole pictures as the WebUI makes them: NV noise, k-diffusion's samplers, fractional timesteps. One check for the steps, one for the picture. */
import type { Chunk } from '@easel/shared/prompt/chunks';

import { epsilonDenoiser } from '../../../src/denoisers/epsilon.ts';
import { conditioned, guide } from '../../../src/denoisers/guidance.ts';
import { interpolatedTimesteps } from '../../../src/denoisers/timesteps.ts';
import type { Conditioning } from '../../../src/denoisers/types.ts';
import { vDenoiser } from '../../../src/denoisers/v.ts';
import type { Pipeline, TokenizedPrompt } from '../../../src/families/types.ts';
import type { Denoise } from '../../../src/numeric/denoise.ts';
import { batchNoise } from '../../../src/numeric/noise-source.ts';
import { philoxNoise } from '../../../src/numeric/philox.ts';
import type { Sigma } from '../../../src/numeric/sigma.ts';
import { makeSigmaTable } from '../../../src/numeric/sigma-table.ts';
import { concatBatch, scale, type Tensor } from '../../../src/numeric/tensor.ts';
import { samplers } from '../../../src/samplers/index.ts';
import type { Sampler } from '../../../src/samplers/types.ts';
import { planSigmas } from '../../../src/schedules/plan.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown, type Check, type Comparison } from '../compare.ts';
import { openModel } from '../networks.ts';
import { bytesOf } from './pipeline.ts';
import type { Kind } from './types.ts';

interface Json {
  readonly model: string;
  readonly sampler: string;
  readonly schedule: string;
  readonly seeds: readonly number[];
  readonly prediction: string;
  readonly prompt: string;
  readonly negative_prompt: string;
  readonly height: number;
  readonly width: number;
  readonly steps: number;
  readonly cfg: number;
}

const TABLE = makeSigmaTable();
const timestepOf = interpolatedTimesteps(TABLE);

/** The case's own ids, all of weight 1. */
const plainChunk = (ids: readonly number[]): Chunk => ({
  ids,
  weights: ids.map(() => 1),
  embeddings: [],
  tokens: 0,
  moved: 0,
  origins: [],
});

/** What is told of one prompt, repeated for every picture of the batch. */
async function told(
  golden: GoldenCase,
  json: Json,
  pipeline: Pipeline,
  side: 'positive' | 'negative',
): Promise<Conditioning> {
  const isNegative = side === 'negative';
  const rows = [
    ['text-encoder', `ids.${side}`],
    ['text-encoder-2', `ids.2.${side}`],
  ].filter(([, input]) => golden.tensors.has(input as string));
  const chunks = rows.map(([role, input]) => [role, [plainChunk(Array.from(golden.input(input as string).data))]]);
  const prompt = {
    ...pipeline.tokenize(isNegative ? json.negative_prompt : json.prompt),
    chunks: Object.fromEntries(chunks) as TokenizedPrompt['chunks'],
  };
  const single = await pipeline.condition(prompt, { clipSkip: 1, isNegative, size: json });
  const repeated = Object.entries(single).map(([name, value]) => [name, concatBatch(json.seeds.map(() => value))]);
  return Object.fromEntries(repeated) as Conditioning;
}

async function runCase(golden: GoldenCase, json: Json, sampler: Sampler, pipeline: Pipeline): Promise<Check[]> {
  const batch = json.seeds.length;
  const { latent, prediction } = pipeline.facts;
  const shape = [batch, latent.channels, json.height / latent.pixelsPerCell, json.width / latent.pixelsPerCell];
  const sigmas = planSigmas(sampler, json.schedule, TABLE, json.steps);
  const positive = await told(golden, json, pipeline, 'positive');
  const negative = await told(golden, json, pipeline, 'negative');
  const predict = guide(conditioned(pipeline.network, positive), conditioned(pipeline.network, negative), json.cfg);

  const evals: number[] = [];
  const inner = (prediction === 'v' ? vDenoiser : epsilonDenoiser)(predict, timestepOf);
  const denoise: Denoise = (x, sigma) => {
    evals.push(sigma);
    return inner(x, sigma);
  };
  const drawn: Tensor[] = [];
  const source = batchNoise(json.seeds.map(philoxNoise));
  const noise = {
    draw: (wanted: readonly number[]): Tensor => {
      const value = source.draw(wanted);
      drawn.push(value);
      return value;
    },
  };

  const states: Tensor[] = [];
  const walk = sampler.sample(denoise, scale(noise.draw(shape), sigmas[0] as Sigma), sigmas, { noise });
  let step = await walk.next();
  while (step.done !== true) {
    states.push(step.value.x);
    step = await walk.next();
  }
  const image = bytesOf(await pipeline.decodeLatent(step.value));

  const against = (name: string, value: { data: ArrayLike<number>; shape: readonly number[] }): Comparison =>
    compare(name, value, golden.stored(name), golden.bound);
  const list = (name: string, values: readonly number[]): Comparison =>
    compare(name, { data: values, shape: [values.length] }, golden.stored(name), golden.bound, 'value');
  const count = (name: string, own: number): Comparison => {
    const expected = golden.outputNames.filter((each) => each.startsWith(`${name}.`)).length;
    return { name: `count of ${name}`, error: own === expected ? 0 : 1, bound: 0 };
  };
  return [
    checkOf('steps', [
      list('sigmas', sigmas),
      list('timesteps', sigmas.filter((level) => level > 0).map(timestepOf)),
      count('noise', drawn.length),
      ...drawn.map((value, i) => against(`noise.${i}`, value)),
      count('state', states.length),
      ...states.map((value, i) => against(`state.${i}`, value)),
      list('evals', evals),
      against('latents', step.value),
    ]),
    checkOf('image', [against('image', image)]),
  ];
}

async function checkCase(golden: GoldenCase): Promise<Check[]> {
  const json = golden.json as unknown as Json;
  const id = json.sampler.replaceAll('_', '-');
  const sampler = samplers.find((each) => each.id === id);
  if (sampler === undefined) return [unknown('picture', `sampler ${id}`)];
  const pipeline = await openModel(golden, json.model);
  if ('missing' in pipeline) return [unknown('picture', pipeline.missing)];
  return runCase(golden, json, sampler, pipeline);
}

export const webui: Kind = { run: 'webui', check: checkCase };
