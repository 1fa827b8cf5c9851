/** Half-precision numbers for tests, where the runtime has no Float16Array. */
import { toHalf } from './formula-weights.ts';

/** The number that these 16 bits mean. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The nearest half-precision number. */
export const roundToHalf = (value: number): number => fromHalf(toHalf(value));
