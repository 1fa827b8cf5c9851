/** Fully connected layer. The one place every matrix of a network passes, so low-rank branches attach here. */
import type { Weight, WeightScope } from '../checkpoint/weights.ts';
import { add } from '../graph/ops/elementwise.ts';
import { within } from '../graph/scope.ts';
import type { Value } from '../graph/value.ts';
import { besideMatrix } from './branches.ts';
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
    const whole = hasBias ? add(y, parameter(weights.tensor('bias', [to]))) : y;
    return besideMatrix(x, whole, weights.path, { from, to });
  });
}

/**
 * x [..., width] to three times [..., width], by matrices that lie one below the other in `<name>_weight`
 * [3 * width, width], their biases in `<name>_bias`. Each third is read where it lies in the file.
 */
export function linearThirds(x: Value, weights: WeightScope, name: string, width: number): [Value, Value, Value] {
  return within(weights, () => {
    const matrices = weights.tensor(`${name}_weight`, [3 * width, width]);
    const biases = weights.tensor(`${name}_bias`, [3 * width]);
    const part = (third: number): Value => {
      const matrix = thirdOf(matrices, third, [width, width]);
      const y = add(dialect().linear(x, parameter(matrix)), parameter(thirdOf(biases, third, [width])));
      return besideMatrix(x, y, `${weights.path}.${name}.${third}`, { from: width, to: width });
    };
    return [part(0), part(1), part(2)];
  });
}

function thirdOf(weight: Weight, third: number, shape: readonly number[]): Weight {
  const byteLength = weight.byteLength / 3;
  const name = `${weight.name}.${third}`;
  return { ...weight, name, shape, offset: weight.offset + third * byteLength, byteLength };
}
