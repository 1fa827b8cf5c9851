/** Fully connected layer. The one place every matrix of a network passes, so low-rank branches attach here. */
import type { Weight, WeightScope } from '../checkpoint/weights.ts';
import { add } from '../graph/ops/elementwise.ts';
import { halves } from '../graph/ops/shape.ts';
import { within } from '../graph/scope.ts';
import type { Value } from '../graph/value.ts';
import { besideMatrix, branchOfMatrix } from './branches.ts';
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
 * x [..., from] to the two halves of [..., to]. Each half of the matrix is read where it lies in the file, which saves
 * taking a large product apart.
 */
export function linearHalves(
  x: Value,
  weights: WeightScope,
  { from, to }: { readonly from: number; readonly to: number },
): [Value, Value] {
  return within(weights, () => {
    const matrix = weights.tensor('weight', [to, from]);
    const bias = weights.tensor('bias', [to]);
    const half = to / 2;
    const part = (index: number): Value =>
      add(dialect().linear(x, parameter(partOf(matrix, index, [half, from]))), parameter(partOf(bias, index, [half])));
    const branch = branchOfMatrix(x, weights.path, { from, to });
    if (branch === null) return [part(0), part(1)];
    const [first, second] = halves(branch, -1);
    return [add(part(0), first), add(part(1), second)];
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
      const matrix = partOf(matrices, third, [width, width]);
      const y = add(dialect().linear(x, parameter(matrix)), parameter(partOf(biases, third, [width])));
      return besideMatrix(x, y, `${weights.path}.${name}.${third}`, { from: width, to: width });
    };
    return [part(0), part(1), part(2)];
  });
}

/** One of several parts of the same `shape` that lie behind each other in a tensor. */
function partOf(weight: Weight, index: number, shape: readonly number[]): Weight {
  const rows = shape[0] as number;
  const byteLength = (weight.byteLength / (weight.shape[0] as number)) * rows;
  return { ...weight, name: `${weight.name}.${index}`, shape, offset: weight.offset + index * byteLength, byteLength };
}
