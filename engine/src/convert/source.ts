/** A model that is read: its tensors under original names, whatever it came as, and what is known of it. */
import type { ModelSource } from '@easel/shared/engine';
import { StudioError } from '@easel/shared/errors';

import { grounded, type GroundedEntry } from '../checkpoint/derivation.ts';
import type { CheckpointHeader } from '../checkpoint/header.ts';
import { readLoneNetwork, type LoneKind } from '../checkpoint/lone-network.ts';
import { openCheckpoint } from '../checkpoint/open.ts';
import { recogniseCheckpoint, type RecognisedCheckpoint } from '../families/recognise.ts';

export const UNET_PREFIX = 'model.diffusion_model.';
export const VAE_PREFIX = 'first_stage_model.';

export type Tensors = ReadonlyMap<string, GroundedEntry>;

export interface Source extends ModelSource {
  readonly header: CheckpointHeader;
  /** What it holds alone; null of a checkpoint, and of files of other kinds. */
  readonly kind: LoneKind | null;
  /** Under the names of a checkpoint. */
  readonly tensors: Tensors;
  /** Family and facts; null of what is no checkpoint of a known family. */
  readonly checkpoint: RecognisedCheckpoint | null;
}

/**
 * @throws model_gone | model_invalid | model_incomplete | pickle_unsafe when it cannot be read
 * @throws model_unexpected when its names cannot be brought to original ones
 */
export async function openSource(source: ModelSource): Promise<Source> {
  const checkpoint = await recogniseCheckpoint(source.file, source.overrides).catch((thrown: unknown) => {
    if (thrown instanceof StudioError && thrown.code === 'model_unsupported') return null;
    throw thrown;
  });
  const header = checkpoint?.header ?? (await openCheckpoint(source.file));
  const lone = checkpoint === null ? readLoneNetwork(header) : null;
  const tensors =
    lone?.tensors ?? new Map([...header.tensors].map(([name, entry]) => [name, grounded(entry, header.file)]));
  return { ...source, header, kind: lone?.kind ?? null, tensors, checkpoint };
}

/** The tensors whose names begin so. */
export const below = (tensors: Tensors, prefix: string): Tensors =>
  new Map([...tensors].filter(([name]) => name.startsWith(prefix)));

/** The same, without the beginning of their names. */
export const stripped = (tensors: Tensors, prefix: string): Tensors =>
  new Map([...below(tensors, prefix)].map(([name, entry]) => [name.slice(prefix.length), entry]));
