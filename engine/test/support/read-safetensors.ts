/**
 * Reads a small safetensors file whole, for tests. Independent of the engine's own reader on purpose: what checks the
 * engine must not share its mistakes.
 */
import { readFileSync } from 'node:fs';

export interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Integers are exact up to 2^53. */
  readonly data: Float32Array | Float64Array | Uint8Array;
}

export function readSafetensors(path: string): Map<string, StoredTensor> {
  const file = readFileSync(path);
  const headerLength = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerLength)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [from, to] = entry.data_offsets;
    // A copy, so that the data is aligned whatever the length of the header.
    const { buffer } = Uint8Array.from(file.subarray(8 + headerLength + from, 8 + headerLength + to));
    tensors.set(name, { dtype: entry.dtype, shape: entry.shape, data: decode(entry.dtype, buffer, name) });
  }
  return tensors;
}

function decode(dtype: string, buffer: ArrayBuffer, name: string): StoredTensor['data'] {
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F64':
      return new Float64Array(buffer);
    case 'I64':
      return Float64Array.from(new BigInt64Array(buffer), Number);
    case 'I32':
      return Float64Array.from(new Int32Array(buffer));
    case 'U8':
    case 'BOOL':
      return new Uint8Array(buffer);
    default:
      throw new Error(`${name}: dtype ${dtype} is not expected in golden data`);
  }
}
