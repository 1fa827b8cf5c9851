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

const headsOf = (width: number): number => Math.max(1, Math.floor(width / HEAD_SIZE));
