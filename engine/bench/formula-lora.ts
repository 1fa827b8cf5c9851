/**
 * A LoRA of formula weights for a checkpoint: rank 16 on every projection of every attention of its U-Net, as trainers
 * make them. Written once, beside the other files of the benches.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { openCheckpoint } from '../src/checkpoint/open.ts';
import { writeFormulaCheckpoint, type ManifestRow } from '../test/support/formula-weights.ts';
import { FORMULA_CHECKPOINT } from './paths.ts';

const RANK = 16;
const ATTENTION = /^model\.diffusion_model\.(.*\.attn[12]\.to_(?:[qkv]|out\.0))\.weight$/;

/** @returns where it lies */
export async function formulaLora(checkpoint: string): Promise<string> {
  const file = join(dirname(FORMULA_CHECKPOINT), `lora-for-${basename(checkpoint)}`);
  if (existsSync(file)) return file;
  const { tensors } = await openCheckpoint(checkpoint);
  const rows = [...tensors.values()].flatMap(({ name, shape: [to = 0, from = 0] }): ManifestRow[] => {
    const [, layer] = ATTENTION.exec(name) ?? [];
    if (layer === undefined) return [];
    const stem = `lora_unet_${layer.replaceAll('.', '_')}`;
    return [
      [`${stem}.lora_down.weight`, 'F16', [RANK, from], 0, 0.05],
      [`${stem}.lora_up.weight`, 'F16', [to, RANK], 0, 0.05],
      [`${stem}.alpha`, 'F16', [], RANK / 2, 0],
    ];
  });
  mkdirSync(dirname(file), { recursive: true });
  writeFormulaCheckpoint({ metadata: {}, tensors: rows }, file);
  return file;
}
