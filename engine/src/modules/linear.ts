/** Fully connected layer. The one place every matrix of a network passes, so low-rank branches will attach here. */
import type { WeightScope } from '../checkpoint/weights.ts';
import { add } from '../graph/ops/elementwise.ts';
import { within } from '../graph/scope.ts';
import type { Value } from '../graph/value.ts';
import { dialect } from './dialect.ts';
import { parameter } from './parameter.ts';

interface LinearOptions {
  readonly from: number;
  readonly to: number;
  /** Whether the layer adds a vector of its own; true when absent. */
  readonly hasBias?: boolean;
}

/** x [..., from] to [..., to]. */
export function linear(x: Value, weights: WeightScope, { from, to, hasBias = true }: LinearOptions): Value {
  return within(weights, () => {
    const y = dialect().linear(x, parameter(weights.tensor('weight', [to, from])));
    return hasBias ? add(y, parameter(weights.tensor('bias', [to]))) : y;
  });
}
