/** Merging against plain arithmetic in float64, rounded once by a search for the nearest number. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { halfToFloat } from '../../src/checkpoint/half.ts';
import { inspectCheckpoint } from '../../src/families/inspect.ts';
import { readManifest, writeFormulaCheckpoint } from '../support/formula-weights.ts';
import { contentOf, convert, merge, readWeightFile, type WeightFile } from '../support/weight-file.ts';
import { safetensors, type StoredBytes } from '../support/write-safetensors.ts';

const MODELS = join(import.meta.dirname, '../../../fixtures/golden/core/models');

/** Making the models, on a machine that does other things too. */
const MAKING_MS = 60_000;

let root = '';
let made = 0;
const fresh = (): string => join(root, `made-${made++}.safetensors`);
const model = (name: string): string => join(root, `${name}.safetensors`);
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'easel-merge-'));
  for (const name of ['sd15', 'sd15-inpaint', 'sdxl'])
    writeFormulaCheckpoint(readManifest(join(MODELS, `${name}.manifest.json`)), model(name));
  for (const name of ['sd15', 'sd15-inpaint']) writeFileSync(model(name), withFewWords(readWeightFile(model(name))));
  // Two more of the family, of other numbers: one in float32, one in bfloat16.
  const { tensors, metadata } = readWeightFile(model('sd15'));
  const other = (shift: number): Map<string, StoredBytes> =>
    new Map([...tensors].map(([name, tensor]) => [name, shifted(tensor, shift)]));
  writeFileSync(model('half'), safetensors(other(1), metadata));
  writeFileSync(model('b'), safetensors(other(7), metadata));
  await convert(model('half'), model('c'), { precision: 'bf16' });
  await convert(model('b'), model('wide'), { precision: 'fp32' });
}, MAKING_MS);
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The same numbers in another order: all finite, and other than before. */
function shifted(tensor: StoredBytes, by: number): StoredBytes {
  if (tensor.dtype !== 'F16') return tensor;
  const start = (2 * by) % tensor.bytes.length;
  return { ...tensor, bytes: Buffer.concat([tensor.bytes.subarray(start), tensor.bytes.subarray(0, start)]) };
}

/** A vocabulary of a hundred words: half of a tiny checkpoint is vocabulary. */
function withFewWords({ tensors, metadata }: WeightFile): Buffer {
  const few = [...tensors].map(([name, tensor]): [string, StoredBytes] => {
    if (!name.endsWith('token_embedding.weight')) return [name, tensor];
    const width = tensor.shape[1] as number;
    return [name, { ...tensor, shape: [100, width], bytes: tensor.bytes.subarray(0, 200 * width) }];
  });
  return safetensors(new Map(few), metadata);
}

/** One number of a tensor. */
function numberAt({ dtype, bytes }: StoredBytes, i: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype === 'F32') return view.getFloat32(4 * i, true);
  const bits = view.getUint16(2 * i, true);
  if (dtype === 'F16') return halfToFloat(bits);
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0] as number;
}

const countOf = ({ shape }: StoredBytes): number => shape.reduce((product, extent) => product * extent, 1);
const numbers = (tensor: StoredBytes): number[] =>
  Array.from({ length: countOf(tensor) }, (_, i) => numberAt(tensor, i));

/** The half nearest to a double, of two the even one: found by looking at the neighbours. */
function nearestHalf(value: number): number {
  let best = 0;
  // The patterns of one sign are in the order of their values.
  let [low, high] = [0, 0x7c00];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (halfToFloat(middle) <= Math.abs(value)) low = middle;
    else high = middle;
  }
  const [below, above] = [Math.abs(value) - halfToFloat(low), halfToFloat(high) - Math.abs(value)];
  best = below < above || (below === above && low % 2 === 0) ? low : high;
  return value < 0 ? -halfToFloat(best) : halfToFloat(best);
}

const at = (file: WeightFile, name: string): number[] => numbers(file.tensors.get(name) as StoredBytes);
const isWeight = (name: string): boolean => !name.endsWith('position_ids');

/** Of each tensor so many numbers are looked at, spread over all of it. */
const SAMPLES = 40;

/** The largest difference to plain arithmetic over all tensors; 0 = equal to the last bit. */
function differenceTo(
  result: WeightFile,
  sources: readonly WeightFile[],
  sum: (...values: number[]) => number,
  round: (value: number) => number,
): number {
  let largest = 0;
  for (const [name, tensor] of result.tensors) {
    if (!isWeight(name)) continue;
    const count = countOf(tensor);
    for (let i = 0; i < count; i += Math.max(1, Math.floor(count / SAMPLES))) {
      const terms = sources.map((file) => numberAt(file.tensors.get(name) as StoredBytes, i));
      largest = Math.max(largest, Math.abs(numberAt(tensor, i) - round(sum(...terms))));
    }
  }
  return largest;
}

const files = (...names: string[]): WeightFile[] => names.map((name) => readWeightFile(model(name)));

describe('a weighted sum', () => {
  it('of two is plain arithmetic, rounded once, in the precision of the first', async () => {
    const target = fresh();
    await merge([model('sd15'), model('wide')], target, { method: 'weighted-sum', weights: [0.3] });
    const result = readWeightFile(target);
    const sum = (a: number, b: number): number => (1 - 0.3) * a + 0.3 * b;
    expect(differenceTo(result, files('sd15', 'wide'), sum, nearestHalf)).toBe(0);
    expect(differenceTo(result, files('sd15', 'wide'), (a, b) => 0.69 * a + 0.31 * b, nearestHalf)).toBeGreaterThan(0);
    expect([...result.tensors.values()].every(({ dtype }) => dtype === 'F16' || dtype === 'I64')).toBe(true);
  });

  it('of three of other precisions is written in the one that was asked for', async () => {
    const target = fresh();
    await merge([model('sd15'), model('wide'), model('c')], target, {
      method: 'weighted-sum',
      weights: [0.25, 0.6],
      precision: 'fp32',
    });
    const share = 1 - (0.25 + 0.6);
    const sum = (a: number, b: number, c: number): number => share * a + 0.25 * b + 0.6 * c;
    expect(differenceTo(readWeightFile(target), files('sd15', 'wide', 'c'), sum, Math.fround)).toBe(0);
  });

  it('with nothing of the second is the first, and with all of it the second', async () => {
    const [none, all] = [fresh(), fresh()];
    await merge([model('sd15'), model('b')], none, { method: 'weighted-sum', weights: [0] });
    await merge([model('sd15'), model('b')], all, { method: 'weighted-sum', weights: [1] });
    expect(contentOf(readWeightFile(none).tensors)).toEqual(contentOf(readWeightFile(model('sd15')).tensors));
    expect(contentOf(readWeightFile(all).tensors)).toEqual(contentOf(readWeightFile(model('b')).tensors));
  });
});

describe('an added difference', () => {
  it('is the first and what the second has beyond the third', async () => {
    const target = fresh();
    await merge([model('sd15'), model('b'), model('half')], target, {
      method: 'add-difference',
      weights: [0.8],
      precision: 'fp32',
    });
    const sum = (a: number, b: number, c: number): number => a + 0.8 * b - 0.8 * c;
    const result = readWeightFile(target);
    expect(differenceTo(result, files('sd15', 'b', 'half'), sum, Math.fround)).toBe(0);
    // As one would write it; the order of operations may show in the last bit of a float32.
    const written = (a: number, b: number, c: number): number => a + 0.8 * (b - c);
    expect(differenceTo(result, files('sd15', 'b', 'half'), written, Math.fround)).toBeLessThan(1e-7);
  });

  it('turns a model into one for inpainting, the channels for the mask being the first one’s own', async () => {
    const target = fresh();
    const input = 'model.diffusion_model.input_blocks.0.0.weight';
    await merge([model('sd15-inpaint'), model('b'), model('sd15')], target, { method: 'add-difference', weights: [1] });
    expect((await inspectCheckpoint(target)).family).toBe('stable-diffusion-1-inpaint');
    const [own, plus, minus] = files('sd15-inpaint', 'b', 'sd15').map((file) => at(file, input)) as [
      number[],
      number[],
      number[],
    ];
    const got = at(readWeightFile(target), input);
    const [rows = 0, channels = 0] = readWeightFile(target).tensors.get(input)?.shape ?? [];
    for (let row = 0; row < rows; row++) {
      for (let channel = 0; channel < channels; channel++) {
        for (let k = 0; k < 9; k++) {
          const i = (row * channels + channel) * 9 + k;
          const j = (row * 4 + channel) * 9 + k;
          const first = own[i] as number;
          expect(got[i]).toBe(channel < 4 ? nearestHalf(first + (plus[j] as number) - (minus[j] as number)) : first);
        }
      }
    }
  });
});

describe('what only some of the models have', () => {
  const weight = 'model.diffusion_model.out.2.bias';
  const without = (name: string): string => {
    const path = fresh();
    const { tensors, metadata } = readWeightFile(model(name));
    const more = { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) };
    writeFileSync(
      path,
      safetensors(new Map([...[...tensors].filter(([key]) => key !== weight), ['foreign', more]]), metadata),
    );
    return path;
  };

  it('is the first model’s or is left out, and that is said', async () => {
    const target = fresh();
    const other = without('b');
    const { notes } = await merge([model('sd15'), other], target, { method: 'weighted-sum', weights: [0.5] });
    const result = readWeightFile(target);
    expect(at(result, weight)).toEqual(at(readWeightFile(model('sd15')), weight));
    expect(result.tensors.has('foreign')).toBe(false);
    expect(notes).toEqual([
      expect.stringMatching(/lacks 1 tensors/),
      expect.stringMatching(/^1 tensors that only .* has were left out\.$/),
    ]);
  });

  it('counts as no difference', async () => {
    const target = fresh();
    await merge([model('sd15'), model('b'), without('half')], target, { method: 'add-difference', weights: [1] });
    expect(at(readWeightFile(target), weight)).toEqual(at(readWeightFile(model('sd15')), weight));
  });
});

describe('a merged model', () => {
  it('says what it was made from, also as the WebUI writes it', async () => {
    const target = fresh();
    await merge([model('sd15'), model('b')], target, { method: 'weighted-sum', weights: [0.5], output: 'sub/mine' });
    const { metadata } = readWeightFile(target);
    expect(JSON.parse(metadata['sd_merge_recipe'] ?? '')).toMatchObject({
      interp_method: 'Weighted sum',
      multiplier: 0.5,
    });
    expect(JSON.parse(metadata['easel.recipe'] ?? '')).toMatchObject({
      method: 'weighted-sum',
      sources: [{ name: 'sd15.safetensors' }, { name: 'b.safetensors' }],
    });
    expect(metadata['modelspec.title']).toBe('mine');
    expect(await inspectCheckpoint(target)).toMatchObject({ family: 'stable-diffusion-1', title: 'mine' });
  });

  it('takes the VAE that was asked for, unmerged', async () => {
    const [vae, target] = [fresh(), fresh()];
    await convert(model('wide'), vae, { part: 'vae' });
    await merge([model('sd15'), model('half')], target, { method: 'weighted-sum', weights: [0.5], vae });
    const [got, own] = [readWeightFile(target), readWeightFile(model('wide'))];
    const name = 'first_stage_model.decoder.conv_in.bias';
    expect(at(got, name)).toEqual(at(own, name));
  });
});

describe('models that do not go together', () => {
  it('are refused: families are named', async () => {
    await expect(
      merge([model('sd15'), model('sdxl')], fresh(), { method: 'weighted-sum', weights: [0.5] }),
    ).rejects.toMatchObject({
      code: 'models_differ',
      message: expect.stringMatching(/Stable Diffusion 1.*Stable Diffusion XL/),
    });
  });

  it('are refused where the one with more channels is not the first, with a way out', async () => {
    await expect(
      merge([model('sd15'), model('sd15-inpaint')], fresh(), { method: 'weighted-sum', weights: [0.5] }),
    ).rejects.toMatchObject({ code: 'models_differ', details: { hint: expect.stringContaining('first') } });
  });
});
