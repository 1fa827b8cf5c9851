/**
 * The autoencoder between pictures and latents: encoder and decoder, each a graph of its own.
 *
 * Agrees with diffusers' AutoencoderKL. Latents here are the VAE's own; the scale that samplers see is applied outside.
 */
import type { WeightScope } from '../checkpoint/weights.ts';
import { add, silu } from '../graph/ops/elementwise.ts';
import { doubleNearest, pad2d } from '../graph/ops/shape.ts';
import { within } from '../graph/scope.ts';
import { input, type Value } from '../graph/value.ts';
import { convolution } from './convolution.ts';
import { dialect } from './dialect.ts';
import { groupNorm } from './normalization.ts';
import { cellsToTokens, tokensToCells } from './tokens.ts';
import type { Ports } from './ports.ts';

const LEVELS = 4;
/** Residual blocks per level of the encoder; the decoder has one more. */
const BLOCKS_PER_LEVEL = 2;
const LATENT_CHANNELS = 4;
const IMAGE_CHANNELS = 3;
const EPSILON = 1e-6;
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
export function vaeDecoder(weights: WeightScope, { channels }: VaeConfig): Ports {
  const latent = input('latent', 'f32', ['n', LATENT_CHANNELS, 'h', 'w']);
  const decoder = weights.at('decoder');
  let width = channels[LEVELS - 1] as number;

  let x = convolution(latent, weights.at('post_quant_conv'), { from: LATENT_CHANNELS, to: LATENT_CHANNELS, size: 1 });
  x = convolution(x, decoder.at('conv_in'), { from: LATENT_CHANNELS, to: width });
  x = middle(x, decoder.at('mid'), width);
  for (let level = LEVELS - 1; level >= 0; level--) {
    const here = decoder.at('up').at(level);
    for (let block = 0; block <= BLOCKS_PER_LEVEL; block++) {
      const to = channels[level] as number;
      x = residualBlock(x, here.at('block').at(block), { from: width, to });
      width = to;
    }
    if (level > 0) {
      const larger = within(here.at('upsample'), () => doubleNearest(x));
      x = convolution(larger, here.at('upsample.conv'), { from: width, to: width });
    }
  }
  return { inputs: { latent }, outputs: { image: outward(x, decoder, width, IMAGE_CHANNELS) } };
}

/** Input: `image` f32 [n, 3, 8h, 8w] in [-1, 1]. Output: `moments` f32 [n, 8, h, w], the mean's channels first, then log variance. */
export function vaeEncoder(weights: WeightScope, { channels }: VaeConfig): Ports {
  const image = input('image', 'f32', ['n', IMAGE_CHANNELS, 'H', 'W']);
  const encoder = weights.at('encoder');
  let width = channels[0] as number;

  let x = convolution(image, encoder.at('conv_in'), { from: IMAGE_CHANNELS, to: width });
  for (let level = 0; level < LEVELS; level++) {
    const here = encoder.at('down').at(level);
    for (let block = 0; block < BLOCKS_PER_LEVEL; block++) {
      const to = channels[level] as number;
      x = residualBlock(x, here.at('block').at(block), { from: width, to });
      width = to;
    }
    if (level < LEVELS - 1) {
      // Padded at the right and the bottom only, as the model was trained.
      const padded = within(here.at('downsample'), () => pad2d(x, { right: 1, bottom: 1 }));
      x = convolution(padded, here.at('downsample.conv'), { from: width, to: width, stride: 2, padding: 0 });
    }
  }
  x = outward(middle(x, encoder.at('mid'), width), encoder, width, MOMENTS);
  const moments = convolution(x, weights.at('quant_conv'), { from: MOMENTS, to: MOMENTS, size: 1 });
  return { inputs: { image }, outputs: { moments } };
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
