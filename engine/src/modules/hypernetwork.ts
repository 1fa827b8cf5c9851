/**
 * Hypernetworks in a network that is being written: before an attention makes keys and values of a context, each of them
 * sees the context changed by a small network of its own, if there is one for its width.
 */
import type { Hypernetwork, HypernetworkActivation, HypernetworkLayer } from '../checkpoint/hypernetwork.ts';
import { CheckpointWeights, type WeightScope } from '../checkpoint/weights.ts';
import {
  add,
  elu,
  gelu,
  hardSwish,
  leakyRelu,
  mul,
  relu,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign,
  tanh,
} from '../graph/ops/elementwise.ts';
import { input, type Value } from '../graph/value.ts';
import { NO_BRANCHES, withBranches } from './branches.ts';
import { linear } from './linear.ts';
import { layerNorm } from './normalization.ts';

const ACTIVATIONS: Readonly<Record<HypernetworkActivation, (x: Value) => Value>> = {
  relu,
  leakyrelu: leakyRelu,
  elu,
  // The WebUI calls it so.
  swish: hardSwish,
  hardswish: hardSwish,
  tanh,
  sigmoid,
  gelu,
  silu,
  mish: (x) => mul(x, tanh(softplus(x))),
  softsign,
  softplus,
  selu,
};

/** Name of the input for how strongly the hypernetwork with a number counts, f32 [1]. */
export const strengthInput = (index: number): string => `hypernetwork:${index}`;

class Collector {
  readonly inputs: Record<string, Value> = {};
  readonly #known = new Map<Value, readonly [Value, Value]>();

  constructor(private readonly hypernetworks: readonly Hypernetwork[]) {}

  /** One after the other, as the WebUI has it. The same context is changed once for all attentions. */
  through(context: Value, width: number): readonly [keys: Value, values: Value] {
    const known = this.#known.get(context);
    if (known !== undefined) return known;
    let both: [Value, Value] = [context, context];
    for (const [index, { header, parts }] of this.hypernetworks.entries()) {
      const layers = parts.get(width);
      if (layers === undefined) continue;
      const name = strengthInput(index);
      const strength = (this.inputs[name] ??= input(name, 'f32', [1]));
      const weights = new CheckpointWeights(header).scope('', `hypernetwork.${index}`);
      both = both.map((x, i) => add(x, mul(strength, apply(x, layers[i as 0 | 1], weights)))) as [Value, Value];
    }
    this.#known.set(context, both);
    return both;
  }
}

function apply(x: Value, layers: readonly HypernetworkLayer[], weights: WeightScope): Value {
  // Its matrices are no layers of the network, so no adapter has a branch beside them.
  return withBranches(NO_BRANCHES, () =>
    layers.reduce((state, layer) => {
      switch (layer.kind) {
        case 'linear':
          return linear(state, weights.at(layer.name), layer);
        case 'norm':
          return layerNorm(state, weights.at(layer.name), layer.width);
        case 'activation':
          return ACTIVATIONS[layer.activation](state);
      }
    }, x),
  ).written;
}

let current: Collector | null = null;

/** Runs `write` with hypernetworks; gives what it wrote and the inputs they brought along. Writing is synchronous. */
export function withHypernetworks<T>(
  hypernetworks: readonly Hypernetwork[],
  write: () => T,
): { readonly written: T; readonly inputs: Readonly<Record<string, Value>> } {
  const outer = current;
  const collector = new Collector(hypernetworks);
  current = collector;
  try {
    return { written: write(), inputs: collector.inputs };
  } finally {
    current = outer;
  }
}

/** What keys and what values are made of, for a context [n, s, width]. */
export const throughHypernetworks = (context: Value, width: number): readonly [keys: Value, values: Value] =>
  current?.through(context, width) ?? [context, context];
