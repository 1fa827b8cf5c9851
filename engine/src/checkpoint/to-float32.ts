/**
 * Numbers of weight files as float32, whatever they are stored as.
 *
 * Source: IEEE 754; the 8-bit forms as in half.ts, whose tables these are.
 */
import { float8e4m3ToFloat, float8e5m2ToFloat, halfToFloat } from './half.ts';
import type { FileDtype } from './tensor-entry.ts';

/** Exact values by bit pattern, made at the first use: looking up is a tenth of the time of working out. */
function table(size: number, toFloat: (bits: number) => number): () => Float32Array {
  let made: Float32Array | null = null;
  return () => (made ??= Float32Array.from({ length: size }, (_, bits) => toFloat(bits)));
}
const HALVES = table(1 << 16, halfToFloat);
const E4M3 = table(1 << 8, float8e4m3ToFloat);
const E5M2 = table(1 << 8, float8e5m2ToFloat);

function look(codes: Uint8Array | Uint16Array, values: Float32Array): Float32Array {
  const out = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) out[i] = values[codes[i] as number] as number;
  return out;
}

/**
 * @param bytes whole numbers, aligned to their size; little-endian, as files and all machines of Node have them
 * @returns of float32 a view of the same memory
 */
export function toFloat32(bytes: Uint8Array, dtype: FileDtype): Float32Array {
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
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer, byteOffset, byteLength / 8), Number);
    case 'I32':
      return Float32Array.from(new Int32Array(buffer, byteOffset, byteLength / 4));
    case 'I16':
      return Float32Array.from(new Int16Array(buffer, byteOffset, byteLength / 2));
    case 'I8':
      return Float32Array.from(new Int8Array(buffer, byteOffset, byteLength));
    case 'U8':
    case 'BOOL':
      return Float32Array.from(bytes);
  }
}
