/** Whether a file's numbers can be numbers of a network, as far as is cheap to see when it is listed. */
import { open } from 'node:fs/promises';

import { CheckpointError } from '@easel/shared/errors';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import { UNPLACED, type TensorEntry } from '../checkpoint/tensor-entry.ts';

/** Of a larger file a part of its tensors is looked at, spread over all of it; loading looks at every number. */
const MOST_BYTES = 16 << 20;

/** By type: the bits that are all set in what is no finite number. */
const EXPONENTS: Readonly<Partial<Record<TensorEntry['dtype'], { readonly bits: number; readonly bytes: 2 | 4 }>>> = {
  F16: { bits: 0x7c00, bytes: 2 },
  BF16: { bits: 0x7f80, bytes: 2 },
  F32: { bits: 0x7f800000, bytes: 4 },
};

/** @throws model_invalid naming the tensor; model_gone when the file became shorter */
export async function checkNumbers({ file, tensors }: CheckpointHeader): Promise<void> {
  const readable = [...tensors.values()].filter(
    ({ dtype, offset, derivation }) =>
      EXPONENTS[dtype] !== undefined && offset !== UNPLACED && derivation === undefined,
  );
  const total = readable.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const stride = Math.max(1, Math.ceil(total / MOST_BYTES));
  const handle = await open(file, 'r');
  try {
    for (const [index, entry] of readable.entries()) {
      if (index % stride !== 0 || entry.byteLength > MOST_BYTES) continue;
      const bytes = new Uint8Array(entry.byteLength);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, entry.offset);
      if (bytesRead !== bytes.length) {
        throw new CheckpointError('model_gone', `${file} changed while it was read.`, { file, tensor: entry.name });
      }
      if (isFinite(bytes, entry.dtype)) continue;
      throw new CheckpointError('model_invalid', `${entry.name} holds numbers that are not finite.`, {
        file,
        tensor: entry.name,
        hint: 'The file is damaged or its training failed; get another copy.',
      });
    }
  } finally {
    await handle.close();
  }
}

function isFinite(bytes: Uint8Array, dtype: TensorEntry['dtype']): boolean {
  const exponent = EXPONENTS[dtype];
  if (exponent === undefined) return true;
  const words = exponent.bytes === 2 ? new Uint16Array(bytes.buffer) : new Uint32Array(bytes.buffer);
  for (const word of words) if ((word & exponent.bits) === exponent.bits) return false;
  return true;
}
