/**
 * Reads the numbers of tensors as float32, whatever their type: alphas may be integers and marks booleans. For the few that
 * TypeScript computes with; networks map the file.
 */
import { CheckpointError } from '@easel/shared/errors';

import type { Tensor } from '../numeric/tensor.ts';
import { CheckpointFile } from './checkpoint-file.ts';
import type { TensorEntry } from './tensor-entry.ts';
import { toFloat32 } from './to-float32.ts';

/** Keeps the files open that it reads from: opening one takes as long as reading a small tensor. */
export class NumberReader {
  readonly #files = new Map<string, CheckpointFile>();

  /**
   * @param file of entries that name none
   * @throws model_gone | model_invalid when numbers are missing or not finite
   */
  async read({ name, dtype, shape, offset, byteLength, file: own }: TensorEntry, file: string): Promise<Tensor> {
    const place = own ?? file;
    const opened = this.#files.get(place) ?? (await CheckpointFile.open(place));
    this.#files.set(place, opened);
    const data = toFloat32(await opened.read(offset, byteLength), dtype);
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

  async close(): Promise<void> {
    for (const opened of this.#files.values()) await opened.close();
    this.#files.clear();
  }
}

/** Of one tensor, see {@link NumberReader.read}. */
export async function readNumbers(entry: TensorEntry, file: string): Promise<Tensor> {
  const reader = new NumberReader();
  try {
    return await reader.read(entry, file);
  } finally {
    await reader.close();
  }
}
