/** What the model list shows of a file, found without reading weights. */
import type { CheckpointOverrides } from '@easel/shared/checkpoint';
import type { CheckpointInspection } from '@easel/shared/engine';
import type { ConditioningWidths } from '@easel/shared/networks';

import { footprintOf } from './footprint.ts';
import { recogniseCheckpoint, type RecognisedCheckpoint } from './recognise.ts';

/**
 * Recognises a checkpoint and builds all its graphs from the header, so that a file that would fail when used is found
 * out when listed.
 *
 * @param overrides what somebody corrected by hand
 * @throws model_gone | model_invalid | model_unsupported | model_incomplete | model_unexpected
 */
export async function inspectCheckpoint(
  file: string,
  overrides: CheckpointOverrides = {},
): Promise<CheckpointInspection> {
  const checkpoint = await recogniseCheckpoint(file, overrides);
  const { header, sidecar, family, evidence, facts, detection } = checkpoint;
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
    footprint: footprintOf(checkpoint),
    conditioning: widthsOf(checkpoint),
    detection,
  };
}

/** Read off what the networks ask of the file. */
function widthsOf({ family, header, sidecar }: RecognisedCheckpoint): ConditioningWidths {
  const reads = family.reads(header, sidecar);
  const context = reads.find(({ path }) => path.startsWith('unet.') && path.endsWith('.attn2.to_k'));
  const tables = (['text-encoder', 'text-encoder-2'] as const).flatMap(
    (role) =>
      reads.find(({ path }) => path.startsWith(`${role}.`) && path.endsWith('token_embedding'))?.entry.shape[1] ?? [],
  );
  return { context: context?.entry.shape[1] ?? null, text: tables };
}
