/**
 * OpenCLIP's text transformer under its own names: rows of token ids to the states a U-Net attends to, and to the one
 * vector SDXL is told beside.
 *
 * Causal attention, padding included; pre-norm blocks; exact gelu; queries, keys and values in one matrix. Agrees with
 * transformers' CLIPTextModelWithProjection on the converted weights.
 */
import type { WeightScope } from '../../checkpoint/weights.ts';
import { add, gelu } from '../../graph/ops/elementwise.ts';
import { transpose } from '../../graph/ops/shape.ts';
import { within } from '../../graph/scope.ts';
import { input, type Value } from '../../graph/value.ts';
import { dialect } from '../dialect.ts';
import { linear, linearThirds } from '../linear.ts';
import { layerNorm } from '../normalization.ts';
import { parameter, tableRows } from '../parameter.ts';
import type { Ports } from '../ports.ts';
import type { OpenClipConfig } from './config.ts';
import { replacedRows, type ReplacedRows } from './replaced-rows.ts';
import { unseenInput } from './unseen-tokens.ts';
import { pooledState, stateOutputs, type StateOptions } from './states.ts';

/**
 * Inputs: `ids` i64 [n, t]; `ends` i64 [n, 1], position of each row's first end token; those of {@link replacedRows}; with
 * `hidesTokens` also {@link unseenInput}.
 *
 * Outputs: see {@link stateOutputs}; with a projection also `pooled` f32 [n, p], the finally normed last state at
 * `ends`, projected.
 */
export function openClipEncoder(
  weights: WeightScope,
  config: OpenClipConfig,
  states: StateOptions,
  hidesTokens = false,
): Ports {
  const { length, layers, projection } = config;
  const unseen = hidesTokens ? unseenInput(length) : null;
  const ids = input('ids', 'i64', ['n', length]);
  const ends = input('ends', 'i64', ['n', 1]);
  const norm = (x: Value): Value => layerNorm(x, weights.at('ln_final'), config.width);

  const { first, inputs } = embeddings(ids, weights, config);
  const hidden = [first];
  const blocks = weights.at('transformer.resblocks');
  for (let i = 0; i < layers; i++) hidden.push(block(hidden[i] as Value, blocks.at(i), config, unseen));

  const outputs = stateOutputs(hidden, norm, states);
  if (projection !== null) {
    outputs['pooled'] = within(weights, () =>
      project(pooledState(hidden, outputs, norm, ends), weights, config, projection),
    );
  }
  return { inputs: { ids, ends, ...inputs, ...(unseen === null ? {} : { unseen }) }, outputs };
}

/** ids [n, t] to [n, t, d], and the inputs for vectors that take the place of some. */
function embeddings(
  ids: Value,
  weights: WeightScope,
  { vocabulary, length, width }: OpenClipConfig,
): { first: Value; inputs: ReplacedRows['inputs'] } {
  return within(weights, () => {
    const table = weights.at('token_embedding').tensor('weight', [vocabulary, width]);
    const { rows, inputs } = replacedRows(tableRows(table, ids));
    const positions = parameter(weights.tensor('positional_embedding', [length, width]));
    return { first: add(rows, positions), inputs };
  });
}

function block(x: Value, weights: WeightScope, config: OpenClipConfig, unseen: Value | null): Value {
  return within(weights, () => {
    const { width, inner } = config;
    const attended = add(x, selfAttention(layerNorm(x, weights.at('ln_1'), width), weights.at('attn'), config, unseen));
    const normal = layerNorm(attended, weights.at('ln_2'), width);
    const widened = gelu(linear(normal, weights.at('mlp.c_fc'), { from: width, to: inner }));
    return add(attended, linear(widened, weights.at('mlp.c_proj'), { from: inner, to: width }));
  });
}

function selfAttention(x: Value, weights: WeightScope, { width, heads }: OpenClipConfig, unseen: Value | null): Value {
  return within(weights, () => {
    const [q, k, v] = linearThirds(x, weights, 'in_proj', width);
    return linear(dialect().attention(q, k, v, heads, true, unseen), weights.at('out_proj'), {
      from: width,
      to: width,
    });
  });
}

/** x [n, d] to [n, p]. The matrix stands the other way round than a layer's: [d, p]. */
function project(x: Value, weights: WeightScope, { width }: OpenClipConfig, to: number): Value {
  const matrix = parameter(weights.tensor('text_projection', [width, to]));
  return dialect().linear(x, transpose(matrix, [1, 0]));
}
