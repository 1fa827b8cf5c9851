/**
 * A file of a LoRA or one of its kin: its tensors grouped by the module they change. Knows no network and reads no
 * numbers.
 *
 * Programs write the same things under different names; {@link ENDINGS} is what they have in common. Forms: kohya,
 * LyCORIS, diffusers and PEFT, diffusers' old attention processors.
 */
import { basename } from 'node:path';

import { CheckpointError } from '@easel/shared/errors';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import { openFile } from '../checkpoint/open-file.ts';
import type { TensorEntry } from '../checkpoint/tensor-entry.ts';

/** Parts of a change, by one name each whatever the file calls them. */
export type Leaf =
  | 'up'
  | 'down'
  | 'mid'
  | 'alpha'
  | 'doraScale'
  | `hada${'W1a' | 'W1b' | 'W2a' | 'W2b' | 'T1' | 'T2'}`
  | `lokr${'W1' | 'W1a' | 'W1b' | 'W2' | 'W2a' | 'W2b' | 'T2'}`
  | 'difference'
  | 'biasDifference'
  | 'normWeight'
  | 'normBias'
  | 'factor'
  | 'onInput'
  | 'shape';

/** Endings of tensors' names; the first that fits counts. */
const ENDINGS: readonly (readonly [pattern: RegExp, leaf: Leaf])[] = [
  [/\.lora_up\.weight$/, 'up'],
  [/\.lora_down\.weight$/, 'down'],
  [/\.lora_mid\.weight$/, 'mid'],
  [/\.alpha$/, 'alpha'],
  [/\.dora_scale$/, 'doraScale'],
  // PEFT puts the adapter's name between.
  [/\.lora_A(\.[^.]+)?\.weight$/, 'down'],
  [/\.lora_B(\.[^.]+)?\.weight$/, 'up'],
  [/\.lora(_linear_layer)?\.down\.weight$/, 'down'],
  [/\.lora(_linear_layer)?\.up\.weight$/, 'up'],
  [/_lora\.down\.weight$/, 'down'],
  [/_lora\.up\.weight$/, 'up'],
  [/\.hada_w1_a$/, 'hadaW1a'],
  [/\.hada_w1_b$/, 'hadaW1b'],
  [/\.hada_w2_a$/, 'hadaW2a'],
  [/\.hada_w2_b$/, 'hadaW2b'],
  [/\.hada_t1$/, 'hadaT1'],
  [/\.hada_t2$/, 'hadaT2'],
  [/\.lokr_w1$/, 'lokrW1'],
  [/\.lokr_w1_a$/, 'lokrW1a'],
  [/\.lokr_w1_b$/, 'lokrW1b'],
  [/\.lokr_w2$/, 'lokrW2'],
  [/\.lokr_w2_a$/, 'lokrW2a'],
  [/\.lokr_w2_b$/, 'lokrW2b'],
  [/\.lokr_t2$/, 'lokrT2'],
  [/\.diff$/, 'difference'],
  [/\.diff_b$/, 'biasDifference'],
  [/\.w_norm$/, 'normWeight'],
  [/\.b_norm$/, 'normBias'],
  [/\.on_input$/, 'onInput'],
  [/\.reshape_weight$/, 'shape'],
  // Of IA3; last, since it ends many names.
  [/\.weight$/, 'factor'],
];

export type AdapterGroup = ReadonlyMap<Leaf, TensorEntry>;

export interface AdapterFile {
  readonly file: string;
  readonly header: CheckpointHeader;
  /** By the module's name as the file spells it. */
  readonly groups: ReadonlyMap<string, AdapterGroup>;
  /** Names of tensors that are no part of a change. */
  readonly unread: readonly string[];
  /** alpha / rank where the file states it once for all modules that have no alpha of their own. */
  readonly scale: number;
}

/** @throws model_gone | model_invalid | pickle_unsafe | model_incompatible when nothing in it is a change to a network */
export async function openAdapter(path: string): Promise<AdapterFile> {
  return adapterOf(await openFile(path));
}

/** {@link openAdapter} of a header that is read already. @throws model_incompatible */
export function adapterOf(header: CheckpointHeader): AdapterFile {
  const groups = new Map<string, Map<Leaf, TensorEntry>>();
  const unread: string[] = [];
  for (const entry of header.tensors.values()) {
    const found = ENDINGS.find(([pattern]) => pattern.test(entry.name));
    if (found === undefined) {
      unread.push(entry.name);
      continue;
    }
    const [pattern, leaf] = found;
    const stem = entry.name.replace(pattern, '');
    const group = groups.get(stem) ?? new Map<Leaf, TensorEntry>();
    groups.set(stem, group.set(leaf, entry));
  }
  if (groups.size === 0) {
    throw new CheckpointError('model_incompatible', `${basename(header.file)} holds nothing that changes a network.`, {
      file: header.file,
      hint: 'A LoRA has names such as lora_unet_... .lora_up.weight; this may be a checkpoint or an embedding.',
    });
  }
  return { file: header.file, header, groups, unread, scale: statedScale(header) };
}

/** @source PEFT as diffusers saves it: `unet.r` and `unet.lora_alpha` in one JSON text */
function statedScale({ metadata }: CheckpointHeader): number {
  const text = metadata.get('lora_adapter_metadata');
  if (text === undefined) return 1;
  try {
    const stated = JSON.parse(text) as Record<string, unknown>;
    const find = (ending: string): number | null => {
      const [, value] = Object.entries(stated).find(([key]) => key === ending || key.endsWith(`.${ending}`)) ?? [];
      return typeof value === 'number' && Number.isFinite(value) ? value : null;
    };
    const [rank, alpha] = [find('r'), find('lora_alpha')];
    return rank !== null && rank > 0 && alpha !== null ? alpha / rank : 1;
  } catch {
    // Odd metadata counts as absent, as everywhere.
    return 1;
  }
}
