/**
 * The widths of the three networks, read off the shapes of a few tensors. The topology is that of Stable Diffusion 1
 * whatever the widths, so small models are the same code as real ones.
 */
import type { Sidecar } from '../../checkpoint/sidecar.ts';
import { CheckpointWeights, type WeightScope } from '../../checkpoint/weights.ts';
import type { CheckpointHeader } from '../../checkpoint/header.ts';
import { readHeads } from './metadata.ts';

/** Levels of resolution, in the U-Net and in the VAE. */
export const LEVELS = 4;
/** Residual blocks per level on the way down; one more on the way up. */
export const BLOCKS_PER_LEVEL = 2;
export const LATENT_CHANNELS = 4;
export const IMAGE_CHANNELS = 3;

export interface TextConfig {
  readonly vocabulary: number;
  /** Tokens in a row. */
  readonly length: number;
  readonly width: number;
  readonly inner: number;
  readonly layers: number;
  readonly heads: number;
}

export interface UnetConfig {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Channels of each level, finest first. */
  readonly channels: readonly number[];
  readonly contextWidth: number;
  readonly heads: number;
}

export interface VaeConfig {
  /** Channels of each level, finest first. */
  readonly channels: readonly number[];
}

/** The networks of one checkpoint, as cursors. */
export interface Networks {
  readonly weights: CheckpointWeights;
  readonly text: WeightScope;
  readonly unet: WeightScope;
  readonly vae: WeightScope;
}

export const UNET_PREFIX = 'model.diffusion_model.';
export const VAE_PREFIX = 'first_stage_model.';
export const TEXT_PREFIX = 'cond_stage_model.transformer.';

/** Some merged files lack the level `text_model`. */
const textPrefix = (header: CheckpointHeader): string =>
  header.tensors.has(`${TEXT_PREFIX}embeddings.token_embedding.weight`) ? TEXT_PREFIX : `${TEXT_PREFIX}text_model.`;

export function networksOf(header: CheckpointHeader): Networks {
  const weights = new CheckpointWeights(header);
  return {
    weights,
    text: weights.scope(textPrefix(header), 'text-encoder'),
    unet: weights.scope(UNET_PREFIX, 'unet'),
    vae: weights.scope(VAE_PREFIX, 'vae'),
  };
}

/** CLIP's rule; a file that differs says so. */
const TEXT_HEAD_SIZE = 64;
const UNET_HEADS = 8;

export function textConfig({ text, weights }: Networks, sidecar: Sidecar | null): TextConfig {
  const tokens = text.tensor('embeddings.token_embedding.weight', ['*', '*']);
  const [vocabulary, width] = tokens.shape as [number, number];
  const declared = readHeads(weights.header, sidecar).text;
  const layers = text.at('encoder');
  return {
    vocabulary,
    width,
    length: text.extent('embeddings.position_embedding.weight', ['*', width], 0),
    inner: layers.at('layers.0.mlp.fc1').extent('bias', ['*'], 0),
    layers: Math.max(1, layers.count('layers')),
    heads: fitting(declared, width) ?? Math.max(1, Math.floor(width / TEXT_HEAD_SIZE)),
  };
}

export function unetConfig({ unet, weights }: Networks, sidecar: Sidecar | null): UnetConfig {
  const channels = Array.from({ length: LEVELS }, (_, level) =>
    unet
      .at('input_blocks')
      .at(1 + level * (BLOCKS_PER_LEVEL + 1))
      .at('0.out_layers.3')
      .extent('bias', ['*'], 0),
  );
  const declared = readHeads(weights.header, sidecar).unet;
  return {
    inChannels: LATENT_CHANNELS,
    outChannels: LATENT_CHANNELS,
    channels,
    contextWidth: unet.at('input_blocks.1.1.transformer_blocks.0.attn2.to_k').extent('weight', ['*', '*'], 1),
    heads: channels.every((width) => fitting(declared, width) !== null) ? (declared ?? UNET_HEADS) : UNET_HEADS,
  };
}

export function vaeEncoderConfig({ vae }: Networks): VaeConfig {
  return levelWidths(vae.at('encoder.down'));
}

export function vaeDecoderConfig({ vae }: Networks): VaeConfig {
  return levelWidths(vae.at('decoder.up'));
}

function levelWidths(levels: WeightScope): VaeConfig {
  const channels = Array.from({ length: LEVELS }, (_, level) =>
    levels.at(level).at('block.0.conv1').extent('bias', ['*'], 0),
  );
  return { channels };
}

/** A number of heads that divides the width; null for any other. */
function fitting(heads: number | null, width: number): number | null {
  return heads !== null && width % heads === 0 ? heads : null;
}
