/**
 * Numbers as weight files have them, from float32, a chunk at a time. Rounding is to the nearest, ties to even, as torch's.
 *
 * Source: IEEE 754.
 */
import type { FileDtype } from '../checkpoint/tensor-entry.ts';

/** What a file's numbers can be written as after arithmetic. */
export type WrittenDtype = 'F32' | 'F16' | 'BF16';

const FLOATS = ['F64', 'F32', 'F16', 'BF16', 'F8_E4M3', 'F8_E5M2'] as const;
type FloatDtype = (typeof FLOATS)[number];

/** Whether numbers of this kind are weights; others are counters, masks and marks, and are never rounded. */
export const isFloat = (dtype: FileDtype): dtype is FloatDtype => (FLOATS as readonly string[]).includes(dtype);

const INFINITE = 0x7f800000;

/** @returns the numbers as bytes, and how many finite ones were too large and became infinite */
export function fromFloat32(values: Float32Array, dtype: WrittenDtype): { bytes: Uint8Array; overflowed: number } {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  if (dtype === 'F32') {
    return { bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength), overflowed: 0 };
  }
  const out = new Uint16Array(values.length);
  const overflowed = dtype === 'F16' ? roundToHalf(bits, out) : roundToBfloat(bits, out);
  return { bytes: new Uint8Array(out.buffer), overflowed };
}

const word = new Uint32Array(1);
const asFloat = new Float32Array(word.buffer);

function roundToHalf(bits: Uint32Array, out: Uint16Array): number {
  let overflowed = 0;
  for (let i = 0; i < bits.length; i++) {
    const value = bits[i] as number;
    const sign = (value >>> 16) & 0x8000;
    const magnitude = value & 0x7fffffff;
    if (magnitude >= INFINITE) {
      out[i] = sign | (magnitude > INFINITE ? 0x7e00 : 0x7c00);
    } else if (magnitude >= 0x38800000) {
      // Exponents move by 127 - 15, 13 bits are rounded away; a carry runs into the exponent as it should.
      const rounded = (magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13;
      if (rounded >= 0x7c00) overflowed++;
      out[i] = sign | Math.min(rounded, 0x7c00);
    } else {
      // Below the normal range: beside 0.5 a float32 has exactly the steps of 2^-24, so its own adder rounds.
      word[0] = magnitude;
      asFloat[0] = (asFloat[0] as number) + 0.5;
      out[i] = sign | (word[0] - 0x3f000000);
    }
  }
  return overflowed;
}

function roundToBfloat(bits: Uint32Array, out: Uint16Array): number {
  let overflowed = 0;
  for (let i = 0; i < bits.length; i++) {
    const value = bits[i] as number;
    const magnitude = value & 0x7fffffff;
    if (magnitude > INFINITE) {
      out[i] = (value >>> 16) | 0x40;
      continue;
    }
    const rounded = (value + 0x7fff + ((value >>> 16) & 1)) >>> 16;
    if (magnitude < INFINITE && (rounded & 0x7fff) >= 0x7f80) overflowed++;
    out[i] = rounded;
  }
  return overflowed;
}

/**
 * A float64 as a float32 that rounds on to a shorter float as the float64 itself would: cut off, with the last bit set
 * where anything was lost. Rounding twice to the nearest would now and then round the wrong way.
 */
export function towardsOdd(value: number): number {
  asFloat[0] = value;
  const nearest = asFloat[0];
  if (nearest === value || Number.isNaN(value) || Math.abs(nearest) === Infinity) return nearest;
  // One step towards zero where the nearest lies beyond; the order of patterns is that of magnitudes.
  if (Math.abs(nearest) > Math.abs(value)) word[0] = (word[0] as number) - 1;
  word[0] = (word[0] as number) | 1;
  return asFloat[0];
}
