/** The results of a text encoder's graph: which of its states are outputs, and by what names. */
import { pick } from '../../graph/ops/shape.ts';
import type { Value } from '../../graph/value.ts';

export interface StateOptions {
  /** Whether the states that are asked for pass the final norm (`skip.k`) or not (`raw.k`). */
  readonly isNormed: boolean;
  /** Layers at the end of the file that were not built; 0 when absent. */
  readonly leftOut?: number;
}

/**
 * `hidden.0` (embeddings) to `hidden.L` (last layer built, not normed), each f32 [n, t, d]; `skip.k` or `raw.k`, the
 * k-th layer counted from the file's last, with or without the final norm.
 */
export function stateOutputs(
  hidden: readonly Value[],
  norm: (x: Value) => Value,
  { isNormed, leftOut = 0 }: StateOptions,
): Record<string, Value> {
  const outputs: Record<string, Value> = Object.fromEntries(hidden.map((state, i) => [`hidden.${i}`, state]));
  for (let back = 1; back < hidden.length; back++) {
    const state = hidden[hidden.length - back] as Value;
    if (isNormed) outputs[`skip.${back + leftOut}`] = norm(state);
    else outputs[`raw.${back + leftOut}`] = state;
  }
  return outputs;
}

/** The finally normed last state at the first end token, f32 [n, d]. */
export function pooledState(
  hidden: readonly Value[],
  outputs: Readonly<Record<string, Value>>,
  norm: (x: Value) => Value,
  ends: Value,
): Value {
  return pick(outputs['skip.1'] ?? norm(hidden.at(-1) as Value), ends);
}
