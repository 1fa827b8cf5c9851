/**
 * What Stable Diffusion 1 and its kin (inpainting, instruct-pix2pix) have in common: CLIP-L, a U-Net of eight heads, the
 * first autoencoder. Widths are read off the tensors, so small models are the same code as real ones.
 */
import type { CheckpointOverrides } from '@easel/shared/checkpoint';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import type { Sidecar } from '../checkpoint/sidecar.ts';
import type { CheckpointWeights, WeightScope } from '../checkpoint/weights.ts';
import { textEncoder } from '../modules/text/clip.ts';
import { readClipConfig, type TextConfig } from '../modules/text/config.ts';
import { readUnetConfig, type UnetConfig } from '../modules/unet/config.ts';
import { unet } from '../modules/unet/unet.ts';
import { LEFT_BEHIND, UNET_PREFIX, VAE_NETWORKS, VAE_PREFIX, type Networks } from './assemble.ts';
import { CLIP_TEXT, readFacts } from './facts.ts';
import { FIRST_LATENT_SCALE, FIRST_PREVIEW } from './first-autoencoder.ts';
import { readHeads } from './metadata.ts';
import type { CheckpointFacts, TextFormat } from './types.ts';

const TEXT_PREFIX = 'cond_stage_model.transformer.';
const UNET_HEADS = 8;
export const FIRST_LINE_SIZE = 512;
/** Tokens are merged on the finest level, which has attention here and none in the larger line. */
export const FIRST_LINE_OPTIONS = ['tokenMerging'];

/** Beginnings of names that all files of the line have. */
export const FIRST_LINE_PREFIXES = [UNET_PREFIX, VAE_PREFIX, TEXT_PREFIX] as const;

const TEXT: TextFormat = { ...CLIP_TEXT, ownSkip: 1, isNormed: true };

/** Some merged files lack the level `text_model`. */
function textScope(weights: CheckpointWeights): WeightScope {
  const isShort = weights.find(`${TEXT_PREFIX}embeddings.token_embedding.weight`) !== undefined;
  return weights.scope(isShort ? TEXT_PREFIX : `${TEXT_PREFIX}text_model.`, 'text-encoder');
}

const unetScope = (weights: CheckpointWeights): WeightScope => weights.scope(UNET_PREFIX, 'unet');

export function textConfig(weights: CheckpointWeights, sidecar: Sidecar | null): TextConfig {
  const config = readClipConfig(textScope(weights));
  const declared = fitting(readHeads(weights.header, sidecar).text, config.width);
  return declared === null ? config : { ...config, heads: declared };
}

export function unetConfig(weights: CheckpointWeights, sidecar: Sidecar | null): UnetConfig {
  const rules = { heads: () => UNET_HEADS, projection: 'convolution', hasVector: false } as const;
  const config = readUnetConfig(unetScope(weights), rules);
  const declared = readHeads(weights.header, sidecar).unet;
  const fits = config.channels.every((width) => fitting(declared, width) !== null);
  return fits && declared !== null ? { ...config, heads: config.channels.map(() => declared) } : config;
}

/** A number of heads that divides the width; null for any other. */
function fitting(heads: number | null, width: number): number | null {
  return heads !== null && width % heads === 0 ? heads : null;
}

export const FIRST_LINE_NETWORKS: Networks = {
  'text-encoder': (weights, sidecar, { hidesTokens }) =>
    textEncoder(textScope(weights), textConfig(weights, sidecar), TEXT, hidesTokens),
  unet: (weights, sidecar, options) => unet(unetScope(weights), unetConfig(weights, sidecar), options.unet),
  ...VAE_NETWORKS,
};

export const FIRST_LINE_IGNORED: readonly RegExp[] = [
  ...LEFT_BEHIND,
  /^cond_stage_model\.(transformer\.text_projection\.weight|logit_scale)$/,
];

export function firstLineFacts(
  header: CheckpointHeader,
  sidecar: Sidecar | null,
  overrides: CheckpointOverrides = {},
): CheckpointFacts {
  return readFacts(header, sidecar, overrides, {
    latentScale: FIRST_LATENT_SCALE,
    preview: FIRST_PREVIEW,
    prediction: 'epsilon',
    size: () => FIRST_LINE_SIZE,
    sampling: { steps: 20, guidance: 7, sampler: 'dpmpp-2m', schedule: 'automatic' },
    text: { 'text-encoder': TEXT },
  });
}
