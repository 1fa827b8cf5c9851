/** LoRA that widen the first layer: baked in they make an inpainting model, and beside a model they are refused. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { recogniseCheckpoint } from '../../src/families/recognise.ts';
import { readManifest, writeFormulaCheckpoint } from '../support/formula-weights.ts';
import { networkNumbers } from '../support/network-numbers.ts';
import { wild } from '../support/run-graph.ts';
import { contentOf, convert, readWeightFile } from '../support/weight-file.ts';
import { safetensors, type StoredBytes } from '../support/write-safetensors.ts';

const BASE = join(import.meta.dirname, '../../../fixtures/golden/lora/sd15_kinds/base.manifest.json');
const FIRST = 'model.diffusion_model.input_blocks.0.0.weight';
const QUERY = 'model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn1.to_q.weight';
const QUERY_STEM = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q';
const [RANK, CELLS] = [3, 9];
vi.setConfig({ testTimeout: 120_000 });

const root = mkdtempSync(join(tmpdir(), 'easel-widen-'));
const fileOf = (name: string): string => join(root, `${name}.safetensors`);
const base = fileOf('base');
let width = 0;

const floats = (values: Iterable<number>, shape: readonly number[]): StoredBytes => ({
  dtype: 'F32',
  shape,
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});
const numbersOf = ({ bytes }: StoredBytes): Float32Array =>
  new Float32Array(Buffer.from(bytes).buffer, 0, bytes.length / 4);
const largest = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);
const count = (length: number, scale: number): number[] => Array.from(wild(length), (value) => value * scale);

/** A LoRA of two layers: the first one, which then takes so many channels, and one of attention. */
function writeLora(name: string, channels: number, scale = 1, stem = 'lora_unet_conv_in'): void {
  const layer = (own: string, up: readonly number[], down: readonly number[], factor: number) => [
    [
      `${own}.lora_up.weight`,
      floats(
        count(
          up.reduce((a, b) => a * b),
          factor,
        ),
        up,
      ),
    ] as const,
    [
      `${own}.lora_down.weight`,
      floats(
        count(
          down.reduce((a, b) => a * b),
          factor,
        ),
        down,
      ),
    ] as const,
    [`${own}.alpha`, floats([2], [])] as const,
  ];
  const shape = [width, channels, 3, 3];
  const tensors = new Map<string, StoredBytes>([
    ...layer(stem, [width, RANK, 1, 1], [RANK, channels, 3, 3], scale),
    ...layer(QUERY_STEM, [width, RANK], [RANK, width], 0.3 * scale),
    [
      `${stem}.reshape_weight`,
      { dtype: 'I64', shape: [4], bytes: new Uint8Array(BigInt64Array.from(shape.map(BigInt)).buffer) },
    ],
  ]);
  writeFileSync(fileOf(name), safetensors(tensors, { ss_base_model_version: 'sd_v1' }));
}

const bake = async (lora: string, weight = 1, source = base): Promise<string> => {
  const target = fileOf(`${lora}-${weight}-baked`);
  await convert(source, target, { overwrite: true, precision: 'fp32', loras: [{ model: fileOf(lora), weight }] });
  return target;
};

beforeAll(() => {
  const manifest = readManifest(BASE);
  writeFormulaCheckpoint(manifest, base);
  width = manifest.tensors.find(([name]) => name === FIRST)?.[2][0] ?? 0;
  writeLora('inpaint', 9);
  writeLora('original', 9, 1, 'lora_unet_input_blocks_0_0');
  writeLora('nothing', 9, 0);
  writeLora('seven', 7);
  writeLora('narrow', 3);
  writeLora('plain', 4);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a LoRA that widens the first layer', () => {
  it('makes an inpainting model: its weight filled up by zeros, then what the LoRA adds', async () => {
    const path = await bake('inpaint', 0.5);
    const plain = fileOf('plain-fp32');
    await convert(base, plain, { precision: 'fp32' });
    const [made, before] = [readWeightFile(path), readWeightFile(plain)];
    const { family, header, evidence, facts } = await recogniseCheckpoint(path);
    expect(family.id).toBe('stable-diffusion-1-inpaint');
    expect(evidence).toContain('takes 9 channels');
    expect(facts.title).not.toContain('tiny sd15');
    expect(made.metadata['modelspec.architecture']).toBe('stable-diffusion-v1/inpainting');
    expect(() => family.check(header, null)).not.toThrow();

    const weight = made.tensors.get(FIRST)!;
    expect(weight.shape).toEqual([width, 9, 3, 3]);
    const [got, old] = [numbersOf(weight), numbersOf(before.tensors.get(FIRST)!)];
    const [up, down] = [count(width * RANK, 1), count(RANK * 9 * CELLS, 1)];
    let error = 0;
    for (let row = 0; row < width; row++)
      for (let channel = 0; channel < 9; channel++)
        for (let cell = 0; cell < CELLS; cell++) {
          let sum = channel < 4 ? (old[(row * 4 + channel) * CELLS + cell] as number) : 0;
          for (let r = 0; r < RANK; r++)
            sum +=
              0.5 * (2 / RANK) * (up[row * RANK + r] as number) * (down[(r * 9 + channel) * CELLS + cell] as number);
          error = Math.max(error, Math.abs(sum - (got[(row * 9 + channel) * CELLS + cell] as number)));
        }
    expect(error).toBeLessThan(1e-6);

    const [after, whole] = [contentOf(made.tensors), contentOf(before.tensors)];
    expect(Object.keys(after)).toEqual(Object.keys(whole));
    expect(Object.keys(after).filter((name) => after[name] !== whole[name])).toEqual([FIRST, QUERY].toSorted());
  });

  it('paints as before where it adds nothing, and otherwise where it adds', async () => {
    const before = await networkNumbers(base);
    // Sums over more channels are taken in another order.
    expect(largest(await networkNumbers(await bake('nothing')), before)).toBeLessThan(1e-4);
    expect(largest(await networkNumbers(await bake('inpaint')), before)).toBeGreaterThan(1e-2);
  });

  it('may name the layer as the checkpoint does', async () => {
    const [one, other] = [await bake('inpaint'), await bake('original')].map((path) => readWeightFile(path).tensors);
    expect(one?.get(FIRST)).toEqual(other?.get(FIRST));
  });

  it('widens nothing at weight 0', async () => {
    expect(readWeightFile(await bake('inpaint', 0)).tensors.get(FIRST)?.shape).toEqual([width, 4, 3, 3]);
  });

  it('is refused beside a model, with the way to use it, and is a LoRA like others beside one as wide', async () => {
    const use = (name: string) => [{ file: fileOf(name), unetWeight: 1, textWeight: 1, rankLimit: null }];
    await expect(networkNumbers(base, 'fast', use('inpaint'))).rejects.toMatchObject({
      code: 'model_incompatible',
      message: expect.stringContaining('makes another model of this one') as string,
      details: { got: [width, 9, 3, 3], hint: expect.stringContaining('--lora inpaint.safetensors') as string },
    });
    const wide = await bake('nothing');
    expect(await networkNumbers(wide, 'fast', use('inpaint'))).not.toEqual(await networkNumbers(wide));
    expect(await networkNumbers(base, 'fast', use('plain'))).not.toEqual(await networkNumbers(base));
  });

  it('is refused where it would make nothing that is known, or a layer narrower; nothing is left behind', async () => {
    const files = readdirSync(root).length;
    await expect(bake('seven')).rejects.toMatchObject({
      code: 'model_incompatible',
      message: expect.stringContaining('no model that is known') as string,
    });
    await expect(bake('narrow')).rejects.toMatchObject({
      code: 'model_incompatible',
      message: expect.stringContaining(`would make [${width}, 3, 3, 3] of a weight of [${width}, 4, 3, 3]`) as string,
    });
    expect(readdirSync(root).length).toBe(files);
  });
});
