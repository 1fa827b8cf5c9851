/**
 * The widths of the three networks, read off the shapes of a few tensors. The topology is that of Stable Diffusion 1
 * whatever the widths, so small models are the same code as real ones.
 */
import type { Sidecar } from '../../checkpoint/sidecar.ts';
import { CheckpointWeights, type WeightScope } from '../../checkpoint/weights.ts';
import type { CheckpointHeader } from '../../checkpoint/header.ts';
import { readClipConfig, type TextConfig } from '../../modules/text/config.ts';
import { readUnetConfig, type UnetConfig } from '../../modules/unet/config.ts';
import { readHeads } from '../metadata.ts';

export const LATENT_CHANNELS = 4;

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

const UNET_HEADS = 8;

export function textConfig({ text, weights }: Networks, sidecar: Sidecar | null): TextConfig {
  const config = readClipConfig(text);
  const declared = fitting(readHeads(weights.header, sidecar).text, config.width);
  return declared === null ? config : { ...config, heads: declared };
}

export function unetConfig({ unet, weights }: Networks, sidecar: Sidecar | null): UnetConfig {
  const config = readUnetConfig(unet, { heads: () => UNET_HEADS, projection: 'convolution', hasVector: false });
  const declared = readHeads(weights.header, sidecar).unet;
  const fits = config.channels.every((width) => fitting(declared, width) !== null);
  return fits && declared !== null ? { ...config, heads: config.channels.map(() => declared) } : config;
}

/** A number of heads that divides the width; null for any other. */
function fitting(heads: number | null, width: number): number | null {
  return heads !== null && width % heads === 0 ? heads : null;
}
