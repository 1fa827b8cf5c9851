/** Weights as values: left in the file in its dtype, computed with as float32. */
import type { Weight } from '../checkpoint/weights.ts';
import { cast } from '../graph/ops/elementwise.ts';
import { weight as fromFile, type Value } from '../graph/value.ts';

/**
 * @param shape another shape for the same numbers in the same order; costs nothing, the file is only read differently
 */
export function parameter(weight: Weight, shape: readonly number[] = weight.shape): Value {
  return cast(fromFile({ ...weight, shape }), 'f32');
}
