/**
 * Weights with the changes of adapters that cannot run beside them, in a scratch file; the checkpoint itself and all its
 * other weights stay where they are.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import type { PlacedCheckpoint } from '../checkpoint/place-tensors.ts';
import { makeScratch, scratchError } from '../checkpoint/scratch.ts';
import type { TensorEntry } from '../checkpoint/tensor-entry.ts';
import { writeAll } from '../checkpoint/write-all.ts';
import { strengthAt, type AdapterStrength } from './branch-feeds.ts';
import type { Patch } from './load-adapter.ts';
import { readNumbers } from '../checkpoint/read-numbers.ts';
import { biasChange, changedNumbers, type Change } from './weight-changes.ts';

/** Changes of every weight, or bias, that is patched, by the tensor's name. */
type Changes = ReadonlyMap<string, readonly Change[]>;

/** Names of the tensors that adapters patch. */
export function patchedTensors(strengths: readonly AdapterStrength[]): Set<string> {
  return new Set(changesOf(strengths).keys());
}

/**
 * A header in which patched tensors lie in a scratch file.
 *
 * @throws model_incompatible when a change does not fit
 * @throws storage_unavailable when there is no room
 */
export async function patchCheckpoint(
  header: CheckpointHeader,
  strengths: readonly AdapterStrength[],
): Promise<PlacedCheckpoint> {
  const changes = changesOf(strengths);
  if (changes.size === 0) return { header, release: () => Promise.resolve() };
  const scratch = await makeScratch();
  try {
    const file = join(scratch.folder, 'patched');
    const target = await open(file, 'wx').catch((cause: unknown) => {
      throw scratchError(cause);
    });
    const tensors = new Map(header.tensors);
    try {
      let offset = 0;
      for (const [name, list] of changes) {
        const entry = header.tensors.get(name) as TensorEntry;
        const { data, shape } = await readNumbers(entry, header.file);
        const values = changedNumbers({ name, data, shape }, list);
        await writeAll(
          target,
          new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
          offset,
          scratchError,
        );
        const { derivation: _none, ...rest } = entry;
        tensors.set(name, { ...rest, dtype: 'F32', file, offset, byteLength: values.byteLength });
        offset += values.byteLength;
      }
    } finally {
      await target.close();
    }
    return { header: { ...header, tensors }, release: scratch.release };
  } catch (thrown) {
    await scratch.release();
    throw thrown;
  }
}

function changesOf(strengths: readonly AdapterStrength[]): Changes {
  const changes = new Map<string, Change[]>();
  for (const each of strengths) {
    const { adapter } = each;
    for (const patch of adapter.patches) {
      const strength = strengthAt(each, patch.layer);
      if (strength === 0) continue;
      const change = { patch, strength, file: adapter.file, statedScale: adapter.statedScale };
      const names = [
        ...(isBeside(patch) || patch.kind === null ? [] : [patch.layer.weight.name]),
        ...(biasChange(patch) === null ? [] : [patch.layer.bias?.name ?? '']),
      ];
      for (const name of names) changes.set(name, [...(changes.get(name) ?? []), change]);
    }
  }
  return changes;
}

/** Whether the weight's change runs beside it and only the bias is patched. */
const isBeside = ({ kind, numbers }: Patch): boolean => kind?.id === 'lora' && !numbers.has('doraScale');
