/** What work on models makes, before a byte is written: files, and of which tensors of which files each number comes. */
import type { LayerNames } from '../adapters/layers.ts';
import type { GroundedEntry } from '../checkpoint/derivation.ts';
import type { FileDtype } from '../checkpoint/tensor-entry.ts';

/** A tensor and how much of it counts. */
export interface Term {
  readonly from: GroundedEntry;
  readonly factor: number;
}

/**
 * A tensor of the new file: the first term as it is, or the sum of all, each times its factor.
 *
 * Terms have the shape of the tensor, or fewer channels (axis 1) than the first, which is then alone in the others: an
 * inpainting model takes what it has in common with an ordinary one. Where even the first has fewer, zeros fill it up.
 */
export interface PlannedTensor {
  readonly name: string;
  readonly dtype: FileDtype;
  readonly shape: readonly number[];
  readonly terms: readonly [Term, ...Term[]];
}

export interface PlannedFile {
  /** Below the target, forward slashes; '' = the target itself. */
  readonly path: string;
  readonly tensors: readonly PlannedTensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** A small file that is text. */
export interface PlannedText {
  readonly path: string;
  readonly text: string;
}

export interface Plan {
  /** Names of the layers that adapters may be baked into; absent where none shall be. */
  readonly layers?: LayerNames;
  readonly files: readonly PlannedFile[];
  /** Empty where one file is made. */
  readonly texts: readonly PlannedText[];
  /** Sentences about what was left out or does not fit. */
  readonly notes: readonly string[];
}

/** A tensor as it is in its file, under another name. */
export const taken = (name: string, from: GroundedEntry, dtype: FileDtype = from.dtype): PlannedTensor => ({
  name,
  dtype,
  shape: from.shape,
  terms: [{ from, factor: 1 }],
});
