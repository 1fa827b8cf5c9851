/** What the model list shows of a file, found without reading weights. */
import type { CheckpointInspection } from '@easel/shared/engine';

import { recogniseCheckpoint } from './recognise.ts';

/**
 * Recognises a checkpoint and builds all its graphs from the header, so that a file that would fail when used is found
 * out when listed.
 *
 * @throws model_gone | model_invalid | model_unsupported | model_incomplete | model_unexpected
 */
export async function inspectCheckpoint(file: string): Promise<CheckpointInspection> {
  const { header, sidecar, family, evidence, facts } = await recogniseCheckpoint(file);
  family.check(header, sidecar);
  let weightBytes = 0;
  for (const { byteLength } of header.tensors.values()) weightBytes += byteLength;
  return {
    family: family.id,
    familyLabel: family.label,
    evidence: [evidence, facts.predictionEvidence, facts.defaultsEvidence].filter((each) => each !== null).join('; '),
    title: facts.title,
    defaults: facts.defaults,
    examples: [...facts.examples],
    weightBytes,
    detection: {
      family: { value: family.id, evidence },
      prediction: {
        value: facts.prediction,
        evidence: facts.predictionEvidence ?? 'nothing in the file says it, and models of this family predict that',
      },
      zeroTerminalSnr: {
        value: facts.zeroTerminalSnr,
        evidence: facts.zeroTerminalSnrEvidence ?? 'nothing in the file says otherwise',
      },
    },
  };
}
