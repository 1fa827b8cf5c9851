/**
 * The autoencoder between pictures and latents: encoder and decoder, each a graph of its own.
 *
 * Agrees with diffusers' AutoencoderKL. Latents here are the VAE's own; the scale that samplers see is applied outside.
 */
import type { WeightScope } from '../checkpoint/weights.ts';
import { add, silu } from '../graph/ops/elementwise.ts';
import { concat, doubleNearest, pad2d } from '../graph/ops/shape.ts';
import { within } from '../graph/scope.ts';
import { input, type Value } from '../graph/value.ts';
import { convolution } from './convolution.ts';
import { dialect } from './dialect.ts';
import { groupNorm, NORM_GROUPS, withStatistics } from './normalization.ts';
import { cellsToTokens, tokensToCells } from './tokens.ts';
import type { Ports } from './ports.ts';

const LEVELS = 4;
/** Residual blocks per level of the encoder; the decoder has one more. */
const BLOCKS_PER_LEVEL = 2;
const LATENT_CHANNELS = 4;
const IMAGE_CHANNELS = 3;
const EPSILON = 1e-6;
/** The finest level whose maps are small beside those of the finer ones: twice the latent's height and width. */
const SPLIT_LEVEL = 2;
/** Mean and log variance side by side. */
const MOMENTS = 2 * LATENT_CHANNELS;

export interface VaeConfig {
  /** Channels of each level, finest first. */
  readonly channels: readonly number[];
}

/** @throws model_incomplete | model_unexpected naming the tensor */
export const readEncoderConfig = (weights: WeightScope): VaeConfig => levelWidths(weights.at('encoder.down'));

/** @throws model_incomplete | model_unexpected naming the tensor */
export const readDecoderConfig = (weights: WeightScope): VaeConfig => levelWidths(weights.at('decoder.up'));

function levelWidths(levels: WeightScope): VaeConfig {
  const channels = Array.from({ length: LEVELS }, (_, level) =>
    levels.at(level).at('block.0.conv1').extent('bias', ['*'], 0),
  );
  return { channels };
}

/** Input: `latent` f32 [n, 4, h, w]. Output: `image` f32 [n, 3, 8h, 8w], about [-1, 1]. */
export function vaeDecoder(weights: WeightScope, config: VaeConfig): Ports {
  const latent = input('latent', 'f32', ['n', LATENT_CHANNELS, 'h', 'w']);
  return { inputs: { latent }, outputs: { image: largeLevels(smallLevels(latent, weights, config), weights, config) } };
}

/** Input: `image` f32 [n, 3, 8h, 8w] in [-1, 1]. Output: `moments` f32 [n, 8, h, w], the mean's channels first, then log variance. */
export function vaeEncoder(weights: WeightScope, config: VaeConfig): Ports {
  const image = input('image', 'f32', ['n', IMAGE_CHANNELS, 'H', 'W']);
  return {
    inputs: { image },
    outputs: { moments: towardsLatent(awayFromImage(image, weights, config), weights, config) },
  };
}

/**
 * Either half in two parts, so that the one that takes most of the memory can run on pieces of a picture: what sees all
 * cells at once (attention) is in the other. Between them lie `features` f32 [n, c, 2h, 2w].
 */
export const VAE_PARTS = ['decoder-whole', 'decoder-pieces', 'encoder-pieces', 'encoder-whole'] as const;
export type VaePart = (typeof VAE_PARTS)[number];

/** Where group norms of a part that runs on pieces take their statistics from; see {@link withStatistics}. */
export type PieceStatistics = 'own' | 'given';

/**
 * `decoder-whole`: `latent` to `features`; `decoder-pieces`: `features` to `image`; `encoder-pieces`: `image` to `features`;
 * `encoder-whole`: `features` to `moments`. Parts that run on pieces go by `statistics` f32 [norms, 2, 32], the mean and the
 * mean square of every group in the order the norms are met; with `own` ones all they give is these, as `measured`.
 */
export function vaePart(weights: WeightScope, config: VaeConfig, part: VaePart, statistics: PieceStatistics): Ports {
  const { channels } = config;
  switch (part) {
    case 'decoder-whole': {
      const latent = input('latent', 'f32', ['n', LATENT_CHANNELS, 'h', 'w']);
      return { inputs: { latent }, outputs: { features: smallLevels(latent, weights, config) } };
    }
    case 'decoder-pieces': {
      const features = input('features', 'f32', [1, channels[SPLIT_LEVEL] as number, 'h', 'w']);
      return onPieces({ features }, statistics, () => ({ image: largeLevels(features, weights, config) }));
    }
    case 'encoder-pieces': {
      const image = input('image', 'f32', [1, IMAGE_CHANNELS, 'H', 'W']);
      return onPieces({ image }, statistics, () => ({ features: awayFromImage(image, weights, config) }));
    }
    case 'encoder-whole': {
      const features = input('features', 'f32', ['n', channels[SPLIT_LEVEL - 1] as number, 'h', 'w']);
      return { inputs: { features }, outputs: { moments: towardsLatent(features, weights, config) } };
    }
  }
}

function onPieces(inputs: Ports['inputs'], kind: PieceStatistics, write: () => Ports['outputs']): Ports {
  const measured: Value[] = [];
  if (kind === 'own') {
    withStatistics({ given: null, measured }, write);
    return { inputs, outputs: { measured: concat(measured as [Value, ...Value[]], 0) } };
  }
  const given = input('statistics', 'f32', ['norms', 2, NORM_GROUPS]);
  return { inputs: { ...inputs, statistics: given }, outputs: withStatistics({ given, measured }, write) };
}

/** The decoder as far as its maps are small: from the latent to the features of the level {@link SPLIT_LEVEL}. */
function smallLevels(latent: Value, weights: WeightScope, { channels }: VaeConfig): Value {
  const decoder = weights.at('decoder');
  let width = channels[LEVELS - 1] as number;
  let x = convolution(latent, weights.at('post_quant_conv'), { from: LATENT_CHANNELS, to: LATENT_CHANNELS, size: 1 });
  x = convolution(x, decoder.at('conv_in'), { from: LATENT_CHANNELS, to: width });
  x = middle(x, decoder.at('mid'), width);
  for (let level = LEVELS - 1; level >= SPLIT_LEVEL; level--) {
    if (level < LEVELS - 1) x = enlarged(x, decoder.at('up').at(level + 1), width);
    [x, width] = levelUp(x, decoder.at('up').at(level), width, channels[level] as number);
  }
  return x;
}

/** The rest of the decoder. */
function largeLevels(features: Value, weights: WeightScope, { channels }: VaeConfig): Value {
  const decoder = weights.at('decoder');
  let width = channels[SPLIT_LEVEL] as number;
  let x = features;
  for (let level = SPLIT_LEVEL - 1; level >= 0; level--) {
    x = enlarged(x, decoder.at('up').at(level + 1), width);
    [x, width] = levelUp(x, decoder.at('up').at(level), width, channels[level] as number);
  }
  return outward(x, decoder, width, IMAGE_CHANNELS);
}

function levelUp(x: Value, weights: WeightScope, from: number, to: number): [Value, number] {
  let state = x;
  for (let block = 0; block <= BLOCKS_PER_LEVEL; block++)
    state = residualBlock(state, weights.at('block').at(block), { from: block === 0 ? from : to, to });
  return [state, to];
}

function enlarged(x: Value, weights: WeightScope, width: number): Value {
  const larger = within(weights.at('upsample'), () => doubleNearest(x));
  return convolution(larger, weights.at('upsample.conv'), { from: width, to: width });
}

/** The encoder as long as its maps are large: from the picture to the features that level {@link SPLIT_LEVEL} reads. */
function awayFromImage(image: Value, weights: WeightScope, { channels }: VaeConfig): Value {
  const encoder = weights.at('encoder');
  const [width] = channels as [number];
  const x = convolution(image, encoder.at('conv_in'), { from: IMAGE_CHANNELS, to: width });
  return levelsDown(x, encoder, channels, 0, SPLIT_LEVEL);
}

/** The rest of the encoder. */
function towardsLatent(features: Value, weights: WeightScope, { channels }: VaeConfig): Value {
  const encoder = weights.at('encoder');
  const width = channels[LEVELS - 1] as number;
  const x = levelsDown(features, encoder, channels, SPLIT_LEVEL, LEVELS);
  const narrow = outward(middle(x, encoder.at('mid'), width), encoder, width, MOMENTS);
  return convolution(narrow, weights.at('quant_conv'), { from: MOMENTS, to: MOMENTS, size: 1 });
}

function levelsDown(x: Value, encoder: WeightScope, channels: readonly number[], from: number, end: number): Value {
  let state = x;
  let width = channels[Math.max(0, from - 1)] as number;
  for (let level = from; level < end; level++) {
    const here = encoder.at('down').at(level);
    for (let block = 0; block < BLOCKS_PER_LEVEL; block++) {
      const to = channels[level] as number;
      state = residualBlock(state, here.at('block').at(block), { from: width, to });
      width = to;
    }
    if (level < LEVELS - 1) {
      const wide = state;
      // Padded at the right and the bottom only, as the model was trained.
      const padded = within(here.at('downsample'), () => pad2d(wide, { right: 1, bottom: 1 }));
      state = convolution(padded, here.at('downsample.conv'), { from: width, to: width, stride: 2, padding: 0 });
    }
  }
  return state;
}

function middle(x: Value, weights: WeightScope, width: number): Value {
  const same = { from: width, to: width };
  const first = residualBlock(x, weights.at('block_1'), same);
  return residualBlock(attention(first, weights.at('attn_1'), width), weights.at('block_2'), same);
}

/** The last norm and convolution of either half. */
function outward(x: Value, weights: WeightScope, from: number, to: number): Value {
  const normal = groupNorm(x, weights.at('norm_out'), from, EPSILON);
  return convolution(
    within(weights, () => silu(normal)),
    weights.at('conv_out'),
    { from, to },
  );
}

/** x [n, from, h, w] to [n, to, h, w]: two convolutions and a shortcut around. */
function residualBlock(x: Value, weights: WeightScope, { from, to }: { from: number; to: number }): Value {
  return within(weights, () => {
    const first = convolution(silu(groupNorm(x, weights.at('norm1'), from, EPSILON)), weights.at('conv1'), {
      from,
      to,
    });
    const second = convolution(silu(groupNorm(first, weights.at('norm2'), to, EPSILON)), weights.at('conv2'), {
      from: to,
      to,
    });
    const shortcut = from === to ? x : convolution(x, weights.at('nin_shortcut'), { from, to, size: 1 });
    return add(shortcut, second);
  });
}

/** One head over all cells, added to x [n, width, h, w]. */
function attention(x: Value, weights: WeightScope, width: number): Value {
  return within(weights, () => {
    const square = { from: width, to: width, size: 1 };
    const normal = groupNorm(x, weights.at('norm'), width, EPSILON);
    const [q, k, v] = (['q', 'k', 'v'] as const).map((name) =>
      cellsToTokens(convolution(normal, weights.at(name), square), width),
    ) as [Value, Value, Value];
    const attended = tokensToCells(dialect().attention(q, k, v, 1), x);
    return add(x, convolution(attended, weights.at('proj_out'), square));
  });
}
