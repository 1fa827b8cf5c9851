/** Element types and shapes of graph values. A dimension is a number, or a name for what is only known when running. */

/** The two `f8` are of weights only; operators compute with none of them. */
export type Dtype = 'f32' | 'f16' | 'bf16' | 'f8e4m3' | 'f8e5m2' | 'i64' | 'i32' | 'bool';

/**
 * An extent: a number, a name (`n`, `h`), or an expression over names as the operators derive it (`h*w`). Two symbolic
 * extents agree when they are written the same.
 */
export type Dim = number | string;

export type Shape = readonly Dim[];

/** Bytes of one element. */
export const DTYPE_BYTES: Readonly<Record<Dtype, number>> = {
  f32: 4,
  f16: 2,
  bf16: 2,
  f8e4m3: 1,
  f8e5m2: 1,
  i64: 8,
  i32: 4,
  bool: 1,
};

/** For messages: `f32 [n, 4, h, w]`. */
export function describeType(dtype: Dtype, shape: Shape): string {
  return `${dtype} [${shape.join(', ')}]`;
}
