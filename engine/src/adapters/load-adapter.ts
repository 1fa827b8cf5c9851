/** An adapter's file matched with the layers of one checkpoint: what it changes and how, its low-rank parts in memory. */
import { basename } from 'node:path';

import { CheckpointError } from '@easel/shared/errors';

import { placeTensors } from '../checkpoint/place-tensors.ts';
import { NumberReader } from '../checkpoint/read-numbers.ts';
import type { Tensor } from '../numeric/tensor.ts';
import { openAdapter, type AdapterFile, type AdapterGroup, type Leaf } from './adapter-file.ts';
import { lowRankOf, type LowRank } from './kinds/lora.ts';
import type { Layer, LayerNames } from './layers.ts';
import { matchAdapter } from './match-adapter.ts';
import type { AdapterKind, Numbers } from './types.ts';
import { requireNoWidening } from './widening.ts';

/** A change that runs beside a layer. */
export interface Branch {
  readonly layer: Layer;
  readonly lowRank: LowRank;
}

/** A change that needs the weight itself. */
export interface Patch {
  readonly layer: Layer;
  /** null = only the bias is changed. */
  readonly kind: AdapterKind | null;
  readonly numbers: Numbers;
}

export interface LoadedAdapter {
  readonly file: string;
  /** Kinds of changes in it, by their labels. */
  readonly kinds: readonly string[];
  /** By module path. */
  readonly branches: ReadonlyMap<string, Branch>;
  readonly patches: readonly Patch[];
  /** alpha / rank of modules that state no alpha. */
  readonly statedScale: number;
  /** Modules of the file that this checkpoint does not have, as the file spells them. */
  readonly unknown: readonly string[];
  /** Bytes its numbers take in memory. */
  readonly bytes: number;
}

/** Numbers of one adapter that are held at once; the largest known ones, of rank 256, take 2 GB. */
const LARGEST_BYTES = 4 * 2 ** 30;

/**
 * @param names of the checkpoint's layers
 * @param rankLimit only so many ranks count; null = all
 * @throws model_incompatible when it is for another kind of checkpoint, makes one of another kind, or its parts do not
 *   fit the layers
 * @throws model_gone | model_invalid | pickle_unsafe
 */
export async function loadAdapter(
  path: string,
  names: LayerNames,
  rankLimit: number | null = null,
): Promise<LoadedAdapter> {
  const adapter = await openAdapter(path);
  const { matched, unknown } = matchAdapter(adapter, names);
  requireNoWidening(adapter, names);
  const expanded = matched.reduce((sum, { group }) => sum + bytesOf(group), 0);
  if (expanded > LARGEST_BYTES) throw tooLarge(adapter, expanded);

  const placed = await placeTensors(adapter.header, () => true);
  const reader = new NumberReader();
  try {
    const branches = new Map<string, Branch>();
    const patches: Patch[] = [];
    const kinds = new Set<string>();
    for (const { stem, group, layer, kind } of matched) {
      const numbers = await readGroup(group, placed.header.tensors, adapter, reader);
      const isLowRank = kind?.id === 'lora' && !numbers.has('doraScale');
      if (kind !== null) kinds.add(numbers.has('doraScale') ? `${kind.label} (DoRA)` : kind.label);
      if (isLowRank) branches.set(layer.path, { layer, lowRank: lowRankFor(layer, numbers, adapter, rankLimit, stem) });
      if (!isLowRank || numbers.has('biasDifference')) patches.push({ layer, kind, numbers });
    }
    return {
      file: adapter.file,
      kinds: [...kinds],
      branches,
      patches,
      statedScale: adapter.scale,
      unknown,
      bytes: expanded,
    };
  } finally {
    await reader.close();
    await placed.release();
  }
}

const bytesOf = (group: AdapterGroup): number =>
  [...group.values()].reduce((sum, { shape }) => sum + 4 * shape.reduce((count, extent) => count * extent, 1), 0);

/** The numbers of one module's change. @param tensors of the adapter, where they lie */
export async function readGroup(
  group: AdapterGroup,
  tensors: AdapterFile['header']['tensors'],
  { file }: AdapterFile,
  reader: NumberReader,
): Promise<Numbers> {
  const numbers = new Map<Leaf, Tensor>();
  for (const [leaf, entry] of group) numbers.set(leaf, await reader.read(tensors.get(entry.name) ?? entry, file));
  return numbers;
}

function lowRankFor(
  layer: Layer,
  numbers: Numbers,
  adapter: AdapterFile,
  rankLimit: number | null,
  stem: string,
): LowRank {
  try {
    const lowRank = lowRankOf(numbers, adapter.scale, rankLimit);
    const { rows, columns } = extentOf(layer);
    if (lowRank.up.length !== rows * lowRank.rank || lowRank.down.length !== lowRank.rank * columns) {
      throw new RangeError(`it does not fit a weight of [${layer.weight.shape.join(', ')}]`);
    }
    return lowRank;
  } catch (thrown) {
    throw misfit(adapter.file, stem, thrown);
  }
}

/** Rows of a layer's weight, and all that is behind them. */
export function extentOf({ weight, third }: Layer): { readonly rows: number; readonly columns: number } {
  const [to = 1, ...behind] = weight.shape;
  return { rows: third === null ? to : to / 3, columns: behind.reduce((product, extent) => product * extent, 1) };
}

/** Parts that cannot be what they claim. Anything but a RangeError is another fault and stays what it is. */
export function misfit(file: string, stem: string, thrown: unknown): unknown {
  if (!(thrown instanceof RangeError)) return thrown;
  return new CheckpointError(
    'model_incompatible',
    `${basename(file)} does not fit this model: ${stem}: ${thrown.message}.`,
    { file, tensor: stem, hint: 'It was made for another base model; choose a checkpoint of that kind.' },
    { cause: thrown },
  );
}

function tooLarge({ file }: AdapterFile, bytes: number): CheckpointError {
  return new CheckpointError('model_invalid', `${basename(file)} would take ${bytes} bytes in memory.`, {
    file,
    limit: LARGEST_BYTES,
    got: bytes,
    hint: 'Use a smaller rank, or bake it into a checkpoint.',
  });
}
