/**
 * The denoising U-Net of Stable Diffusion 1, 2 and XL: latent, timestep and text in, raw prediction out.
 *
 * Agrees with diffusers' UNet2DConditionModel; modules carry the names of the original single-file checkpoints.
 * Source: Rombach et al. 2022, appendix; the file's own key list.
 */
import type { WeightScope } from '../../checkpoint/weights.ts';
import { add, addOptional, cos, gelu, mul, silu, sin } from '../../graph/ops/elementwise.ts';
import { greater, where } from '../../graph/ops/select.ts';
import { concat, nearestLike, reshape } from '../../graph/ops/shape.ts';
import { within } from '../../graph/scope.ts';
import { constant, input, type Value } from '../../graph/value.ts';
import { waveFrequencies } from '../../numeric/sinusoids.ts';
import { convolution } from '../convolution.ts';
import { dialect } from '../dialect.ts';
import { throughHypernetworks } from '../hypernetwork.ts';
import { linear, linearHalves } from '../linear.ts';
import { groupNorm, layerNorm } from '../normalization.ts';
import { cellsToTokens, tokensToCells } from '../tokens.ts';
import type { Ports } from '../ports.ts';
import type { UnetConfig } from './config.ts';
import { freeu, freeuStage } from './freeu.ts';
import { PLAIN_UNET, type UnetOptions } from './options.ts';
import { unetRows, type Block, type Row } from './rows.ts';
import { tokenMerging } from './token-merging.ts';

const RESIDUAL_EPSILON = 1e-5;
/** The norm that opens a transformer was written with another epsilon than the residual blocks'. */
const TRANSFORMER_EPSILON = 1e-6;
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
  /** For token merging on the finest level: the network's input, and how many tokens to merge. null = none. */
  readonly merging: { readonly sample: Value; readonly merged: Value } | null;
  /** bool [n or 1, 1, 1]: for which pictures tokens see but themselves. null = for none. */
  readonly perturbed: Value | null;
}

/**
 * Inputs: `sample` f32 [n, c, h, w]; `timestep` f32 [n], may be fractional; `context` f32 [n, t, d]; the residuals of a
 * ControlNet `down.0`, `down.1`, .. and `mid`, each the shape of the tensor it is added to, or [1, 1, 1, 1] zeros; where
 * the config has a vector width, `vector` f32 [n, v], and where it has a guidance width, `guidance` f32 [n, g]; where the options say so, `freeu` f32 [4] (see {@link freeu}),
 * `merged` f32 [1] (see {@link tokenMerging}), and `perturbed` f32 [n or 1, 1, 1, 1], 1 = in the middle, tokens see but
 * themselves (perturbed attention, Ahn et al. 2024).
 *
 * Output: `out` f32 [n, 4, h, w]. h and w need not be multiples of 8.
 */
export function unet(weights: WeightScope, config: UnetConfig, options: UnetOptions = PLAIN_UNET): Ports {
  const { channels, inChannels, outChannels, contextWidth, vectorWidth, guidanceWidth } = config;
  const [width] = channels as [number];
  const rows = unetRows(config);
  const sample = input('sample', 'f32', ['n', inChannels, 'h', 'w']);
  const timestep = input('timestep', 'f32', ['n']);
  const text = input('context', 'f32', ['n', 't', contextWidth]);
  const vector = vectorWidth === null ? null : input('vector', 'f32', ['n', vectorWidth]);
  const guidance = guidanceWidth === null ? null : input('guidance', 'f32', ['n', guidanceWidth]);
  const residuals = [...residualNames(rows.input.length), 'mid'].map((name) =>
    input(
      name,
      'f32',
      ['n', 'c', 'h', 'w'].map((axis) => `${name}.${axis}`),
    ),
  );
  const factors = options.freeu === null ? null : input('freeu', 'f32', [4]);
  const merged = options.mergesTokens ? input('merged', 'f32', [1]) : null;
  const perturbed = options.isPerturbable ? input('perturbed', 'f32', ['p', 1, 1, 1]) : null;

  // Embed the time.
  const timeWidth = TIME_WIDENING * width;
  const at = timeVector(timestep, guidance, weights.at('time_embed'), config);
  const time =
    vector === null
      ? within(weights.at('time_embed'), () => silu(at))
      : toldVector(at, vector, weights.at('label_emb.0'), vectorWidth as number, timeWidth);
  const merging = merged === null ? null : { sample, merged };
  const context: Context = { config, time, timeWidth, text, merging, perturbed: null };

  // Down, keeping every state for the way up.
  let x = convolution(sample, weights.at('input_blocks.0.0'), { from: inChannels, to: width });
  const skips = [x];
  for (const [i, row] of rows.input.entries()) {
    x = applyRow(x, row, weights.at('input_blocks').at(i + 1), context);
    skips.push(x);
  }

  // Middle.
  x = applyRow(x, rows.middle, weights.at('middle_block'), {
    ...context,
    perturbed: perturbed === null ? null : greater(reshape(perturbed, [-1, 1, 1]), constant([0])),
  });
  x = within(weights.at('middle_block'), () => addOptional(x, residuals.at(-1) as Value));

  // Up, each row reading the state of the same size.
  for (const [i, row] of rows.output.entries()) {
    const here = weights.at('output_blocks').at(i);
    const skip = skips.pop() as Value;
    x = within(here, () => {
      const beside = addOptional(skip, residuals[skips.length] as Value);
      const stage = options.freeu === null ? null : freeuStage(options.freeu, i, x, config);
      if (factors === null || options.freeu === null || stage === null) return concat([x, beside], 1);
      return concat([...freeu(x, beside, { version: options.freeu, stage, factors })], 1);
    });
    x = applyRow(x, row, here, context, skips.at(-1));
  }

  // Out.
  const normal = groupNorm(x, weights.at('out.0'), width, RESIDUAL_EPSILON);
  const out = convolution(
    within(weights.at('out.1'), () => silu(normal)),
    weights.at('out.2'),
    { from: width, to: outChannels },
  );
  const told = [text, vector, guidance, factors, merged, perturbed].filter((value) => value !== null);
  const inputs = Object.fromEntries([sample, timestep, ...told, ...residuals].map((value) => [nameOf(value), value]));
  return { inputs, outputs: { out } };
}

/** Names of the residual inputs for the states of the way down: one more than `input_blocks` rows, the first convolution's. */
function residualNames(rows: number): string[] {
  return Array.from({ length: rows + 1 }, (_, i) => `down.${i}`);
}

function nameOf({ source }: Value): string {
  return source.kind === 'input' ? source.name : '';
}

/** timestep [n] to MLP(sinusoids + what is told of the guidance), [n, 4 * channels[0]]. Cosines first. */
function timeVector(
  timestep: Value,
  guidance: Value | null,
  weights: WeightScope,
  { channels: [width = 0], guidanceWidth }: UnetConfig,
): Value {
  return within(weights, () => {
    const to = TIME_WIDENING * width;
    const half = width / 2;
    const angles = mul(reshape(timestep, [-1, 1]), constant(waveFrequencies(half), 'f32', [1, half]));
    const waves = concat([cos(angles), sin(angles)], 1); // [n, width]
    const told =
      guidance === null
        ? waves
        : add(
            waves,
            linear(guidance, weights.at('cond_proj'), { from: guidanceWidth as number, to: width, hasBias: false }),
          );
    const hidden = silu(linear(told, weights.at(0), { from: width, to }));
    return linear(hidden, weights.at(2), { from: to, to });
  });
}

/** silu(time + MLP(vector)), [n, to]: what is told beside the text joins the time. */
function toldVector(time: Value, vector: Value, weights: WeightScope, from: number, to: number): Value {
  return within(weights, () => {
    const hidden = silu(linear(vector, weights.at(0), { from, to }));
    return silu(add(time, linear(hidden, weights.at(2), { from: to, to })));
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
      return transformer(x, weights, block, context);
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

type TransformerBlock = Extract<Block, { kind: 'transformer' }>;

/** Cells as tokens through a chain of transformer blocks, added to x [n, channels, h, w]. */
function transformer(x: Value, weights: WeightScope, block: TransformerBlock, context: Context): Value {
  return within(weights, () => {
    const { channels, depth, heads, level } = block;
    const here = level === 0 ? context : { ...context, merging: null };
    let tokens = project(groupNorm(x, weights.at('norm'), channels, TRANSFORMER_EPSILON), weights, channels, context);
    for (let i = 0; i < depth; i++) {
      tokens = transformerBlock(tokens, weights.at('transformer_blocks').at(i), channels, heads, here);
    }
    return add(projectBack(tokens, x, weights, channels, context), x);
  });
}

/** [n, channels, h, w] to [n, h*w, channels]. */
function project(x: Value, weights: WeightScope, channels: number, { config }: Context): Value {
  const square = { from: channels, to: channels };
  if (config.projection === 'matrix') return linear(cellsToTokens(x, channels), weights.at('proj_in'), square);
  return cellsToTokens(convolution(x, weights.at('proj_in'), { ...square, size: 1 }), channels);
}

/** [n, h*w, channels] to the [n, channels, h, w] of `like`. */
function projectBack(x: Value, like: Value, weights: WeightScope, channels: number, { config }: Context): Value {
  const square = { from: channels, to: channels };
  if (config.projection === 'matrix') return tokensToCells(linear(x, weights.at('proj_out'), square), like);
  return convolution(tokensToCells(x, like), weights.at('proj_out'), { ...square, size: 1 });
}

/** Tokens see each other, then the text, then pass a gated feed-forward layer; each added to what came in. */
function transformerBlock(x: Value, weights: WeightScope, width: number, heads: number, context: Context): Value {
  return within(weights, () => {
    const { merging, perturbed, text } = context;
    const { contextWidth } = context.config;
    const tokens = merging === null ? null : tokenMerging(x, merging.sample, merging.merged);
    const all = layerNorm(x, weights.at('norm1'), width);
    const first = tokens === null ? all : tokens.merge(all);
    const answer = attention(first, first, weights.at('attn1'), { width, from: width, heads, perturbed });
    const seen = add(tokens === null ? answer : tokens.unmerge(answer), x);
    const second = layerNorm(seen, weights.at('norm2'), width);
    const told = add(attention(second, text, weights.at('attn2'), { width, from: contextWidth, heads }), seen);
    return add(feedForward(layerNorm(told, weights.at('norm3'), width), weights.at('ff.net'), width), told);
  });
}

/** Queries from x [n, t, width], keys and values from source [n, s, from]. */
function attention(
  x: Value,
  source: Value,
  weights: WeightScope,
  { width, from, heads, perturbed = null }: { width: number; from: number; heads: number; perturbed?: Value | null },
): Value {
  return within(weights, () => {
    const q = linear(x, weights.at('to_q'), { from: width, to: width, hasBias: false });
    const [forKeys, forValues] = throughHypernetworks(source, from);
    const k = linear(forKeys, weights.at('to_k'), { from, to: width, hasBias: false });
    const v = linear(forValues, weights.at('to_v'), { from, to: width, hasBias: false });
    const attended = dialect().attention(q, k, v, heads);
    // Tokens that see but themselves answer with their own value.
    const answer = perturbed === null ? attended : where(perturbed, v, attended);
    return linear(answer, weights.at('to_out.0'), { from: width, to: width });
  });
}

/** GEGLU: the first half of the projection times the gelu of the second. @source Shazeer 2020 */
function feedForward(x: Value, weights: WeightScope, width: number): Value {
  return within(weights, () => {
    const inner = FEED_FORWARD_WIDENING * width;
    const [value, gate] = linearHalves(x, weights.at('0.proj'), { from: width, to: 2 * inner });
    return linear(mul(value, gelu(gate)), weights.at(2), { from: inner, to: width });
  });
}
