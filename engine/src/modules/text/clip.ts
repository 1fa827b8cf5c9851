/**
 * CLIP-L's text transformer: rows of token ids to the states the U-Net attends to.
 *
 * Causal attention, padding included; pre-norm blocks; quick gelu. Agrees with transformers' CLIPTextModel.
 */
import type { WeightScope } from '../../checkpoint/weights.ts';
import { add, quickGelu } from '../../graph/ops/elementwise.ts';
import { within } from '../../graph/scope.ts';
import { input, type Value } from '../../graph/value.ts';
import { dialect } from '../dialect.ts';
import { linear } from '../linear.ts';
import { layerNorm } from '../normalization.ts';
import { parameter, tableRows } from '../parameter.ts';
import type { Ports } from '../ports.ts';
import type { TextConfig } from './config.ts';
import { replacedRows, type ReplacedRows } from './replaced-rows.ts';
import { unseenInput } from './unseen-tokens.ts';
import { pooledState, stateOutputs, type StateOptions } from './states.ts';

/**
 * Inputs: `ids` i64 [n, t]; `ends` i64 [n, 1], position of each row's first end token; those of {@link replacedRows}; with
 * `hidesTokens` also {@link unseenInput}.
 *
 * Outputs: see {@link stateOutputs}; `pooled` f32 [n, d], the finally normed last state at `ends`.
 */
export function textEncoder(
  weights: WeightScope,
  config: TextConfig,
  states: StateOptions,
  hidesTokens = false,
): Ports {
  const { length, layers, width } = config;
  const unseen = hidesTokens ? unseenInput(length) : null;
  const ids = input('ids', 'i64', ['n', length]);
  const ends = input('ends', 'i64', ['n', 1]);
  const norm = (x: Value): Value => layerNorm(x, weights.at('final_layer_norm'), width);

  const { first, inputs } = embeddings(ids, weights.at('embeddings'), config);
  const hidden = [first];
  for (let i = 0; i < layers; i++)
    hidden.push(layer(hidden[i] as Value, weights.at('encoder.layers').at(i), config, unseen));

  const outputs = stateOutputs(hidden, norm, states);
  outputs['pooled'] = within(weights, () => pooledState(hidden, outputs, norm, ends));
  return { inputs: { ids, ends, ...inputs, ...(unseen === null ? {} : { unseen }) }, outputs };
}

/** ids [n, t] to [n, t, d], and the inputs for vectors that take the place of some. */
function embeddings(
  ids: Value,
  weights: WeightScope,
  { vocabulary, length, width }: TextConfig,
): { first: Value; inputs: ReplacedRows['inputs'] } {
  return within(weights, () => {
    const table = weights.at('token_embedding').tensor('weight', [vocabulary, width]);
    const positions = parameter(weights.at('position_embedding').tensor('weight', [length, width]));
    const { rows, inputs } = replacedRows(tableRows(table, ids));
    return { first: add(rows, positions), inputs };
  });
}

function layer(x: Value, weights: WeightScope, config: TextConfig, unseen: Value | null): Value {
  return within(weights, () => {
    const { width, inner } = config;
    const attended = add(
      x,
      selfAttention(layerNorm(x, weights.at('layer_norm1'), width), weights.at('self_attn'), config, unseen),
    );
    const normal = layerNorm(attended, weights.at('layer_norm2'), width);
    const widened = quickGelu(linear(normal, weights.at('mlp.fc1'), { from: width, to: inner }));
    return add(attended, linear(widened, weights.at('mlp.fc2'), { from: inner, to: width }));
  });
}

function selfAttention(x: Value, weights: WeightScope, { width, heads }: TextConfig, unseen: Value | null): Value {
  return within(weights, () => {
    const square = { from: width, to: width };
    const [q, k, v] = (['q_proj', 'k_proj', 'v_proj'] as const).map((name) => linear(x, weights.at(name), square)) as [
      Value,
      Value,
      Value,
    ];
    return linear(dialect().attention(q, k, v, heads, true, unseen), weights.at('out_proj'), square);
  });
}
