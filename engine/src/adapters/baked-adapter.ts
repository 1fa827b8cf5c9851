/**
 * An adapter whose changes are written into a checkpoint's weights. Its numbers are read tensor by tensor, so that memory
 * stays small whatever its rank.
 */
import { placeTensors, type PlacedCheckpoint } from '../checkpoint/place-tensors.ts';
import { NumberReader } from '../checkpoint/read-numbers.ts';
import type { AdapterFile } from './adapter-file.ts';
import { strengthAt, type AdapterStrength } from './branch-feeds.ts';
import type { LayerNames } from './layers.ts';
import { readGroup } from './load-adapter.ts';
import { matchAdapter, type AdapterMatch } from './match-adapter.ts';
import { biasChange, type Change } from './weight-changes.ts';

export class BakedAdapter {
  readonly #reader = new NumberReader();

  private constructor(
    private readonly adapter: AdapterFile,
    private readonly placed: PlacedCheckpoint,
    private readonly strengths: Omit<AdapterStrength, 'adapter'>,
    /** By a tensor's name, what changes it. */
    private readonly touching: ReadonlyMap<string, AdapterMatch['matched']>,
    /** Modules of the file that the checkpoint does not have, as the file spells them. */
    readonly unknown: readonly string[],
  ) {}

  /**
   * @param names of the checkpoint's layers
   * @throws model_incompatible when it is for another kind of checkpoint
   * @throws model_gone | model_invalid | storage_unavailable
   */
  static async open(
    adapter: AdapterFile,
    names: LayerNames,
    strengths: Omit<AdapterStrength, 'adapter'>,
  ): Promise<BakedAdapter> {
    const { matched, unknown } = matchAdapter(adapter, names);
    const touching = new Map<string, AdapterMatch['matched'][number][]>();
    for (const each of matched) {
      const { weight, bias } = each.layer;
      for (const { name } of bias === null ? [weight] : [weight, bias])
        touching.set(name, [...(touching.get(name) ?? []), each]);
    }
    return new BakedAdapter(adapter, await placeTensors(adapter.header, () => true), strengths, touching, unknown);
  }

  /** The changes of a tensor; none for most biases. @throws model_gone | model_invalid */
  async changes(name: string): Promise<Change[]> {
    const changes: Change[] = [];
    for (const { group, layer, kind } of this.touching.get(name) ?? []) {
      const isWeight = layer.weight.name === name;
      const strength = strengthAt(this.strengths, layer);
      if (strength === 0 || (isWeight ? kind === null : !group.has('biasDifference') && !group.has('normBias')))
        continue;
      const numbers = await readGroup(group, this.placed.header.tensors, this.adapter, this.#reader);
      const patch = { layer, kind, numbers };
      if (isWeight || biasChange(patch) !== null)
        changes.push({ patch, strength, file: this.adapter.file, statedScale: this.adapter.scale });
    }
    return changes;
  }

  async release(): Promise<void> {
    await this.#reader.close();
    await this.placed.release();
  }
}
