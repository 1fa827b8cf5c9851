/** The numbers of one tensor of a placed header, whatever its dtype. For tests; decodes on its own, not by the engine's code. */
import { closeSync, openSync, readSync } from 'node:fs';

import type { CheckpointHeader } from '../../src/checkpoint/header.ts';
import type { FileDtype, TensorEntry } from '../../src/checkpoint/tensor-entry.ts';

/** Bytes of a tensor as they lie in its file. */
export function readBytes({ file }: Pick<CheckpointHeader, 'file'>, entry: TensorEntry): Buffer {
  if (entry.offset < 0) throw new Error(`${entry.name} has no place`);
  const handle = openSync(entry.file ?? file, 'r');
  try {
    // Of its own allocation: views below need it aligned.
    const bytes = Buffer.from(new ArrayBuffer(entry.byteLength));
    const read = readSync(handle, bytes, 0, bytes.length, entry.offset);
    if (read !== bytes.length) throw new Error(`${entry.name}: ${read} of ${bytes.length} bytes`);
    return bytes;
  } finally {
    closeSync(handle);
  }
}

/** Values as doubles; integers beyond 2^53 are rounded. */
export function readNumbers(header: Pick<CheckpointHeader, 'file'>, entry: TensorEntry): number[] {
  const { buffer } = readBytes(header, entry);
  const decode = DECODERS[entry.dtype];
  return decode(buffer as ArrayBuffer);
}

const half = (bits: number): number => {
  const exponent = (bits >> 10) & 31;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return (bits & 1023) === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? (sign * (bits & 1023)) / 2 ** 24 : sign * (1 + (bits & 1023) / 1024) * 2 ** (exponent - 15);
};

const bfloat = (bits: number): number => {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits);
  return view.getFloat32(0);
};

const unread = (): never => {
  throw new Error('eight-bit floats are compared as bytes');
};

const DECODERS: Readonly<Record<FileDtype, (buffer: ArrayBuffer) => number[]>> = {
  F64: (buffer) => [...new Float64Array(buffer)],
  F32: (buffer) => [...new Float32Array(buffer)],
  F16: (buffer) => Array.from(new Uint16Array(buffer), half),
  BF16: (buffer) => Array.from(new Uint16Array(buffer), bfloat),
  F8_E4M3: unread,
  F8_E5M2: unread,
  I64: (buffer) => Array.from(new BigInt64Array(buffer), Number),
  I32: (buffer) => [...new Int32Array(buffer)],
  I16: (buffer) => [...new Int16Array(buffer)],
  I8: (buffer) => [...new Int8Array(buffer)],
  U8: (buffer) => [...new Uint8Array(buffer)],
  BOOL: (buffer) => [...new Uint8Array(buffer)],
};
