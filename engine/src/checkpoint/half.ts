/**
 * Floats of 16 and 8 bits to float32, exactly. Node has no Float16Array before 24, and ours is deleted (see runtime/).
 *
 * Source: IEEE 754 for the half; Micikevicius et al. 2022, FP8 Formats for Deep Learning, table 1, for the others.
 */

/** Value of a half's 16 bits. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** Four bits of exponent, three of fraction; no infinities, one pattern of all ones that is no number. */
export function float8e4m3ToFloat(bits: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const exponent = (bits >> 3) & 0xf;
  const fraction = bits & 7;
  if (exponent === 0xf && fraction === 7) return Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -9 : (8 + fraction) * 2 ** (exponent - 10));
}

/** Five bits of exponent, two of fraction: the upper half of a half. */
export const float8e5m2ToFloat = (bits: number): number => halfToFloat(bits << 8);
