/**
 * Numbers of weight files as float32 and back, a chunk at a time. Rounding is to the nearest, ties to even, as torch's.
 *
 * Source: IEEE 754; the 8-bit forms as in checkpoint/half.ts, whose tables these are.
 */
import { float8e4m3ToFloat, float8e5m2ToFloat, halfToFloat } from '../checkpoint/half.ts';
import type { FileDtype } from '../checkpoint/tensor-entry.ts';

/** What a file's numbers can be written as after arithmetic. */
export type WrittenDtype = 'F32' | 'F16' | 'BF16';

const FLOATS = ['F64', 'F32', 'F16', 'BF16', 'F8_E4M3', 'F8_E5M2'] as const;
type FloatDtype = (typeof FLOATS)[number];

/** Whether numbers of this kind are weights; others are counters, masks and marks, and are never rounded. */
export const isFloat = (dtype: FileDtype): dtype is FloatDtype => (FLOATS as readonly string[]).includes(dtype);

/** Exact values by bit pattern; made at the first use. */
function table(size: number, toFloat: (bits: number) => number): () => Float32Array {
  let made: Float32Array | null = null;
  return () => (made ??= Float32Array.from({ length: size }, (_, bits) => toFloat(bits)));
}
const HALVES = table(1 << 16, halfToFloat);
const E4M3 = table(1 << 8, float8e4m3ToFloat);
const E5M2 = table(1 << 8, float8e5m2ToFloat);

function look(words: Uint8Array | Uint16Array, values: Float32Array): Float32Array {
  const out = new Float32Array(words.length);
  for (let i = 0; i < words.length; i++) out[i] = values[words[i] as number] as number;
  return out;
}

/** @param bytes whole numbers, aligned to their size; little-endian, as files and all machines of Node have them */
export function toFloat32(bytes: Uint8Array, dtype: FloatDtype): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer, byteOffset, byteLength / 4);
    case 'F64':
      return Float32Array.from(new Float64Array(buffer, byteOffset, byteLength / 8));
    case 'F16':
      return look(new Uint16Array(buffer, byteOffset, byteLength / 2), HALVES());
    case 'BF16': {
      const words = new Uint16Array(buffer, byteOffset, byteLength / 2);
      const bits = new Uint32Array(words.length);
      for (let i = 0; i < words.length; i++) bits[i] = (words[i] as number) << 16;
      return new Float32Array(bits.buffer);
    }
    case 'F8_E4M3':
      return look(bytes, E4M3());
    case 'F8_E5M2':
      return look(bytes, E5M2());
  }
}

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
