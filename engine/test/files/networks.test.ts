/** Files of LoRA and embeddings as the model list looks at them: what they are, and why some cannot be used. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { inspectNetwork } from '../../src/families/inspect-network.ts';
import { safetensors, type StoredBytes } from '../support/write-safetensors.ts';

const MODELS = join(import.meta.dirname, '../../../models');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-networks-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const halves = (shape: readonly number[], fill: number): StoredBytes => ({
  dtype: 'F16',
  shape,
  bytes: new Uint8Array(new Uint16Array(shape.reduce((product, extent) => product * extent, 1)).fill(fill).buffer),
});
const STEM = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k';
const ONE = 0x3c00;

function write(name: string, tensors: Record<string, StoredBytes>): string {
  const path = join(folder, `${name}.safetensors`);
  writeFileSync(path, safetensors(new Map(Object.entries(tensors))));
  return path;
}
const refused = async (path: string, kind: 'lora' | 'embedding' = 'lora'): Promise<unknown> =>
  inspectNetwork(path, kind).then(
    () => null,
    (thrown: unknown) => (thrown as { code: string }).code,
  );

describe('a LoRA in the list', () => {
  it('is told from its header', async () => {
    const file = write('my_lcm_lora', {
      [`${STEM}.lora_down.weight`]: halves([4, 768], ONE),
      [`${STEM}.lora_up.weight`]: halves([320, 4], ONE),
    });
    expect(await inspectNetwork(file, 'lora')).toMatchObject({
      kind: 'lora',
      base: 'sd1',
      sampling: { sampler: 'lcm', schedule: 'sgm-uniform', steps: 4, guidance: 1, evidence: 'its file name says LCM' },
    });
  });

  it.each([
    ['sdxl_lightning_8step_lora', 8, 'euler'],
    ['Hyper-SD15-4steps-lora', 4, 'euler'],
    ['sd_xl_turbo_lora_v1', 4, 'euler-ancestral'],
    ['lightning_bolts_style', null, null],
    ['turbocharger', null, null],
  ])('named %s suggests %s steps', async (name, steps, sampler) => {
    const file = write(name, {
      [`${STEM}.lora_down.weight`]: halves([4, 768], ONE),
      [`${STEM}.lora_up.weight`]: halves([320, 4], ONE),
    });
    const { sampling } = await inspectNetwork(file, 'lora');
    expect(sampling?.steps ?? null).toBe(steps);
    expect(sampling?.sampler ?? null).toBe(sampler);
  });

  it.each([0x7e00, 0x7c00, 0xfc00])('with numbers like %i, which are none, is refused', async (bits) => {
    const up = halves([320, 4], ONE);
    new Uint16Array(up.bytes.buffer)[777] = bits;
    const file = write(`odd-${bits}`, {
      [`${STEM}.lora_down.weight`]: halves([4, 768], ONE),
      [`${STEM}.lora_up.weight`]: up,
    });
    expect(await refused(file)).toBe('model_invalid');
  });

  it('that is cut short is refused, and so is one that is none', async () => {
    const file = write('short', { [`${STEM}.lora_down.weight`]: halves([4, 768], ONE) });
    truncateSync(file, readFileSync(file).length - 10);
    expect(await refused(file)).toBe('model_invalid');
    expect(await refused(join(MODELS, 'embeddings/easel-demo-mira.safetensors'))).toBe('model_incompatible');
    expect(await refused(join(folder, 'gone.safetensors'))).toBe('model_gone');
  });

  it('is what the demo brings', async () => {
    expect(await inspectNetwork(join(MODELS, 'loras/easel-demo-riso.safetensors'), 'lora')).toMatchObject({
      kind: 'locon',
      base: 'sd1',
      contextWidth: 64,
      ranks: { least: 1, most: 8 },
      triggerWords: ['riso print'],
    });
  });
});

describe('an embedding in the list', () => {
  it('is told by its vectors and its metadata', async () => {
    expect(await inspectNetwork(join(MODELS, 'embeddings/easel-demo-mira.safetensors'), 'embedding')).toMatchObject({
      kind: 'textual-inversion',
      base: 'sd1',
      vectors: 6,
      textWidths: [64],
    });
    const pair = write('pair', { clip_l: halves([3, 768], ONE), clip_g: halves([3, 1280], ONE) });
    expect(await inspectNetwork(pair, 'embedding')).toMatchObject({
      base: 'sdxl',
      vectors: 3,
      textWidths: [768, 1280],
    });
  });

  it('with what is no number, or with too many vectors, is refused', async () => {
    expect(await refused(write('nan', { emb_params: halves([2, 768], 0x7e00) }), 'embedding')).toBe('model_invalid');
    expect(await refused(write('many', { emb_params: halves([76, 768], ONE) }), 'embedding')).toBe('model_invalid');
  });
});
