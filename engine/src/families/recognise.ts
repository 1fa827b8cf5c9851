/** From a file to what it is: header, family and facts. Reads no weights. */
import { basename } from 'node:path';

import type { CheckpointDetection, CheckpointOverrides } from '@easel/shared/checkpoint';
import { CheckpointError, RequestError } from '@easel/shared/errors';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import { openCheckpoint } from '../checkpoint/open.ts';
import { readSidecar, type Sidecar } from '../checkpoint/sidecar.ts';
import { recogniseKind } from './file-kind.ts';
import { families } from './index.ts';
import { nameLookAlike } from './look-alikes.ts';
import { SAID_BY_HAND } from './prediction.ts';
import type { CheckpointFacts, Detection, Family } from './types.ts';

export interface RecognisedCheckpoint {
  readonly header: CheckpointHeader;
  readonly sidecar: Sidecar | null;
  readonly family: Family;
  /** Why this family: one sentence. */
  readonly evidence: string;
  readonly facts: CheckpointFacts;
  /** What the file says of itself, whatever was corrected by hand. */
  readonly detection: CheckpointDetection;
}

/**
 * @param overrides what somebody corrected by hand: it rules what the file says
 * @throws model_gone | model_invalid | pickle_unsafe when the file cannot be read as a checkpoint
 * @throws model_unsupported when no family recognises it, saying what it looks like
 * @throws not_allowed when `overrides` names a family that there is not
 */
export async function recogniseCheckpoint(
  file: string,
  overrides: CheckpointOverrides = {},
): Promise<RecognisedCheckpoint> {
  const header = await openCheckpoint(file);
  return recogniseHeader(header, await readSidecar(header.file, header.parts !== undefined), overrides);
}

/** The same of a header that is read already, or was put together from several. @throws as {@link recogniseCheckpoint} */
export function recogniseHeader(
  header: CheckpointHeader,
  sidecar: Sidecar | null,
  overrides: CheckpointOverrides = {},
): RecognisedCheckpoint {
  const chosen = overrides.family === undefined ? null : familyById(overrides.family);
  const detected = detectFamily(header);
  if (chosen === null && detected === null) throw unrecognised(header);
  const family = chosen ?? (detected as Recognition).family;
  return {
    header,
    sidecar,
    family,
    evidence: chosen === null ? (detected as Recognition).evidence : SAID_BY_HAND,
    facts: family.facts(header, sidecar, overrides),
    detection: describeDetection(detected, (detected?.family ?? family).facts(header, sidecar)),
  };
}

type Recognition = Detection & { readonly family: Family };

/** @throws not_allowed */
function familyById(id: string): Family {
  const family = families.find((each) => each.id === id);
  if (family !== undefined) return family;
  throw new RequestError('not_allowed', `There is no family "${id}".`, {
    field: 'family',
    got: id,
    limit: families.map((each) => each.id),
  });
}

function describeDetection(detected: Recognition | null, facts: CheckpointFacts): CheckpointDetection {
  return {
    family:
      detected === null
        ? { value: null, evidence: 'nothing in the file shows its family' }
        : { value: detected.family.id, evidence: detected.evidence },
    prediction: {
      value: facts.prediction,
      evidence: facts.predictionEvidence ?? 'nothing in the file says it, and models of this family predict that',
    },
    zeroTerminalSnr: {
      value: facts.zeroTerminalSnr,
      evidence: facts.zeroTerminalSnrEvidence ?? 'nothing in the file says otherwise',
    },
  };
}

function detectFamily(header: CheckpointHeader): Recognition | null {
  for (const family of families) {
    const detection = family.detect(header);
    if (detection !== null) return { family, ...detection };
  }
  return null;
}

/** @throws model_unsupported */
export function findFamily(header: CheckpointHeader): Recognition {
  const detected = detectFamily(header);
  if (detected === null) throw unrecognised(header);
  return detected;
}

function unrecognised(header: CheckpointHeader): CheckpointError {
  const known = recogniseKind(header);
  const likeness =
    known === null ? nameLookAlike(header) : `${known.label}${known.line === null ? '' : ` of ${known.line}`}`;
  const sentence = likeness === null ? 'Nothing in it is known.' : `It looks like ${likeness}.`;
  const supported = families.map(({ label }) => label).join(', ');
  return new CheckpointError(
    'model_unsupported',
    `${basename(header.file)} is of a kind Easel cannot use. ${sentence}`,
    {
      file: header.file,
      expected: families.map(({ id }) => id),
      ...(likeness === null ? {} : { got: likeness }),
      hint: known?.hint ?? `Supported so far: ${supported}.`,
    },
  );
}
