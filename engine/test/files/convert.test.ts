/** Conversion: there and back bit by bit, every form it may come in, parts taken out and put in, and nothing left half. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CancelledError } from '@easel/shared/errors';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { openCheckpoint } from '../../src/checkpoint/open.ts';
import { numberSpace } from '../../src/checkpoint/scratch.ts';
import { inspectCheckpoint } from '../../src/families/inspect.ts';
import { recogniseCheckpoint } from '../../src/families/recognise.ts';
import { GoldenCase } from '../golden/case.ts';
import { readManifest, toBfloat, toHalf, writeFormulaCheckpoint } from '../support/formula-weights.ts';
import { networkNumbers } from '../support/network-numbers.ts';
import { contentOf, convert, readWeightFile } from '../support/weight-file.ts';
import { safetensors, type StoredBytes } from '../support/write-safetensors.ts';
import { name, reduce } from '../support/write-pickle.ts';
import { torchStream, torchZip, type TorchTensor } from '../support/write-torch.ts';

const GOLDEN = join(import.meta.dirname, '../../../fixtures/golden/core');

/** Whole models are read and written, perhaps on a machine that does other things too. */
vi.setConfig({ testTimeout: 120_000 });
const MAKING_MS = 60_000;

let root = '';
let made = 0;
/** A path where nothing is. */
const fresh = (ending = '.safetensors'): string => join(root, `made-${made++}${ending}`);
const model = (name: string): string => join(root, `${name}.safetensors`);
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'easel-convert-'));
  for (const name of ['sd15', 'sd2', 'sdxl', 'sdxl-refiner', 'sd15-inpaint'])
    writeFormulaCheckpoint(readManifest(join(GOLDEN, `models/${name}.manifest.json`)), model(name));
}, MAKING_MS);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const folderModel = (label: string): string => new GoldenCase(join(GOLDEN, label)).checkpoint(label);

/** Every weight and every config of a folder, comparable by value. */
function folderContent(folder: string): Record<string, unknown> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !name.startsWith('tokenizer'),
  );
  return Object.fromEntries(
    files.sort().flatMap((name): [string, unknown][] => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return [];
      if (name.endsWith('.json')) return [[name, JSON.parse(readFileSync(path, 'utf8'))]];
      return [[name, contentOf(readWeightFile(path).tensors)]];
    }),
  );
}

const contentOfFile = (path: string): Record<string, string> => contentOf(readWeightFile(path).tensors);

describe('a diffusers folder', () => {
  it.each(['folder-sd15', 'folder-sdxl'])(
    '%s becomes one file and that file the same folder, bit by bit',
    async (label) => {
      const folder = folderModel(label);
      const [file, back] = [fresh(), fresh('')];
      await convert(folder, file);
      await convert(file, back, { form: 'diffusers' });
      expect(folderContent(back)).toEqual(folderContent(folder));
      expect((await inspectCheckpoint(file)).family).toBe((await inspectCheckpoint(folder)).family);
      expect(await networkNumbers(file)).toEqual(await networkNumbers(folder));
    },
  );

  it('has another content when one number of the file is another', async () => {
    const folder = folderModel('folder-sd15');
    const [file, back] = [fresh(), fresh('')];
    await convert(folder, file);
    const bytes = readFileSync(file);
    bytes.writeUInt8((bytes.at(-1) as number) ^ 1, bytes.length - 1);
    writeFileSync(file, bytes);
    await convert(file, back, { form: 'diffusers' });
    expect(folderContent(back)).not.toEqual(folderContent(folder));
  });
});

describe('a single file', () => {
  // Of the second line diffusers keeps no last layer, which nothing uses; what comes back has the one before twice.
  const unused = (name: string): boolean =>
    /^cond_stage_model\.model\.(transformer\.resblocks\.3\.|text_projection|logit_scale)/.test(name) ||
    name.endsWith('.logit_scale') ||
    name.endsWith('position_ids');

  it.each(['sd15', 'sd2', 'sdxl', 'sdxl-refiner', 'sd15-inpaint'])(
    '%s becomes a folder and the folder that file',
    async (name) => {
      const [folder, back] = [fresh(''), fresh()];
      await convert(model(name), folder, { form: 'diffusers' });
      await convert(folder, back);
      const plain = (path: string): object =>
        Object.fromEntries(Object.entries(contentOfFile(path)).filter(([key]) => !unused(key)));
      expect(plain(back)).toEqual(plain(model(name)));
      const [before, after] = [await recogniseCheckpoint(model(name)), await recogniseCheckpoint(folder)];
      expect(after.family.id).toBe(before.family.id);
      expect(after.facts).toMatchObject({
        prediction: before.facts.prediction,
        zeroTerminalSnr: before.facts.zeroTerminalSnr,
        latent: before.facts.latent,
      });
    },
  );

  // What this writes beyond the reference's own configs, or from the sizes of real models.
  const BESIDE = [
    '_class_name',
    '_diffusers_version',
    'sample_size',
    'architectures',
    'model_type',
    'upcast_attention',
  ];
  it.each(['sd15', 'sd2', 'sdxl', 'sdxl-refiner', 'sd15-inpaint'])(
    '%s gets the configs that the reference has for it',
    async (name) => {
      const folder = fresh('');
      await convert(model(name), folder, { form: 'diffusers' });
      const reference = JSON.parse(readFileSync(join(GOLDEN, `models/${name}.config.json`), 'utf8')) as Record<
        string,
        Record<string, unknown>
      >;
      const parts = readdirSync(folder).filter((part) => reference[part] !== undefined);
      expect(parts.length).toBeGreaterThanOrEqual(3);
      for (const part of parts) {
        const own = JSON.parse(readFileSync(join(folder, part, 'config.json'), 'utf8')) as Record<string, unknown>;
        for (const key of BESIDE) for (const config of [own, reference[part]]) delete config?.[key];
        // One depth for all levels may stand as one number.
        const depth = reference[part]?.['transformer_layers_per_block'];
        if (typeof depth === 'number') own['transformer_layers_per_block'] = depth;
        expect(own).toEqual(reference[part]);
      }
    },
  );

  it('keeps numbers of heads that no tensor shows', async () => {
    const [source, folder] = [fresh(), fresh('')];
    const { tensors } = readManifest(join(GOLDEN, 'models/sd15.manifest.json'));
    const heads = JSON.stringify({ text: { heads: 4 }, unet: { heads: 4 } });
    writeFormulaCheckpoint({ metadata: { 'demo.config': heads }, tensors }, source);
    await convert(source, folder, { form: 'diffusers' });
    const numbers = await networkNumbers(source);
    expect(await networkNumbers(folder)).toEqual(numbers);
    expect(numbers).not.toEqual(await networkNumbers(model('sd15')));
  });

  it('keeps what it says of itself, and tells how it was made', async () => {
    const target = fresh();
    await convert(model('sd15'), target, { precision: 'fp32' });
    const { metadata } = readWeightFile(target);
    expect(metadata).toMatchObject({ ...readWeightFile(model('sd15')).metadata, format: 'pt' });
    expect(JSON.parse(metadata['easel.recipe'] ?? '')).toMatchObject({
      type: 'convert',
      precision: 'fp32',
      sources: [{ name: 'sd15.safetensors' }],
    });
  });

  it('is the same file whenever it is made', async () => {
    const [one, two] = [fresh(), fresh()];
    await convert(model('sd15'), one);
    await convert(model('sd15'), two);
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
  });

  it('keeps the prediction that only its scheduler or a person told', async () => {
    const [target, folder] = [fresh(), fresh('')];
    const { tensors } = readManifest(join(GOLDEN, 'models/sd15.manifest.json'));
    writeFormulaCheckpoint({ metadata: {}, tensors }, join(root, 'v.safetensors'));
    writeFileSync(join(root, 'v.json'), JSON.stringify({ prediction: 'v', zero_terminal_snr: true }));
    await convert(join(root, 'v.safetensors'), target);
    expect((await recogniseCheckpoint(target)).facts).toMatchObject({ prediction: 'v', zeroTerminalSnr: true });
    await convert(target, folder, { form: 'diffusers' });
    expect((await recogniseCheckpoint(folder)).facts).toMatchObject({ prediction: 'v', zeroTerminalSnr: true });
  });
});

/** The sd15 formula checkpoint as torch would have it. */
const asTorch = (): Map<string, TorchTensor> =>
  new Map(
    [...readWeightFile(model('sd15')).tensors].map(([name, { dtype, shape, bytes }]) => [
      name,
      { type: dtype === 'F16' ? 'Half' : 'Long', shape, bytes },
    ]),
  );

describe('a pickle', () => {
  it.each([
    ['an archive', () => torchZip(asTorch())],
    ['a packed archive', () => torchZip(asTorch(), { isDeflated: true })],
    ['the older stream', () => torchStream(asTorch())],
  ])('in the form of %s becomes safetensors with the same numbers', async (_name, write) => {
    const [source, target] = [fresh('.ckpt'), fresh()];
    writeFileSync(source, write());
    await convert(source, target);
    expect(contentOfFile(target)).toEqual(contentOfFile(model('sd15')));
  });

  it('of another kind of file keeps its names', async () => {
    const [source, target] = [fresh('.pt'), fresh()];
    const bytes = new Uint8Array(Float64Array.of(0.5, -2).buffer);
    writeFileSync(source, torchZip(new Map([['lora_unet_x.alpha', { type: 'Double', shape: [2], bytes }]])));
    await convert(source, target);
    const expected = new Uint8Array(Float32Array.of(0.5, -2).buffer);
    expect(contentOfFile(target)).toEqual(
      contentOf(new Map([['lora_unet_x.alpha', { dtype: 'F32', shape: [2], bytes: expected }]])),
    );
  });

  it('may hold tensors without a number, which no reader of safetensors takes', async () => {
    const [source, target] = [fresh('.pt'), fresh()];
    const nothing = { type: 'Float', shape: [0, 4], bytes: new Uint8Array(0) };
    const one = { type: 'Float', shape: [1], bytes: new Uint8Array(4) };
    writeFileSync(
      source,
      torchZip(
        new Map([
          ['nothing', nothing],
          ['one', one],
        ]),
      ),
    );
    expect((await convert(source, target)).notes).toEqual(['1 tensors without a number were left out.']);
    expect([...(await openCheckpoint(target)).tensors.keys()]).toEqual(['one']);
  });

  it('that asks for code is refused, and nothing is written', async () => {
    const evil = fresh('.ckpt');
    writeFileSync(evil, torchZip(new Map(), { wrap: () => reduce(name('posix', 'system'), 'true') }));
    await expect(convert(evil, fresh())).rejects.toMatchObject({ code: 'pickle_unsafe' });
    expect(readdirSync(root).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('a shorter precision', () => {
  it.each([
    ['fp16', 'F16', toHalf],
    ['bf16', 'BF16', toBfloat],
  ] as const)('%s is the nearest number, counters stay as they are', async (precision, dtype, round) => {
    const values = Float32Array.from({ length: 3000 }, (_, i) => Math.fround(Math.sin(i) * 10 ** ((i % 9) - 6)));
    const counters = new Uint8Array(BigInt64Array.of(7n, 9n).buffer);
    const source = fresh();
    const tensors = new Map<string, StoredBytes>([
      ['weight', { dtype: 'F32', shape: [3, 1000], bytes: new Uint8Array(values.buffer) }],
      ['position_ids', { dtype: 'I64', shape: [2], bytes: counters }],
    ]);
    writeFileSync(source, safetensors(tensors));
    const target = fresh();
    const { notes } = await convert(source, target, { precision });
    const words = Uint16Array.from(values, round);
    expect(contentOfFile(target)).toEqual(
      contentOf(
        new Map([
          ['weight', { dtype, shape: [3, 1000], bytes: new Uint8Array(words.buffer) }],
          ['position_ids', { dtype: 'I64', shape: [2], bytes: counters }],
        ]),
      ),
    );
    expect(notes).toEqual([]);
  });

  it('says how many numbers it could not hold', async () => {
    const source = fresh();
    const bytes = new Uint8Array(Float32Array.of(1e6, 1, -1e6).buffer);
    writeFileSync(source, safetensors(new Map([['weight', { dtype: 'F32', shape: [3], bytes }]])));
    const { notes } = await convert(source, fresh(), { precision: 'fp16' });
    expect(notes).toEqual(['2 numbers are too large for the precision and became infinite.']);
  });
});

describe('averaged copies', () => {
  const weight = 'model.diffusion_model.out.2.bias';
  const copy = 'model_ema.diffusion_modelout2bias';
  let trained = '';
  beforeAll(() => {
    trained = fresh();
    const { tensors, metadata } = readWeightFile(model('sd15'));
    const { dtype, shape, bytes } = tensors.get(weight) as StoredBytes;
    const other = { dtype, shape, bytes: Uint8Array.from(bytes, (byte) => byte ^ 1) };
    writeFileSync(trained, safetensors(new Map([...tensors, [copy, other]]), metadata));
  });
  const after = async (ema: 'keep' | 'drop' | 'use'): Promise<Record<string, string>> => {
    const target = fresh();
    await convert(trained, target, { ema });
    return contentOfFile(target);
  };

  it('stay, go, or take the place of the weights', async () => {
    const before = contentOfFile(trained);
    expect(await after('keep')).toEqual(before);
    const { [copy]: averaged, ...plain } = before;
    expect(await after('drop')).toEqual(plain);
    expect(await after('use')).toEqual({ ...plain, [weight]: averaged });
  });

  it('cannot be used where there are none', async () => {
    await expect(convert(model('sd15'), fresh(), { ema: 'use' })).rejects.toMatchObject({
      code: 'model_incomplete',
      details: { field: 'ema' },
    });
  });

  it('have no place in a folder, which is said', async () => {
    expect((await convert(trained, fresh(''), { form: 'diffusers' })).notes).toEqual([
      '1 averaged copies were left out: a folder has no place for them.',
    ]);
  });
});

const isVae = ([name]: [string, string]): boolean => name.startsWith('first_stage_model.');

describe('a VAE', () => {
  it('is taken out under the names of a file of its own, and put in again', async () => {
    const [vae, back] = [fresh(), fresh()];
    await convert(model('sd15'), vae, { part: 'vae' });
    const own = Object.entries(contentOfFile(model('sd15'))).filter(isVae);
    expect(Object.entries(contentOfFile(vae))).toEqual(own.map(([name, value]) => [name.slice(18), value]));
    await convert(model('sd15'), back, { vae });
    expect(contentOfFile(back)).toEqual(contentOfFile(model('sd15')));
  });

  it.each(['a file in the layout of diffusers', 'a checkpoint'])('is taken from %s', async (form) => {
    const folder = fresh('');
    await convert(model('sd15'), folder, { form: 'diffusers', precision: 'fp32' });
    const source = form === 'a checkpoint' ? folder : join(folder, 'vae/diffusion_pytorch_model.safetensors');
    const target = fresh();
    await convert(model('sd15'), target, { vae: source });
    const wide = fresh();
    await convert(model('sd15'), wide, { precision: 'fp32' });
    expect(Object.entries(contentOfFile(target)).filter(isVae)).toEqual(
      Object.entries(contentOfFile(wide)).filter(isVae),
    );
    const others = (path: string): [string, string][] =>
      Object.entries(contentOfFile(path)).filter((entry) => !isVae(entry));
    expect(others(target)).toEqual(others(model('sd15')));
  });

  it('of another shape is refused by name', async () => {
    const vae = fresh();
    await convert(model('sd15'), vae, { part: 'vae' });
    const { tensors } = readWeightFile(vae);
    const wrong = { dtype: 'F16', shape: [1], bytes: new Uint8Array(2) };
    writeFileSync(vae, safetensors(new Map([...tensors, ['decoder.conv_in.bias', wrong]])));
    await expect(convert(model('sd15'), fresh(), { vae })).rejects.toMatchObject({
      code: 'models_differ',
      details: { field: 'vae', tensor: 'first_stage_model.decoder.conv_in.bias' },
    });
  });

  it('is missed where there is none', async () => {
    const file = fresh();
    writeFileSync(file, safetensors(new Map([['x', { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) }]])));
    await expect(convert(file, fresh(), { part: 'vae' })).rejects.toMatchObject({ code: 'model_incomplete' });
  });
});

describe('a U-Net alone', () => {
  const plain = async (): Promise<string> => {
    const file = fresh();
    const { tensors } = readWeightFile(model('sd15'));
    writeFileSync(file, safetensors(new Map([...tensors].filter(([name]) => name.startsWith('model.')))));
    return file;
  };
  const alone: [name: string, write: () => Promise<string>][] = [
    ['under original names', plain],
    [
      'without prefix',
      async () => {
        const file = fresh();
        const { tensors } = readWeightFile(model('sd15'));
        const own = [...tensors].filter(([name]) => name.startsWith('model.'));
        writeFileSync(file, safetensors(new Map(own.map(([name, value]) => [name.slice(22), value]))));
        return file;
      },
    ],
    [
      "under diffusers' names",
      async () => {
        const folder = fresh('');
        await convert(model('sd15'), folder, { form: 'diffusers' });
        return join(folder, 'unet/diffusion_pytorch_model.safetensors');
      },
    ],
  ];
  it.each(alone)('%s is made whole by a base', async (_name, write) => {
    const [file, target] = [await write(), fresh()];
    await convert(file, target, { base: model('sd15') });
    expect(contentOfFile(target)).toEqual(contentOfFile(model('sd15')));
    expect((await inspectCheckpoint(target)).family).toBe('stable-diffusion-1');
  });

  it('is no checkpoint with a base of another family, nor a folder without one', async () => {
    const file = await plain();
    await expect(convert(file, fresh(), { base: model('sdxl') })).rejects.toMatchObject({
      code: 'models_differ',
      details: { field: 'base' },
    });
    await expect(convert(file, fresh(''), { form: 'diffusers' })).rejects.toMatchObject({ code: 'model_unsupported' });
  });
});

describe('the place of the new file', () => {
  const drafts = (): string[] => readdirSync(root).filter((name) => name.startsWith('.'));

  it('is not taken twice, unless that is asked for', async () => {
    const target = fresh();
    writeFileSync(target, 'mine');
    await expect(convert(model('sd15'), target)).rejects.toMatchObject({ code: 'name_taken' });
    expect(readFileSync(target, 'utf8')).toBe('mine');
    await convert(model('sd15'), target, { overwrite: true });
    expect(contentOfFile(target)).toEqual(contentOfFile(model('sd15')));
    const folder = fresh('');
    mkdirSync(folder);
    writeFileSync(join(folder, 'old.txt'), 'old');
    await expect(convert(model('sd15'), folder, { form: 'diffusers' })).rejects.toMatchObject({ code: 'name_taken' });
    await convert(model('sd15'), folder, { form: 'diffusers', overwrite: true });
    expect(existsSync(join(folder, 'old.txt'))).toBe(false);
    expect(drafts()).toEqual([]);
  });

  it.each([0, 1, 5, 12])('is empty when it is cancelled at breath %i', async (breath) => {
    const target = fresh();
    let breaths = 0;
    const context = {
      report: () => {},
      breathe: async () => {
        if (breaths++ === breath) throw new CancelledError('cancelled', 'Enough.');
      },
    };
    await expect(convert(model('sd15'), target, { precision: 'fp32' }, context)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(existsSync(target)).toBe(false);
    expect(drafts()).toEqual([]);
  });

  it('takes what came there meanwhile for taken', async () => {
    const target = fresh();
    const context = {
      report: ({ activity }: { activity: string }) => {
        if (activity === 'finishing') writeFileSync(target, 'came first');
      },
      breathe: () => Promise.resolve(),
    };
    await expect(convert(model('sd15'), target, {}, context)).rejects.toMatchObject({ code: 'name_taken' });
    expect(readFileSync(target, 'utf8')).toBe('came first');
    expect(drafts()).toEqual([]);
  });

  it('is cleared of what a killed process left, here or long ago elsewhere', async () => {
    const left = (space: string, owner: number): string => {
      const name = `.easel-making-${space}-${owner}-x.safetensors`;
      writeFileSync(join(root, name), 'half');
      return name;
    };
    left(numberSpace(), 2 ** 30);
    utimesSync(join(root, left('1', 7)), new Date(0), new Date(0));
    const [own, fresher] = [left(numberSpace(), process.ppid), left('1', 8)];
    await convert(model('sd15'), fresh());
    expect(drafts()).toEqual([own, fresher].sort());
    for (const name of [own, fresher]) rmSync(join(root, name));
  });

  it('may be that of the source', async () => {
    const file = fresh();
    writeFileSync(file, readFileSync(model('sd15')));
    await convert(file, file, { precision: 'fp32', overwrite: true });
    expect((await openCheckpoint(file)).tensors.get('model.diffusion_model.out.2.bias')?.dtype).toBe('F32');
  });

  it('must be in a folder that is there', async () => {
    await expect(convert(model('sd15'), join(root, 'nowhere/x.safetensors'))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
  });
});

describe('progress', () => {
  it('counts the bytes of the new file up to all of them', async () => {
    const told: { doneBytes: number; totalBytes: number; activity: string }[] = [];
    const target = fresh();
    await convert(
      model('sd15'),
      target,
      {},
      { report: (progress) => told.push(progress), breathe: () => Promise.resolve() },
    );
    const { size } = statSync(target);
    expect(told.map(({ activity }) => activity)).toEqual(expect.arrayContaining(['reading', 'writing', 'finishing']));
    expect(told.at(-1)).toEqual({ doneBytes: size, totalBytes: size, activity: 'finishing' });
    expect(told.every(({ doneBytes }, i) => doneBytes >= (told[i - 1]?.doneBytes ?? 0))).toBe(true);
  });
});
