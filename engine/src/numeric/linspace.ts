/** Evenly spread float32 numbers, to the bit as torch spreads them: noise levels and with them pictures hang on it. */

/**
 * `count` numbers from `from` to `to`, both included; one number is `from`.
 *
 * The step is a float32 number and the second half is counted from the end, so both ends are exact; each number is
 * rounded once, as a fused multiply-add does.
 */
export function linspace(from: number, to: number, count: number): Float32Array {
  const first = Math.fround(from);
  const last = Math.fround(to);
  const step = count > 1 ? Math.fround(Math.fround(last - first) / (count - 1)) : 0;
  const half = Math.floor(count / 2);
  return Float32Array.from({ length: count }, (_, i) =>
    i < half || count === 1 ? first + step * i : last - step * (count - 1 - i),
  );
}
