/** Opens a file that holds an autoencoder and nothing else, to be used in place of a checkpoint's own. Reads no weights. */
import { basename } from 'node:path';

import { CheckpointError } from '@easel/shared/errors';

import { readLoneNetwork } from '../checkpoint/lone-network.ts';
import { openCheckpoint } from '../checkpoint/open.ts';
import type { LoneVae } from './types.ts';

/**
 * @throws model_gone | model_invalid | pickle_unsafe when the file cannot be read
 * @throws model_unsupported when it is no autoencoder
 */
export async function openLoneVae(file: string): Promise<LoneVae> {
  const header = await openCheckpoint(file);
  const lone = readLoneNetwork(header);
  if (lone?.kind === 'vae') return { header, tensors: lone.tensors };
  throw new CheckpointError('model_unsupported', `${basename(file)} is no VAE.`, {
    file,
    hint: 'Choose a file that holds a VAE alone, or none: the model brings its own.',
  });
}
