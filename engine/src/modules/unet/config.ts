/** The dimensions of a U-Net of the Stable Diffusion line, read off the names and shapes of its tensors. */
import type { WeightScope } from '../../checkpoint/weights.ts';

/** Residual blocks per level on the way down; one more on the way up. */
export const BLOCKS_PER_LEVEL = 2;

/** How cells become the tokens of a transformer and back: a 1x1 convolution, or a matrix on each token. */
export type Projection = 'convolution' | 'matrix';

export interface UnetConfig {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Channels of each level, finest first. */
  readonly channels: readonly number[];
  /** Transformer blocks behind each residual block of a level; 0 = none there. */
  readonly depths: readonly number[];
  /** The same between the two residual blocks of the middle. */
  readonly middleDepth: number;
  /** Attention heads of each level; the middle has the last one's. */
  readonly heads: readonly number[];
  readonly contextWidth: number;
  readonly projection: Projection;
  /** Width of the vector that is added to the time; null = the network takes none. */
  readonly vectorWidth: number | null;
  /** Width of the waves that tell it the guidance; null = it is not told (all but latent consistency models). */
  readonly guidanceWidth: number | null;
}

/** What no tensor shows. */
export interface UnetRules {
  /** Attention heads of a level of so many channels. */
  readonly heads: (channels: number) => number;
  readonly projection: Projection;
  /** Whether it takes a vector beside the time. */
  readonly hasVector: boolean;
}

/** @throws model_incomplete | model_unexpected naming the tensor */
export function readUnetConfig(weights: WeightScope, { heads, projection, hasVector }: UnetRules): UnetConfig {
  const blocks = weights.at('input_blocks');
  // The first convolution, and per level its blocks and a step down, which the last one lacks.
  const levels = Math.max(1, Math.round(weights.count('input_blocks') / (BLOCKS_PER_LEVEL + 1)));
  const firsts = Array.from({ length: levels }, (_, level) => blocks.at(1 + level * (BLOCKS_PER_LEVEL + 1)));
  const channels = firsts.map((first) => first.at('0.out_layers.3').extent('bias', ['*'], 0));
  const depths = firsts.map((first) => first.at(1).count('transformer_blocks'));
  const attending = firsts[
    Math.max(
      0,
      depths.findIndex((depth) => depth > 0),
    )
  ] as WeightScope;
  return {
    inChannels: blocks.at('0.0').extent('weight', ['*', '*', 3, 3], 1),
    outChannels: weights.at('out.2').extent('bias', ['*'], 0),
    channels,
    depths,
    middleDepth: weights.at('middle_block.1').count('transformer_blocks'),
    heads: channels.map(heads),
    contextWidth: attending.at('1.transformer_blocks.0.attn2.to_k').extent('weight', ['*', '*'], 1),
    projection,
    guidanceWidth: weights.at('time_embed.cond_proj').has('weight')
      ? weights.at('time_embed.cond_proj').extent('weight', ['*', '*'], 1)
      : null,
    vectorWidth: hasVector ? weights.at('label_emb.0.0').extent('weight', ['*', '*'], 1) : null,
  };
}
