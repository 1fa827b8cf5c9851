/**
 * The hypernetworks that a pipeline's U-Net is used with. Others mean another session; another strength costs nothing, and
 * one of strength 0 is not there.
 */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';

import { CheckpointError } from '@easel/shared/errors';

import { readHypernetwork, type Hypernetwork } from '../checkpoint/hypernetwork.ts';
import { openFile } from '../checkpoint/open-file.ts';
import { placeTensors, type PlacedCheckpoint } from '../checkpoint/place-tensors.ts';
import type { Feeds } from '../graph/session.ts';
import { strengthInput } from '../modules/hypernetwork.ts';
import type { HypernetworkUse } from './types.ts';

interface InUse {
  readonly key: string;
  readonly placed: PlacedCheckpoint;
  readonly hypernetwork: Hypernetwork;
}

export class Hypernetworks {
  #inUse: readonly InUse[] = [];
  #feeds: Feeds = {};

  /** What the U-Net is built with. */
  get built(): readonly Hypernetwork[] {
    return this.#inUse.map(({ hypernetwork }) => hypernetwork);
  }

  /** What the U-Net is told of them. */
  get feeds(): Feeds {
    return this.#feeds;
  }

  /**
   * Uses these from now on, in their order, and no others.
   *
   * @param widths of what the U-Net's attentions make keys and values of
   * @param stop ends the U-Net's session
   * @throws model_gone | model_invalid | model_unsupported | pickle_unsafe | storage_unavailable
   * @throws model_incompatible when none of its parts is for one of the widths; nothing is changed then
   */
  async use(
    uses: readonly HypernetworkUse[],
    widths: () => ReadonlySet<number>,
    stop: () => Promise<void>,
  ): Promise<void> {
    const wanted = uses.filter(({ weight }) => weight !== 0);
    const former = this.#inUse;
    const next: InUse[] = [];
    try {
      for (const { file } of wanted) next.push(await this.#open(file, widths, next));
    } catch (thrown) {
      for (const each of new Set(next)) if (!former.includes(each)) await each.placed.release();
      throw thrown;
    }
    this.#inUse = next;
    this.#feeds = Object.fromEntries(
      wanted.map(({ weight }, i) => [strengthInput(i), { data: Float32Array.of(weight), shape: [1] }]),
    );
    if (next.map(({ key }) => key).join('\n') === former.map(({ key }) => key).join('\n')) return;
    await stop();
    for (const each of new Set(former)) if (!next.includes(each)) await each.placed.release();
  }

  async release(): Promise<void> {
    const former = this.#inUse;
    this.#inUse = [];
    this.#feeds = {};
    for (const { placed } of new Set(former)) await placed.release();
  }

  /** @param opened others of the same job: one file may be used twice */
  async #open(file: string, widths: () => ReadonlySet<number>, opened: readonly InUse[]): Promise<InUse> {
    const stamp = await stat(file).catch(() => null);
    const key = JSON.stringify([file, stamp?.size, stamp?.mtimeMs]);
    const known = [...opened, ...this.#inUse].find((each) => each.key === key);
    if (known !== undefined) return known;
    const header = await openFile(file);
    const { parts } = readHypernetwork(header);
    if (![...parts.keys()].some((width) => widths().has(width))) {
      const own = [...parts.keys()].join(', ');
      throw new CheckpointError(
        'model_incompatible',
        `${basename(file)} is for contexts of width ${own}; this model has others.`,
        {
          file,
          expected: [...widths()].toSorted((a, b) => a - b),
          got: own,
          hint: 'It was made for another base model.',
        },
      );
    }
    const placed = await placeTensors(header, () => true);
    return { key, placed, hypernetwork: { header: placed.header, parts } };
  }
}
