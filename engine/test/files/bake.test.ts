/** Baking LoRA into a checkpoint: the numbers are those of plain arithmetic, and the rest of the file stays as it is. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ConvertRequest } from '@easel/shared/model-work';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { halfToFloat } from '../../src/checkpoint/half.ts';
import { appendTensors } from '../support/append-tensors.ts';
import { formulaValues, readManifest, toHalf, writeFormulaCheckpoint } from '../support/formula-weights.ts';
import { networkNumbers } from '../support/network-numbers.ts';
import { contentOf, convert, readWeightFile } from '../support/weight-file.ts';

const KINDS = join(import.meta.dirname, '../../../fixtures/golden/lora/sd15_kinds');
/** In both spellings, by the two programs that made them. */
const STEM = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q';
const WEIGHT = 'model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn1.to_q.weight';
vi.setConfig({ testTimeout: 120_000 });

const root = mkdtempSync(join(tmpdir(), 'easel-bake-'));
const fileOf = (name: string): string => join(root, `${name}.safetensors`);
const manifestOf = (name: string): string => join(KINDS, `${name}.manifest.json`);
let made = 0;

type Baked = readonly { readonly model: string; readonly weight: number; readonly textWeight?: number }[];

async function bake(loras: Baked, fields: Partial<ConvertRequest> = {}, source = fileOf('base')): Promise<string> {
  const target = fileOf(`made-${made++}`);
  await convert(source, target, { ...fields, loras: loras.map((lora) => ({ ...lora, model: fileOf(lora.model) })) });
  return target;
}

/** A tensor of halves as a manifest has it. */
function written(manifest: string, name: string): Float32Array {
  const row = readManifest(manifestOf(manifest)).tensors.find(([each]) => each === name)!;
  return formulaValues(row[0], row[2], row[3], row[4]).map((value) => halfToFloat(toHalf(value)));
}

const largest = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);

beforeAll(() => {
  for (const name of ['base', 'lora', 'locon', 'loha', 'dora', 'ia3', 'norm'])
    writeFormulaCheckpoint(readManifest(manifestOf(name)), fileOf(name));
  appendTensors(fileOf('ia3'), join(KINDS, 'ia3.literal.safetensors'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a LoRA that is baked in', () => {
  it.each(['keep', 'fp32'] as const)('adds weight times alpha / rank times up times down: %s', async (precision) => {
    const [rank, width, weight] = [4, 32, 0.7];
    const [up, down] = [written('lora', `${STEM}.lora_up.weight`), written('lora', `${STEM}.lora_down.weight`)];
    const [alpha = 0] = written('lora', `${STEM}.alpha`);
    const base = written('base', WEIGHT);
    const { dtype, bytes } = readWeightFile(await bake([{ model: 'lora', weight }], { precision })).tensors.get(
      WEIGHT,
    )!;
    const numbers = Buffer.from(bytes);
    expect(dtype).toBe(precision === 'keep' ? 'F16' : 'F32');
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) {
        let sum = 0;
        for (let r = 0; r < rank; r++) sum += (up[i * rank + r] as number) * (down[r * width + j] as number);
        const at = i * width + j;
        const value = (base[at] as number) + (weight * alpha * sum) / rank;
        if (precision === 'fp32') expect(Math.abs(numbers.readFloatLE(4 * at) - value)).toBeLessThan(1e-6);
        // Rounded once: the nearest half, or its neighbour where the sum lies between two to the last bit of a float32.
        else
          expect(Math.abs(halfToFloat(numbers.readUInt16LE(2 * at)) - value)).toBeLessThanOrEqual(
            Math.abs(value) * 2 ** -11 + 1e-6,
          );
      }
    }
  });

  it.each(['locon', 'dora', 'ia3', 'norm'])(
    'of kind %s gives the networks that it gives when it runs beside them',
    async (name) => {
      const beside = [{ file: fileOf(name), unetWeight: 0.6, textWeight: -0.4, rankLimit: null }];
      const expected = await networkNumbers(fileOf('base'), 'fast', beside);
      const loras = [{ model: name, weight: 0.6, textWeight: -0.4 }];
      expect(largest(await networkNumbers(await bake(loras, { precision: 'fp32' })), expected)).toBeLessThan(2e-3);
      const other = [{ model: name, weight: 0.5, textWeight: -0.4 }];
      expect(largest(await networkNumbers(await bake(other, { precision: 'fp32' })), expected)).toBeGreaterThan(4e-3);
    },
  );

  it('may be one of several, and their order does not matter', async () => {
    const [a, b] = [
      { model: 'lora', weight: 0.6 },
      { model: 'loha', weight: -0.3 },
    ] as const;
    const beside = [a, b].map(({ model, weight }) => ({
      file: fileOf(model),
      unetWeight: weight,
      textWeight: weight,
      rankLimit: null,
    }));
    const expected = await networkNumbers(fileOf('base'), 'fast', beside);
    const [one, other] = [await bake([a, b], { precision: 'fp32' }), await bake([b, a], { precision: 'fp32' })];
    expect(largest(await networkNumbers(one), expected)).toBeLessThan(2e-3);
    expect(largest(await networkNumbers(other), expected)).toBeLessThan(2e-3);
  });

  it('leaves what it does not change byte for byte, and everything at weight 0', async () => {
    const before = contentOf(readWeightFile(fileOf('base')).tensors);
    expect(contentOf(readWeightFile(await bake([{ model: 'lora', weight: 0 }])).tensors)).toEqual(before);
    const after = contentOf(readWeightFile(await bake([{ model: 'lora', weight: 1 }])).tensors);
    const changed = Object.keys(before).filter((name) => before[name] !== after[name]);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect(changed).toContain(WEIGHT);
    expect(changed.filter((name) => /first_stage|norm|bias|conv|in_layers/.test(name))).toEqual([]);
  });

  it('stands in the record of the new file', async () => {
    const { metadata } = readWeightFile(await bake([{ model: 'lora', weight: 0.5 }]));
    expect(JSON.parse(metadata['easel.recipe'] ?? '')).toMatchObject({ loras: [{ weight: 0.5 }] });
  });

  it('is refused for another base, for a folder and for a VAE alone; nothing is left behind', async () => {
    const files = readdirSync(root).length;
    await expect(bake([{ model: 'base', weight: 1 }])).rejects.toMatchObject({ code: 'model_incompatible' });
    const loras = [{ model: 'lora', weight: 1 }];
    await expect(bake(loras, { form: 'diffusers' })).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(bake(loras, { part: 'vae' })).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(bake(loras, {}, fileOf('lora'))).rejects.toMatchObject({ code: 'not_allowed' });
    expect(readdirSync(root).length).toBe(files);
  });

  it('goes into a folder that becomes a file', async () => {
    const folder = join(root, 'folder');
    await convert(fileOf('base'), folder, { form: 'diffusers' });
    const made = readWeightFile(await bake([{ model: 'lora', weight: 1 }], {}, folder)).tensors;
    const direct = readWeightFile(await bake([{ model: 'lora', weight: 1 }])).tensors;
    expect(made.get(WEIGHT)).toEqual(direct.get(WEIGHT));
  });
});
