/** The dimensions of a text encoder, read off the names and shapes of its tensors. */
import type { WeightScope } from '../../checkpoint/weights.ts';

export interface TextConfig {
  readonly vocabulary: number;
  /** Tokens in a row. */
  readonly length: number;
  readonly width: number;
  readonly inner: number;
  /** Layers to build. */
  readonly layers: number;
  readonly heads: number;
}

/** The rule of every CLIP. */
const HEAD_SIZE = 64;

/** CLIP-L under transformers' names. @throws model_incomplete | model_unexpected naming the tensor */
export function readClipConfig(weights: WeightScope): TextConfig {
  const [vocabulary, width] = weights.tensor('embeddings.token_embedding.weight', ['*', '*']).shape as [number, number];
  return {
    vocabulary,
    width,
    length: weights.extent('embeddings.position_embedding.weight', ['*', width], 0),
    inner: weights.at('encoder.layers.0.mlp.fc1').extent('bias', ['*'], 0),
    layers: Math.max(1, weights.at('encoder').count('layers')),
    heads: headsOf(width),
  };
}

/** An OpenCLIP encoder besides may end in a projection. */
export interface OpenClipConfig extends TextConfig {
  /** Width of the projected vector; null = it is not built. */
  readonly projection: number | null;
}

interface OpenClipRules {
  /** Layers at the end of the file that nothing uses. */
  readonly leftOut: number;
  readonly hasProjection: boolean;
}

/** OpenCLIP under its own names. @throws model_incomplete | model_unexpected naming the tensor */
export function readOpenClipConfig(weights: WeightScope, { leftOut, hasProjection }: OpenClipRules): OpenClipConfig {
  const [vocabulary, width] = weights.tensor('token_embedding.weight', ['*', '*']).shape as [number, number];
  const blocks = weights.at('transformer');
  return {
    vocabulary,
    width,
    length: weights.extent('positional_embedding', ['*', width], 0),
    inner: blocks.at('resblocks.0.mlp.c_fc').extent('bias', ['*'], 0),
    layers: Math.max(1, blocks.count('resblocks') - leftOut),
    heads: headsOf(width),
    projection: hasProjection ? weights.extent('text_projection', [width, '*'], 1) : null,
  };
}

const headsOf = (width: number): number => Math.max(1, Math.floor(width / HEAD_SIZE));
