/** Reads the numbers of one tensor, by range, as float32. For the few that TypeScript computes with; networks map the file. */
import { open } from 'node:fs/promises';

import { CheckpointError } from '@easel/shared/errors';

import { float8e4m3ToFloat, float8e5m2ToFloat, halfToFloat } from './half.ts';
import type { Weight } from './weights.ts';

/** @throws model_gone when the file is not there any more or has become shorter */
export async function readTensor({ file, name, dtype, offset, byteLength }: Weight): Promise<Float32Array> {
  const bytes = new Uint8Array(byteLength);
  try {
    const handle = await open(file, 'r');
    try {
      const { bytesRead } = await handle.read(bytes, 0, byteLength, offset);
      if (bytesRead !== byteLength) throw new Error(`${bytesRead} of ${byteLength} bytes`);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw new CheckpointError(
      'model_gone',
      `${file} changed while ${name} was read.`,
      { file, tensor: name },
      { cause },
    );
  }
  // Files, typed arrays and every machine Node runs on are little-endian.
  if (dtype === 'f32') return new Float32Array(bytes.buffer);
  if (dtype === 'f8e4m3') return lookUp(bytes, (TABLES.f8e4m3 ??= tableOf(256, float8e4m3ToFloat)));
  if (dtype === 'f8e5m2') return lookUp(bytes, (TABLES.f8e5m2 ??= tableOf(256, float8e5m2ToFloat)));
  const words = new Uint16Array(bytes.buffer);
  return dtype === 'f16' ? lookUp(words, (TABLES.f16 ??= tableOf(65_536, halfToFloat))) : bfloatToFloat(words);
}

/** Every value of a short float, made at its first use: looking up is a tenth of the time of working out. */
const TABLES: { f16?: Float32Array; f8e4m3?: Float32Array; f8e5m2?: Float32Array } = {};

const tableOf = (size: number, toFloat: (bits: number) => number): Float32Array =>
  Float32Array.from({ length: size }, (_, bits) => toFloat(bits));

function lookUp(codes: Uint8Array | Uint16Array, table: Float32Array): Float32Array {
  const out = new Float32Array(codes.length);
  for (let i = 0; i < out.length; i++) out[i] = table[codes[i] as number] as number;
  return out;
}

/** bfloat16 is the upper half of a float32. */
function bfloatToFloat(words: Uint16Array): Float32Array {
  const bits = new Uint32Array(words.length);
  for (let i = 0; i < bits.length; i++) bits[i] = (words[i] as number) << 16;
  return new Float32Array(bits.buffer);
}
