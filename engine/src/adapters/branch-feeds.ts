/** What the branches of a network are fed: the low-rank parts of all adapters in use, side by side along the rank. */
import { LORA_BLOCKS } from '@easel/shared/prompt/lora-blocks';

import type { Port } from '../graph/model.ts';
import type { Feeds } from '../graph/session.ts';
import type { Layer } from './layers.ts';
import type { Branch, LoadedAdapter } from './load-adapter.ts';

/** An adapter at a strength for each kind of network. */
export interface AdapterStrength {
  readonly adapter: LoadedAdapter;
  readonly textWeight: number;
  readonly unetWeight: number;
  /** Factors in the order of `LORA_BLOCKS`; absent = 1 in all. */
  readonly blocks?: readonly number[];
}

const UNET_BLOCK = /^unet\.(?:(input|output)_blocks\.(\d+)|middle_block)\./;

/** How strongly an adapter counts at a layer. */
export function strengthAt({ textWeight, unetWeight, blocks }: Omit<AdapterStrength, 'adapter'>, layer: Layer): number {
  const strength = layer.isText ? textWeight : unetWeight;
  return blocks === undefined ? strength : strength * (blocks[LORA_BLOCKS.indexOf(blockOf(layer))] ?? 1);
}

/** One of `LORA_BLOCKS`; '' for the layers of a U-Net that lie in none of them. */
function blockOf({ path, isText }: Layer): string {
  if (isText) return 'BASE';
  const [found, side, number = ''] = UNET_BLOCK.exec(path) ?? [];
  if (found === undefined) return '';
  return side === undefined ? 'MID' : `${side === 'input' ? 'IN' : 'OUT'}${number.padStart(2, '0')}`;
}

const BRANCH_INPUT = /^adapter:(.*):(down|up)$/;

/**
 * @param ports inputs of the graph; those that are no branch are left out
 */
export function branchFeeds(strengths: readonly AdapterStrength[], ports: readonly Port[]): Feeds {
  const feeds: Record<string, Feeds[string]> = {};
  const shapes = new Map(ports.map(({ name, shape }) => [name, shape]));
  for (const { name } of ports) {
    const [, path, side] = BRANCH_INPUT.exec(name) ?? [];
    if (path === undefined || side !== 'down') continue;
    const upName = `adapter:${path}:up`;
    const behindDown = (shapes.get(name) ?? []).slice(1).map(Number);
    const [to, , ...behindUp] = (shapes.get(upName) ?? []).map(Number);
    const { rank, down, up } = sideBySide(strengths, path, to ?? 0, behindDown);
    feeds[name] = { data: down, shape: [rank, ...behindDown] };
    feeds[upName] = { data: up, shape: [to ?? 0, rank, ...behindUp] };
  }
  return feeds;
}

function sideBySide(
  strengths: readonly AdapterStrength[],
  path: string,
  to: number,
  behindDown: readonly number[],
): { rank: number; down: Float32Array; up: Float32Array } {
  const parts = strengths.flatMap((each) => {
    const branch: Branch | undefined = each.adapter.branches.get(path);
    if (branch === undefined) return [];
    const strength = strengthAt(each, branch.layer);
    return strength === 0 ? [] : [{ ...branch.lowRank, factor: branch.lowRank.scale * strength }];
  });
  const [only] = parts;
  if (only !== undefined && parts.length === 1) {
    // What is read off the file is fed as it is; nothing changes it.
    return { rank: only.rank, down: only.down, up: only.factor === 1 ? only.up : scaled(only.up, only.factor) };
  }
  const from = behindDown.reduce((product, extent) => product * extent, 1);
  const total = parts.reduce((sum, { rank }) => sum + rank, 0);
  // No convolution has nothing to do: it gets one rank of zeros.
  const rank = total === 0 && behindDown.length > 1 ? 1 : total;
  const down = new Float32Array(rank * from);
  const up = new Float32Array(to * rank);
  let at = 0;
  for (const part of parts) {
    down.set(part.down, at * from);
    for (let row = 0; row < to; row++) {
      for (let i = 0; i < part.rank; i++)
        up[row * rank + at + i] = part.factor * (part.up[row * part.rank + i] as number);
    }
    at += part.rank;
  }
  return { rank, down, up };
}

/** A loop of its own: a callback for each of two million numbers would be felt. */
function scaled(numbers: Float32Array, factor: number): Float32Array {
  const out = new Float32Array(numbers.length);
  for (let i = 0; i < out.length; i++) out[i] = (numbers[i] as number) * factor;
  return out;
}
