/** The autoencoder both ways. Cases are in the VAE's own scale; ours is undone here, so the product's path is what runs. */
import { dirname, join } from 'node:path';

import { readLoneNetwork } from '../../../src/checkpoint/lone-network.ts';
import { openCheckpoint } from '../../../src/checkpoint/open.ts';
import { openPipeline } from '../../../src/families/pipeline.ts';
import { recogniseCheckpoint } from '../../../src/families/recognise.ts';
import type { Pipeline } from '../../../src/families/types.ts';
import { codeBlended } from '../../../src/families/vae-pieces.ts';
import { scale, type Tensor } from '../../../src/numeric/tensor.ts';
import { startSession } from '../../../src/runtime/session.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown, type Check, type Comparison } from '../compare.ts';
import { openModel } from '../networks.ts';
import { tuningOf, type CallOptions } from './options.ts';
import type { Kind } from './types.ts';

interface Call {
  readonly name: string;
  readonly model: string;
  readonly do: string;
  readonly input: string;
  readonly noise?: string;
  readonly options?: CallOptions;
  /** Of tiled calls: edges of a tile in pixels and in cells, and how much of it neighbours share. */
  readonly tile_sample_min_size?: number;
  readonly tile_latent_min_size?: number;
  readonly tile_overlap_factor?: number;
}

/** diffusers' tiling of either half. */
async function tiled(golden: GoldenCase, call: Call, pipeline: Pipeline): Promise<Comparison> {
  const { scale: factor } = pipeline.facts.latent;
  const { tile_sample_min_size: pixels = 0, tile_latent_min_size: cells = 0, tile_overlap_factor: overlap = 0 } = call;
  const x = golden.input(call.input);
  if (call.do === 'tiled_decode') {
    const image = await codeBlended(x, { size: cells, overlap, scale: pixels / cells }, async (tile) =>
      pipeline.decodeLatent(scale(tile, factor)),
    );
    return compare(call.name, image, golden.stored(call.name), golden.bound);
  }
  const mean = await codeBlended(x, { size: pixels, overlap, scale: cells / pixels }, async (tile) =>
    scale((await pipeline.encodeImage(tile)).mean, 1 / factor),
  );
  return compare(call.name, mean, golden.stored(`${call.name}.mean`), golden.bound);
}

async function encode(golden: GoldenCase, call: Call, pipeline: Pipeline): Promise<Comparison[]> {
  const { scale: factor } = pipeline.facts.latent;
  const latents = await pipeline.encodeImage(golden.input(call.input));
  const mean = scale(latents.mean, 1 / factor);
  const deviation = scale(latents.deviation, 1 / factor);
  const logVariance: Tensor = { data: deviation.data.map((value) => 2 * Math.log(value)), shape: deviation.shape };
  const against = (what: string, value: Tensor): Comparison =>
    compare(what, value, golden.stored(`${call.name}.${what}`), golden.bound);
  const comparisons = [against('mean', mean), against('logvar', logVariance)];
  if (call.noise !== undefined) {
    const noise = golden.input(call.noise);
    const data = mean.data.map((value, i) => value + (deviation.data[i] as number) * (noise.data[i] as number));
    comparisons.push(against('sample', { data, shape: mean.shape }));
  }
  return comparisons;
}

/** A checkpoint beside the models of a case, to give a lone autoencoder a home; any will do. */
const ANY_CHECKPOINT = 'sd15.manifest.json';

/** A file that holds an autoencoder alone is used as a user's is: in place of a checkpoint's own. */
async function openForCall(golden: GoldenCase, call: Call): Promise<Pipeline | { readonly missing: string }> {
  const opened = await openModel(golden, call.model, tuningOf(call.options).networks);
  if (!('missing' in opened)) return opened;
  const header = await openCheckpoint(golden.checkpoint(call.model));
  const lone = readLoneNetwork(header);
  if (lone?.kind !== 'vae') return opened;
  const home = join(dirname(golden.manifestPath(call.model)), ANY_CHECKPOINT);
  const pipeline = openPipeline(await recogniseCheckpoint(golden.file(home)), { startSession });
  await pipeline.useVae({ header, tensors: lone.tensors });
  return pipeline;
}

async function checkCall(golden: GoldenCase, call: Call): Promise<Check> {
  const pipeline = await openForCall(golden, call);
  if ('missing' in pipeline) return unknown(call.name, pipeline.missing);
  if (call.do === 'encode') return checkOf(call.name, await encode(golden, call, pipeline));
  if (call.do.startsWith('tiled_')) return checkOf(call.name, [await tiled(golden, call, pipeline)]);
  if (call.do !== 'decode') return unknown(call.name, call.do.replaceAll('_', ' '));
  const image = await pipeline.decodeLatent(scale(golden.input(call.input), pipeline.facts.latent.scale));
  return checkOf(call.name, [compare(call.name, image, golden.stored(call.name), golden.bound)]);
}

export const vae: Kind = {
  run: 'vae',
  check: async (golden) => {
    const { calls } = golden.json as unknown as { calls: readonly Call[] };
    const checks: Check[] = [];
    for (const call of calls) checks.push(await checkCall(golden, call));
    return checks;
  },
};
