/** Products of small matrices in row-major order, for what is computed once and not in a network. */

/**
 * a [m, k] times b [k, n], as f32 [m, n]; sums run in double precision.
 */
export function multiplyMatrices(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  m: number,
  k: number,
  n: number,
): Float32Array {
  const out = new Float32Array(m * n);
  const row = new Float64Array(n);
  for (let i = 0; i < m; i++) {
    row.fill(0);
    for (let j = 0; j < k; j++) {
      const factor = a[i * k + j] as number;
      if (factor === 0) continue;
      const from = j * n;
      for (let column = 0; column < n; column++)
        row[column] = (row[column] as number) + factor * (b[from + column] as number);
    }
    out.set(row, i * n);
  }
  return out;
}
