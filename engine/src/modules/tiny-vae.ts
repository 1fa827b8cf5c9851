/**
 * The tiny autoencoder (TAESD, TAESDXL): a plain stack of small residual blocks that stands in for a real VAE where a
 * picture is wanted at once. It reads and writes the latents samplers see, with no scale of its own.
 *
 * Agrees with diffusers' AutoencoderTiny. The original's layers are numbered through, its decoder counting a clamp first;
 * checkpoint/tiny-vae.ts brings both layouts to the numbers used here.
 */
import type { WeightScope } from '../checkpoint/weights.ts';
import { add, mul, relu, tanh } from '../graph/ops/elementwise.ts';
import { conv2d } from '../graph/ops/network.ts';
import { doubleNearest } from '../graph/ops/shape.ts';
import { within } from '../graph/scope.ts';
import { constant, input, type Value } from '../graph/value.ts';
import { wrapping } from './convolution.ts';
import { parameter } from './parameter.ts';
import type { Ports } from './ports.ts';

const IMAGE_CHANNELS = 3;
/** Halvings of the picture on the way to the latent. */
const LEVELS = 3;
const BLOCKS_PER_LEVEL = 3;
/** Latents are squeezed into this range before they are decoded, smoothly: a stray value would colour a whole block. */
const LATENT_LIMIT = 3;

export interface TinyVaeConfig {
  readonly latentChannels: number;
  readonly width: number;
}

/** @param decoder the scope whose layer 0 is the convolution from the latent. @throws model_incomplete | model_unexpected */
export function readTinyDecoderConfig(decoder: WeightScope): TinyVaeConfig {
  const { shape } = decoder.at(0).tensor('weight', ['*', '*', 3, 3]);
  return { width: shape[0] as number, latentChannels: shape[1] as number };
}

/** @param encoder the scope whose layer 0 is the convolution from the picture. @throws model_incomplete | model_unexpected */
export function readTinyEncoderConfig(encoder: WeightScope): TinyVaeConfig {
  const [width] = encoder.at(0).tensor('weight', ['*', IMAGE_CHANNELS, 3, 3]).shape as [number];
  return { width, latentChannels: encoder.at(ENCODER_END).extent('weight', ['*', width, 3, 3], 0) };
}

/** Layers before the last one: a convolution and a block, then for each level a stride and its blocks. */
const ENCODER_END = 2 + LEVELS * (1 + BLOCKS_PER_LEVEL);

/** Input: `latent` f32 [n, c, h, w], in the samplers' scale. Output: `image` f32 [n, 3, 8h, 8w], about [-1, 1]. */
export function tinyDecoder(decoder: WeightScope, { latentChannels, width }: TinyVaeConfig): Ports {
  const latent = input('latent', 'f32', ['n', latentChannels, 'h', 'w']);
  let x = within(decoder, () => {
    const limit = constant([LATENT_LIMIT]);
    return mul(tanh(mul(latent, constant([1 / LATENT_LIMIT]))), limit);
  });
  let layer = 0;
  x = convolution(x, decoder.at(layer++), latentChannels, width);
  x = within(decoder.at(layer++), () => relu(x));
  for (let level = 0; level < LEVELS; level++) {
    for (let i = 0; i < BLOCKS_PER_LEVEL; i++) x = block(x, decoder.at(layer++), width);
    x = within(decoder.at(layer++), () => doubleNearest(x));
    x = convolution(x, decoder.at(layer++), width, width, { hasBias: false });
  }
  x = block(x, decoder.at(layer++), width);
  x = convolution(x, decoder.at(layer), width, IMAGE_CHANNELS);
  // The network makes [0, 1].
  const image = within(decoder, () => add(mul(x, constant([2])), constant([-1])));
  return { inputs: { latent }, outputs: { image } };
}

/** Input: `image` f32 [n, 3, 8h, 8w] in [-1, 1]. Output: `latent` f32 [n, c, h, w], in the samplers' scale. */
export function tinyEncoder(encoder: WeightScope, { latentChannels, width }: TinyVaeConfig): Ports {
  const image = input('image', 'f32', ['n', IMAGE_CHANNELS, 'H', 'W']);
  let x = within(encoder, () => mul(add(image, constant([1])), constant([0.5])));
  let layer = 0;
  x = convolution(x, encoder.at(layer++), IMAGE_CHANNELS, width);
  x = block(x, encoder.at(layer++), width);
  for (let level = 0; level < LEVELS; level++) {
    x = convolution(x, encoder.at(layer++), width, width, { stride: 2, hasBias: false });
    for (let i = 0; i < BLOCKS_PER_LEVEL; i++) x = block(x, encoder.at(layer++), width);
  }
  return { inputs: { image }, outputs: { latent: convolution(x, encoder.at(layer), width, latentChannels) } };
}

/** relu(three convolutions of x + x); x [n, width, h, w]. */
function block(x: Value, weights: WeightScope, width: number): Value {
  return within(weights, () => {
    const steps = weights.at('conv');
    const first = relu(convolution(x, steps.at(0), width, width));
    const second = relu(convolution(first, steps.at(2), width, width));
    return relu(add(convolution(second, steps.at(4), width, width), x));
  });
}

/** x [n, from, h, w] to [n, to, h', w'] by a 3x3 kernel. */
function convolution(
  x: Value,
  weights: WeightScope,
  from: number,
  to: number,
  { stride = 1, hasBias = true }: { stride?: number; hasBias?: boolean } = {},
): Value {
  return within(weights, () => {
    const kernel = parameter(weights.tensor('weight', [to, from, 3, 3]));
    const bias = hasBias ? parameter(weights.tensor('bias', [to])) : null;
    return conv2d(x, kernel, bias, { stride, padding: 1, wraps: wrapping() });
  });
}
