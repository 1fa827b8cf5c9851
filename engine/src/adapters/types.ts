/** What the kinds of adapters have in common. */
import type { Tensor } from '../numeric/tensor.ts';
import type { Leaf } from './adapter-file.ts';

/** The numbers of one module's change. */
export type Numbers = ReadonlyMap<Leaf, Tensor>;

export interface AdapterKind {
  readonly id: string;
  readonly label: string;
  /** Whether a module's change is of this kind. */
  matches(leaves: ReadonlySet<Leaf>): boolean;
  /**
   * The change of a weight, row by row, at strength 1.
   *
   * @param base the weight itself, f32 [to, from] or [to, from, kh, kw] or [to]
   * @param statedScale alpha / rank where the module has no alpha
   * @throws RangeError when the parts do not go together or do not fit the weight
   */
  change(numbers: Numbers, base: Tensor, statedScale: number): Float32Array;
}

/** alpha / rank; what the file states once where the module says nothing. */
export function scaleOf(numbers: Numbers, rank: number, statedScale: number): number {
  const alpha = numbers.get('alpha')?.data[0];
  if (alpha === undefined) return statedScale;
  if (!Number.isFinite(alpha)) throw new RangeError('its alpha is not a number');
  return alpha / rank;
}

/** @throws RangeError naming the part */
export function part(numbers: Numbers, leaf: Leaf): Tensor {
  const found = numbers.get(leaf);
  if (found === undefined) throw new RangeError(`it has no ${leaf}`);
  return found;
}

/** Rows and all the rest as columns. */
export function flat({ data, shape }: Tensor): { readonly rows: number; readonly columns: number } {
  const rows = shape[0] ?? 1;
  return { rows, columns: rows === 0 ? 0 : data.length / rows };
}

/** @throws RangeError when a change is not as long as the weight */
export function fitted(change: Float32Array, base: Tensor): Float32Array {
  if (change.length !== base.data.length) {
    throw new RangeError(`it has ${change.length} numbers for a weight of [${base.shape.join(', ')}]`);
  }
  return change;
}
