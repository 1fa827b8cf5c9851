/** From a file to what it is: header, family and facts. Reads no weights. */
import { basename } from 'node:path';

import { CheckpointError } from '@easel/shared/errors';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import { openCheckpoint } from '../checkpoint/open.ts';
import { readSidecar, type Sidecar } from '../checkpoint/sidecar.ts';
import { families } from './index.ts';
import { nameLookAlike } from './look-alikes.ts';
import type { CheckpointFacts, Detection, Family } from './types.ts';

export interface RecognisedCheckpoint {
  readonly header: CheckpointHeader;
  readonly sidecar: Sidecar | null;
  readonly family: Family;
  /** Why this family: one sentence. */
  readonly evidence: string;
  readonly facts: CheckpointFacts;
}

/**
 * @throws model_gone | model_invalid | pickle_unsafe when the file cannot be read as a checkpoint
 * @throws model_unsupported when no family recognises it, saying what it looks like
 */
export async function recogniseCheckpoint(file: string): Promise<RecognisedCheckpoint> {
  const header = await openCheckpoint(file);
  const { family, evidence } = findFamily(header);
  const sidecar = await readSidecar(header.file, header.parts !== undefined);
  return { header, sidecar, family, evidence, facts: family.facts(header, sidecar) };
}

/** @throws model_unsupported */
export function findFamily(header: CheckpointHeader): Detection & { family: Family } {
  for (const family of families) {
    const detection = family.detect(header);
    if (detection !== null) return { family, ...detection };
  }
  const likeness = nameLookAlike(header);
  const sentence = likeness === null ? 'Nothing in it is known.' : `It looks like ${likeness}.`;
  const supported = families.map(({ label }) => label).join(', ');
  throw new CheckpointError(
    'model_unsupported',
    `${basename(header.file)} is of a kind Easel cannot use. ${sentence}`,
    {
      file: header.file,
      expected: families.map(({ id }) => id),
      ...(likeness === null ? {} : { got: likeness }),
      hint: `Supported so far: ${supported}.`,
    },
  );
}
