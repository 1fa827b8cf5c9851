/** Opens whatever may hold a checkpoint: a single file, or a folder as diffusers saves it. */
import { stat } from 'node:fs/promises';

import { readDiffusersFolder } from './diffusers-folder.ts';
import type { CheckpointHeader } from './header.ts';
import { openFile } from './open-file.ts';

/**
 * The content of a checkpoint under its original names: types, shapes and where the bytes lie. Reads no weights and runs
 * nothing.
 *
 * @throws model_gone when there is no such file or folder
 * @throws model_invalid | model_incomplete | model_unsupported saying what is wrong
 * @throws pickle_unsafe naming what a pickle asked for
 */
export async function openCheckpoint(path: string): Promise<CheckpointHeader> {
  const facts = await stat(path).catch(() => null);
  return facts?.isDirectory() === true ? readDiffusersFolder(path) : openFile(path);
}
