/** Token embeddings with vectors of a textual inversion in the place of some. */
import { greater, where } from '../../graph/ops/select.ts';
import { constant, input, type Value } from '../../graph/value.ts';

export interface ReplacedRows {
  readonly rows: Value;
  /** `vectors` f32 [n, t, d]; `replaced` f32 [n, t, 1], 1 where a vector counts and 0 elsewhere. */
  readonly inputs: { readonly vectors: Value; readonly replaced: Value };
}

/** @param rows f32 [n, t, d] */
export function replacedRows(rows: Value): ReplacedRows {
  const [n = 'n', t = 1] = rows.shape;
  const vectors = input('vectors', 'f32', rows.shape);
  const replaced = input('replaced', 'f32', [n, t, 1]);
  return { rows: where(greater(replaced, constant([0], 'f32', [])), vectors, rows), inputs: { vectors, replaced } };
}
