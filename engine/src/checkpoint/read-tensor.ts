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
  if (dtype === 'f8e4m3') return Float32Array.from(bytes, float8e4m3ToFloat);
  if (dtype === 'f8e5m2') return Float32Array.from(bytes, float8e5m2ToFloat);
  const words = new Uint16Array(bytes.buffer);
  return dtype === 'f16' ? Float32Array.from(words, halfToFloat) : bfloatToFloat(words);
}

/** bfloat16 is the upper half of a float32. */
function bfloatToFloat(words: Uint16Array): Float32Array {
  const bits = Uint32Array.from(words, (word) => word << 16);
  return new Float32Array(bits.buffer);
}
