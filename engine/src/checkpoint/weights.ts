/**
 * A cursor into a checkpoint: modules ask for tensors by the file's own names and say the shape they expect.
 *
 * Works on a header alone; nothing here reads weights. Every tensor asked for is remembered, so that in the end each
 * one has either been used or is known to be useless.
 */
import { basename } from 'node:path';

import { CheckpointError } from '@easel/shared/errors';

import type { CheckpointHeader } from './header.ts';
import type { TensorEntry } from './tensor-entry.ts';

export type WeightDtype = 'f32' | 'f16' | 'bf16' | 'f8e4m3' | 'f8e5m2';

/** A tensor of the file, found and checked. */
export interface Weight {
  readonly name: string;
  readonly dtype: WeightDtype;
  readonly shape: readonly number[];
  /** Absolute path of the file. */
  readonly file: string;
  /** `UNPLACED` in a header whose tensors have not been placed: enough to check a network, not to start one. */
  readonly offset: number;
  readonly byteLength: number;
}

/** A tensor that a module asked for. */
export interface ReadTensor {
  /** Module path, e.g. `unet.middle_block.1.proj_in`. */
  readonly path: string;
  /** `weight`, `bias`, `in_proj_weight`, ... */
  readonly leaf: string;
  readonly entry: TensorEntry;
}

/** No list of modules is so long: a number beyond it is a lie, and is left for `requireAllRead` to find. */
const MOST_MODULES = 1000;

/** An extent the file decides. */
export type Any = '*';

const WEIGHT_DTYPES: Readonly<Record<string, WeightDtype>> = {
  F32: 'f32',
  F16: 'f16',
  BF16: 'bf16',
  F8_E4M3: 'f8e4m3',
  F8_E5M2: 'f8e5m2',
};

/** Which tensors of a checkpoint were asked for. One per check of a whole checkpoint; shared by its scopes. */
export class CheckpointWeights {
  readonly #read = new Set<string>();
  readonly #reads: ReadTensor[] = [];

  constructor(readonly header: CheckpointHeader) {}

  /**
   * @param prefix beginning of the tensors' names, with its dot
   * @param path what the network is called in node names and messages, e.g. `unet`
   */
  scope(prefix: string, path: string): WeightScope {
    return new WeightScope(this, prefix, path);
  }

  find(name: string): TensorEntry | undefined {
    return this.header.tensors.get(name);
  }

  markRead(name: string): void {
    this.#read.add(name);
  }

  /** A module asked for a tensor. */
  noteRead(read: ReadTensor): void {
    this.markRead(read.entry.name);
    this.#reads.push(read);
  }

  /** What modules asked for, in the order of asking; a tensor may be in it several times. */
  get reads(): readonly ReadTensor[] {
    return this.#reads;
  }

  /**
   * @param ignored tensors that this kind of checkpoint may hold and that mean nothing for making pictures
   * @throws model_unexpected when a tensor was neither read nor is in `ignored`
   */
  requireAllRead(ignored: readonly RegExp[]): void {
    const unread = [...this.header.tensors.keys()].filter(
      (name) => !this.#read.has(name) && !ignored.some((pattern) => pattern.test(name)),
    );
    const [first] = unread;
    if (first === undefined) return;
    const { file } = this.header;
    const others = unread.length > 1 ? ` and ${unread.length - 1} more` : '';
    throw new CheckpointError(
      'model_unexpected',
      `${basename(file)} has a tensor no network of its family reads: ${first}${others}.`,
      {
        file,
        tensor: first,
        count: unread.length,
        hint: 'It may be of a newer or a merged kind; use a plain checkpoint of this family.',
      },
    );
  }
}

export class WeightScope {
  constructor(
    private readonly weights: CheckpointWeights,
    private readonly prefix: string,
    /** Module path, for node names: `unet.input_blocks.1.0`. */
    readonly path: string,
  ) {}

  /** The module one level (or several, `attn1.to_q`) below. */
  at(part: string | number): WeightScope {
    return new WeightScope(this.weights, `${this.prefix}${part}.`, `${this.path}.${part}`);
  }

  /** Whether the file has this tensor; asking does not count as reading. */
  has(leaf: string): boolean {
    return this.weights.find(this.prefix + leaf) !== undefined;
  }

  /**
   * A tensor of this module.
   *
   * @param shape expected extents, `'*'` where the file decides
   * @throws model_incomplete when the file has no such tensor
   * @throws model_unexpected when its shape or dtype is another
   */
  tensor(leaf: string, shape: readonly (number | Any)[]): Weight {
    const name = this.prefix + leaf;
    const entry = this.weights.find(name);
    const where = `${this.path}.${leaf}`;
    const expected = `[${shape.join(', ')}]`;
    const { file } = this.weights.header;
    if (entry === undefined) {
      throw new CheckpointError('model_incomplete', `${basename(file)}: ${where} is missing, expected ${expected}.`, {
        file,
        tensor: name,
        expected: shape,
        hint: 'The file was cut down or saved without this network; use a complete checkpoint.',
      });
    }
    const fits =
      entry.shape.length === shape.length && shape.every((extent, i) => extent === '*' || extent === entry.shape[i]);
    if (!fits) {
      const found = `[${entry.shape.join(', ')}]`;
      throw new CheckpointError(
        'model_unexpected',
        `${basename(file)}: ${where}: expected ${expected}, file has ${found}.`,
        {
          file,
          tensor: name,
          expected: shape,
          got: entry.shape,
          hint: 'The file is damaged or of another kind of model; download it again or choose another.',
        },
      );
    }
    const dtype = WEIGHT_DTYPES[entry.dtype];
    if (dtype === undefined) {
      throw new CheckpointError(
        'model_unexpected',
        `${basename(file)}: ${where}: expected ${Object.keys(WEIGHT_DTYPES).join(', ')}, file has ${entry.dtype}.`,
        {
          file,
          tensor: name,
          expected: Object.keys(WEIGHT_DTYPES),
          got: entry.dtype,
          hint: 'Quantised checkpoints are not supported; use one in half or full precision.',
        },
      );
    }
    this.weights.noteRead({ path: this.path, leaf, entry });
    const { offset, byteLength } = entry;
    return { name, dtype, shape: entry.shape, file: entry.file ?? file, offset, byteLength };
  }

  /** One extent of a tensor, for dimensions that a file decides. @throws like {@link tensor} */
  extent(leaf: string, shape: readonly (number | Any)[], axis: number): number {
    return this.tensor(leaf, shape).shape[axis] as number;
  }

  /** How many modules `<list>.0`, `<list>.1`, ... the file has, told by the highest number that occurs. */
  count(list: string): number {
    const start = `${this.prefix}${list}.`;
    let count = 0;
    for (const name of this.weights.header.tensors.keys()) {
      if (!name.startsWith(start)) continue;
      const index = Number.parseInt(name.slice(start.length), 10);
      if (index >= count && index < MOST_MODULES) count = index + 1;
    }
    return count;
  }
}
