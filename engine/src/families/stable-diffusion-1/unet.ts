/**
 * The denoising U-Net of Stable Diffusion 1: latent, timestep and text in, raw prediction out.
 *
 * Agrees with diffusers' UNet2DConditionModel; modules carry the names of the original single-file checkpoints.
 * Source: Rombach et al. 2022, appendix; the file's own key list.
 */
import type { WeightScope } from '../../checkpoint/weights.ts';
import { add, addOptional, cos, gelu, mul, silu, sin } from '../../graph/ops/elementwise.ts';
import { concat, halves, nearestLike, reshape } from '../../graph/ops/shape.ts';
import { within } from '../../graph/scope.ts';
import { constant, input, type Value } from '../../graph/value.ts';
import { convolution } from '../../modules/convolution.ts';
import { dialect } from '../../modules/dialect.ts';
import { linear } from '../../modules/linear.ts';
import { groupNorm, layerNorm } from '../../modules/normalization.ts';
import { cellsToTokens, tokensToCells } from '../../modules/tokens.ts';
import type { UnetConfig } from './config.ts';
import type { Ports } from './ports.ts';
import { unetRows, type Block, type Row } from './unet-rows.ts';

const RESIDUAL_EPSILON = 1e-5;
/** The norm that opens a transformer was written with another epsilon than the residual blocks'. */
const TRANSFORMER_EPSILON = 1e-6;
/** Longest period of the timestep's sinusoids. */
const LONGEST_PERIOD = 10_000;
/** The time vector is this many times as wide as the first level. */
const TIME_WIDENING = 4;
/** Feed-forward layers are this many times as wide as their tokens. */
const FEED_FORWARD_WIDENING = 4;

/** What every block may look at beside its own input. */
interface Context {
  readonly config: UnetConfig;
  /** silu of the time vector, f32 [n, 4 * channels[0]]. */
  readonly time: Value;
  readonly timeWidth: number;
  /** Text states, f32 [n, t, d]. */
  readonly text: Value;
}

/**
 * Inputs: `sample` f32 [n, c, h, w]; `timestep` f32 [n], may be fractional; `context` f32 [n, t, d]; the residuals of a
 * ControlNet `down.0` .. `down.11` and `mid`, each the shape of the tensor it is added to, or [1, 1, 1, 1] zeros.
 *
 * Output: `out` f32 [n, 4, h, w]. h and w need not be multiples of 8.
 */
export function unet(weights: WeightScope, config: UnetConfig): Ports {
  const { channels, inChannels, outChannels, contextWidth } = config;
  const [width] = channels as [number];
  const rows = unetRows(config);
  const sample = input('sample', 'f32', ['n', inChannels, 'h', 'w']);
  const timestep = input('timestep', 'f32', ['n']);
  const text = input('context', 'f32', ['n', 't', contextWidth]);
  const residuals = [...residualNames(rows.input.length), 'mid'].map((name) =>
    input(
      name,
      'f32',
      ['n', 'c', 'h', 'w'].map((axis) => `${name}.${axis}`),
    ),
  );

  // Embed the time.
  const timeWidth = TIME_WIDENING * width;
  const time = timeVector(timestep, weights.at('time_embed'), width, timeWidth);
  const context: Context = { config, time, timeWidth, text };

  // Down, keeping every state for the way up.
  let x = convolution(sample, weights.at('input_blocks.0.0'), { from: inChannels, to: width });
  const skips = [x];
  for (const [i, row] of rows.input.entries()) {
    x = applyRow(x, row, weights.at('input_blocks').at(i + 1), context);
    skips.push(x);
  }

  // Middle.
  x = applyRow(x, rows.middle, weights.at('middle_block'), context);
  x = within(weights.at('middle_block'), () => addOptional(x, residuals.at(-1) as Value));

  // Up, each row reading the state of the same size.
  for (const [i, row] of rows.output.entries()) {
    const here = weights.at('output_blocks').at(i);
    const skip = skips.pop() as Value;
    x = within(here, () => concat([x, addOptional(skip, residuals[skips.length] as Value)], 1));
    x = applyRow(x, row, here, context, skips.at(-1));
  }

  // Out.
  const normal = groupNorm(x, weights.at('out.0'), width, RESIDUAL_EPSILON);
  const out = convolution(
    within(weights.at('out.1'), () => silu(normal)),
    weights.at('out.2'),
    { from: width, to: outChannels },
  );
  const inputs = Object.fromEntries([sample, timestep, text, ...residuals].map((value) => [nameOf(value), value]));
  return { inputs, outputs: { out } };
}

/** Names of the residual inputs for the states of the way down: one more than `input_blocks` rows, the first convolution's. */
function residualNames(rows: number): string[] {
  return Array.from({ length: rows + 1 }, (_, i) => `down.${i}`);
}

function nameOf({ source }: Value): string {
  return source.kind === 'input' ? source.name : '';
}

/** timestep [n] to silu(MLP(sinusoids)), [n, to]. Cosines first. */
function timeVector(timestep: Value, weights: WeightScope, width: number, to: number): Value {
  return within(weights, () => {
    const half = width / 2;
    const log = Math.fround(-Math.log(LONGEST_PERIOD));
    // Rounded where the reference rounds: at t = 999 a last bit of a frequency is a visible angle.
    const frequencies = Array.from({ length: half }, (_, i) => Math.exp(Math.fround(Math.fround(log * i) / half)));
    const angles = mul(reshape(timestep, [-1, 1]), constant(frequencies, 'f32', [1, half]));
    const waves = concat([cos(angles), sin(angles)], 1); // [n, width]
    const hidden = silu(linear(waves, weights.at(0), { from: width, to }));
    return silu(linear(hidden, weights.at(2), { from: to, to }));
  });
}

/** @param target state whose size an upsampling goes to */
function applyRow(x: Value, row: Row, weights: WeightScope, context: Context, target?: Value): Value {
  return row.reduce((state, block, i) => applyBlock(state, block, weights.at(i), context, target), x);
}

function applyBlock(x: Value, block: Block, weights: WeightScope, context: Context, target: Value | undefined): Value {
  switch (block.kind) {
    case 'residual':
      return residualBlock(x, weights, block, context);
    case 'transformer':
      return transformer(x, weights, block.channels, context);
    case 'downsample':
      return convolution(x, weights.at('op'), { from: block.channels, to: block.channels, stride: 2 });
    case 'upsample': {
      const larger = within(weights, () => nearestLike(x, target ?? x));
      return convolution(larger, weights.at('conv'), { from: block.channels, to: block.channels });
    }
  }
}

/** x [n, from, h, w] to [n, to, h, w]: two convolutions, the time vector added between them, and a shortcut around. */
function residualBlock(
  x: Value,
  weights: WeightScope,
  { from, to }: { from: number; to: number },
  { time, timeWidth }: Context,
): Value {
  return within(weights, () => {
    const first = convolution(
      silu(groupNorm(x, weights.at('in_layers.0'), from, RESIDUAL_EPSILON)),
      weights.at('in_layers.2'),
      { from, to },
    );
    const shift = reshape(linear(time, weights.at('emb_layers.1'), { from: timeWidth, to }), [0, to, 1, 1]);
    const moved = add(first, shift);
    const second = convolution(
      silu(groupNorm(moved, weights.at('out_layers.0'), to, RESIDUAL_EPSILON)),
      weights.at('out_layers.3'),
      { from: to, to },
    );
    const shortcut = from === to ? x : convolution(x, weights.at('skip_connection'), { from, to, size: 1 });
    return add(shortcut, second);
  });
}

/** Cells as tokens through one transformer block, added to x [n, channels, h, w]. */
function transformer(x: Value, weights: WeightScope, channels: number, context: Context): Value {
  return within(weights, () => {
    const square = { from: channels, to: channels, size: 1 };
    const normal = groupNorm(x, weights.at('norm'), channels, TRANSFORMER_EPSILON);
    const tokens = cellsToTokens(convolution(normal, weights.at('proj_in'), square), channels); // [n, h*w, channels]
    const attended = transformerBlock(tokens, weights.at('transformer_blocks.0'), channels, context);
    return add(convolution(tokensToCells(attended, x), weights.at('proj_out'), square), x);
  });
}

/** Tokens see each other, then the text, then pass a gated feed-forward layer; each added to what came in. */
function transformerBlock(x: Value, weights: WeightScope, width: number, context: Context): Value {
  return within(weights, () => {
    const { contextWidth } = context.config;
    const first = layerNorm(x, weights.at('norm1'), width);
    const seen = add(attention(first, first, weights.at('attn1'), width, width, context), x);
    const second = layerNorm(seen, weights.at('norm2'), width);
    const told = add(attention(second, context.text, weights.at('attn2'), width, contextWidth, context), seen);
    return add(feedForward(layerNorm(told, weights.at('norm3'), width), weights.at('ff.net'), width), told);
  });
}

/** Queries from x [n, t, width], keys and values from source [n, s, from]. */
function attention(
  x: Value,
  source: Value,
  weights: WeightScope,
  width: number,
  from: number,
  { config }: Context,
): Value {
  return within(weights, () => {
    const q = linear(x, weights.at('to_q'), { from: width, to: width, hasBias: false });
    const k = linear(source, weights.at('to_k'), { from, to: width, hasBias: false });
    const v = linear(source, weights.at('to_v'), { from, to: width, hasBias: false });
    return linear(dialect().attention(q, k, v, config.heads), weights.at('to_out.0'), { from: width, to: width });
  });
}

/** GEGLU: the first half of the projection times the gelu of the second. @source Shazeer 2020 */
function feedForward(x: Value, weights: WeightScope, width: number): Value {
  return within(weights, () => {
    const inner = FEED_FORWARD_WIDENING * width;
    const [value, gate] = halves(linear(x, weights.at('0.proj'), { from: width, to: 2 * inner }), -1);
    return linear(mul(value, gelu(gate)), weights.at(2), { from: inner, to: width });
  });
}
