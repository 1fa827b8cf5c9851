/** Reads small tensors of adapter files as float32, whatever their type; alphas may be integers and marks booleans. */
import { CheckpointError } from '@easel/shared/errors';
import { open } from 'node:fs/promises';

import { readTensor } from '../checkpoint/read-tensor.ts';
import type { TensorEntry } from '../checkpoint/tensor-entry.ts';
import type { Weight, WeightDtype } from '../checkpoint/weights.ts';
import type { Tensor } from '../numeric/tensor.ts';

const FLOATS: Readonly<Record<string, WeightDtype>> = {
  F32: 'f32',
  F16: 'f16',
  BF16: 'bf16',
  F8_E4M3: 'f8e4m3',
  F8_E5M2: 'f8e5m2',
};

/**
 * @param file of entries that name none
 * @throws model_gone | model_invalid when numbers are missing or not finite
 */
export async function readNumbers(entry: TensorEntry, file: string): Promise<Tensor> {
  const { name, shape, offset, byteLength } = entry;
  const place = entry.file ?? file;
  const dtype = FLOATS[entry.dtype];
  const data =
    dtype === undefined
      ? await readOthers(entry, place)
      : await readTensor({ name, dtype, shape, file: place, offset, byteLength } satisfies Weight);
  for (const value of data) {
    if (Number.isFinite(value)) continue;
    throw new CheckpointError('model_invalid', `${name} holds numbers that are not finite.`, {
      file,
      tensor: name,
      hint: 'The file is damaged or its training failed; get another copy.',
    });
  }
  return { data, shape };
}

async function readOthers({ dtype, offset, byteLength }: TensorEntry, file: string): Promise<Float32Array> {
  const bytes = new Uint8Array(byteLength);
  const handle = await open(file, 'r');
  try {
    await handle.read(bytes, 0, byteLength, offset);
  } finally {
    await handle.close();
  }
  switch (dtype) {
    case 'F64':
      return Float32Array.from(new Float64Array(bytes.buffer));
    case 'I64':
      return Float32Array.from(new BigInt64Array(bytes.buffer), Number);
    case 'I32':
      return Float32Array.from(new Int32Array(bytes.buffer));
    case 'I16':
      return Float32Array.from(new Int16Array(bytes.buffer));
    case 'I8':
      return Float32Array.from(new Int8Array(bytes.buffer));
    default:
      return Float32Array.from(bytes);
  }
}
