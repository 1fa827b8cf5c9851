/** Weights as values: left in the file in its dtype, computed with as float32. */
import type { Weight } from '../checkpoint/weights.ts';
import { cast } from '../graph/ops/elementwise.ts';
import { gather } from '../graph/ops/shape.ts';
import { weight as fromFile, type Value } from '../graph/value.ts';

/**
 * @param shape another shape for the same numbers in the same order; costs nothing, the file is only read differently
 */
export function parameter(weight: Weight, shape: readonly number[] = weight.shape): Value {
  return cast(fromFile({ ...weight, shape }), 'f32');
}

/**
 * Rows of a table by their numbers: ids i64 [n, t] to f32 [n, t, width].
 *
 * Rows are taken before they are converted: tables are the largest tensors of a text encoder.
 */
export function tableRows(table: Weight, ids: Value): Value {
  const values = fromFile(table);
  // The runtime picks no rows of 8-bit floats. Half precision has every number they have.
  const pickable = table.dtype === 'f8e4m3' || table.dtype === 'f8e5m2' ? cast(values, 'f16') : values;
  return cast(gather(pickable, ids), 'f32');
}
