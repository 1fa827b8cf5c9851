/** Diffusers folders in the forms people have them: variants, shards, pickles, and what is missing told by its name. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openCheckpoint } from '../../src/checkpoint/open.ts';
import { inspectCheckpoint } from '../../src/families/inspect.ts';
import { openPipeline } from '../../src/families/pipeline.ts';
import { recogniseCheckpoint } from '../../src/families/recognise.ts';
import { GoldenCase } from '../golden/case.ts';
import { networkNumbers } from '../support/network-numbers.ts';
import { torchZip, type TorchTensor } from '../support/write-torch.ts';
import { safetensors, type StoredBytes } from '../support/write-safetensors.ts';

const GOLDEN = join(import.meta.dirname, '../../../fixtures/golden/core');
const WEIGHTS = 'diffusion_pytorch_model';

let root = '';
let source = '';
let made = 0;
let expected: number[] = [];
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'easel-folders-'));
  source = new GoldenCase(join(GOLDEN, 'folder-sd15')).checkpoint('folder-sd15');
  expected = await networkNumbers(source);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A copy of the folder that a test may change. */
function copy(change: (folder: string) => void): string {
  const folder = join(root, `model-${made++}.v1`);
  cpSync(source, folder, { recursive: true });
  change(folder);
  return folder;
}

interface Read {
  readonly metadata: Record<string, string>;
  readonly tensors: Map<string, StoredBytes>;
}

function read(path: string): Read {
  const file = readFileSync(path);
  const length = Number(file.readBigUInt64LE(0));
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<
    string,
    never
  >;
  const tensors = new Map<string, StoredBytes>();
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets } = entry as { dtype: string; shape: number[]; data_offsets: [number, number] };
    const [from, to] = data_offsets;
    tensors.set(name, { dtype, shape, bytes: file.subarray(8 + length + from, 8 + length + to) });
  }
  return { metadata, tensors };
}

/** Two shards and the list that says which tensor is where. */
function shard(folder: string, part: string, stem: string, { mark = '', isMarkLast = false } = {}): void {
  const path = join(folder, part, `${stem}.safetensors`);
  const all = [...read(path).tensors];
  unlinkSync(path);
  const map: Record<string, string> = {};
  [all.slice(0, all.length / 2), all.slice(all.length / 2)].forEach((half, i) => {
    const name = `${stem}${mark}-0000${i + 1}-of-00002.safetensors`;
    writeFileSync(join(folder, part, name), safetensors(new Map(half)));
    for (const [key] of half) map[key] = name;
  });
  const index = isMarkLast ? `${stem}.safetensors.index${mark}.json` : `${stem}${mark}.safetensors.index.json`;
  writeFileSync(join(folder, part, index), JSON.stringify({ metadata: {}, weight_map: map }));
}

function asPickle(folder: string, part: string, from: string, to: string): void {
  const path = join(folder, part, from);
  const tensors = new Map(
    [...read(path).tensors].map(([name, { shape, bytes }]): [string, TorchTensor] => [
      name,
      { type: 'Half', shape, bytes },
    ]),
  );
  writeFileSync(join(folder, part, to), torchZip(tensors));
  unlinkSync(path);
}

const FORMS: readonly [name: string, change: (folder: string) => void][] = [
  [
    'half precision files only',
    (folder) => {
      for (const [part, stem] of [
        ['unet', WEIGHTS],
        ['vae', WEIGHTS],
        ['text_encoder', 'model'],
      ] as const)
        renameSync(join(folder, part, `${stem}.safetensors`), join(folder, part, `${stem}.fp16.safetensors`));
    },
  ],
  [
    'shards',
    (folder) => {
      shard(folder, 'unet', WEIGHTS);
      shard(folder, 'text_encoder', 'model');
    },
  ],
  ['shards of a variant', (folder) => shard(folder, 'unet', WEIGHTS, { mark: '.fp16' })],
  [
    'shards of a variant as older programs name them',
    (folder) => shard(folder, 'unet', WEIGHTS, { mark: '.fp16', isMarkLast: true }),
  ],
  [
    'pickles',
    (folder) => {
      asPickle(folder, 'unet', `${WEIGHTS}.safetensors`, `${WEIGHTS}.bin`);
      asPickle(folder, 'text_encoder', 'model.safetensors', 'pytorch_model.bin');
    },
  ],
  [
    'a text encoder without its outermost name',
    (folder) => {
      const path = join(folder, 'text_encoder/model.safetensors');
      const { tensors } = read(path);
      writeFileSync(
        path,
        safetensors(new Map([...tensors].map(([name, value]) => [name.replace('text_model.', ''), value]))),
      );
    },
  ],
  [
    'links to files kept elsewhere, as a hub cache has them',
    (folder) => {
      mkdirSync(join(folder, 'blobs'));
      renameSync(join(folder, 'unet', `${WEIGHTS}.safetensors`), join(folder, 'blobs', 'a1b2'));
      symlinkSync('../blobs/a1b2', join(folder, 'unet', `${WEIGHTS}.safetensors`));
    },
  ],
];

describe('a diffusers folder', () => {
  it.each(FORMS)('gives the same numbers with %s', async (_, change) => {
    const folder = copy(change);
    expect((await inspectCheckpoint(folder)).family).toBe('stable-diffusion-1');
    expect(await networkNumbers(folder)).toEqual(expected);
  });

  it('prefers the plain file to a variant of it', async () => {
    const folder = copy((each) => {
      writeFileSync(join(each, 'unet', `${WEIGHTS}.fp16.safetensors`), 'not a model');
    });
    expect((await inspectCheckpoint(folder)).family).toBe('stable-diffusion-1');
  });

  it('is known by all its files: one that changes is noticed', async () => {
    const folder = copy(() => {});
    const { parts = [], fileBytes } = await openCheckpoint(folder);
    expect(parts.map(({ file }) => file.slice(folder.length + 1)).toSorted()).toEqual([
      'model_index.json',
      'scheduler/scheduler_config.json',
      'text_encoder/config.json',
      'text_encoder/model.safetensors',
      'unet/config.json',
      `unet/${WEIGHTS}.safetensors`,
      'vae/config.json',
      `vae/${WEIGHTS}.safetensors`,
    ]);
    expect(fileBytes).toBe(parts.reduce((sum, { file }) => sum + statSync(file).size, 0));

    const startSession = (): Promise<never> => Promise.reject(new Error('no session is needed here'));
    const pipeline = openPipeline(await recogniseCheckpoint(folder), { startSession });
    writeFileSync(join(folder, 'vae/config.json'), '{}');
    await expect(pipeline.load('unet')).rejects.toMatchObject({ code: 'model_gone' });
  });

  it('says what it was trained to predict, where its scheduler says it', async () => {
    const folder = copy((each) => {
      const config = { prediction_type: 'v_prediction', rescale_betas_zero_snr: true };
      writeFileSync(join(each, 'scheduler/scheduler_config.json'), JSON.stringify(config));
    });
    expect((await recogniseCheckpoint(folder)).facts).toMatchObject({ prediction: 'v', zeroTerminalSnr: true });
  });

  it('has its sidecar beside it, under its whole name', async () => {
    const folder = copy(() => {});
    writeFileSync(`${folder}.json`, '{"title": "Mine"}');
    expect((await recogniseCheckpoint(folder)).facts.title).toBe('Mine');
  });
});

describe('a diffusers folder that is not whole', () => {
  const without =
    (...names: readonly string[]) =>
    (folder: string): void => {
      for (const name of names) unlinkSync(join(folder, name));
    };
  it.each<[string, (folder: string) => void, string, RegExp]>([
    ['model_index.json', without('model_index.json'), 'model_invalid', /a folder without model_index\.json/],
    ['a config', without('unet/config.json'), 'model_incomplete', /unet[/\\]config\.json is missing/],
    [
      'a network',
      without(`vae/${WEIGHTS}.safetensors`),
      'model_incomplete',
      /vae\/diffusion_pytorch_model\.safetensors is missing/,
    ],
    [
      "a network's whole folder",
      (folder) => rmSync(join(folder, 'text_encoder'), { recursive: true }),
      'model_incomplete',
      /text_encoder[/\\]config\.json is missing/,
    ],
    [
      'a shard',
      (folder) => {
        shard(folder, 'unet', WEIGHTS);
        unlinkSync(join(folder, 'unet', `${WEIGHTS}-00002-of-00002.safetensors`));
      },
      'model_incomplete',
      /unet\/diffusion_pytorch_model-00002-of-00002\.safetensors is missing/,
    ],
    [
      'a tensor',
      (folder) => {
        const path = join(folder, 'unet', `${WEIGHTS}.safetensors`);
        const { tensors } = read(path);
        tensors.delete('mid_block.resnets.0.conv1.weight');
        writeFileSync(path, safetensors(tensors));
      },
      'model_incomplete',
      /middle_block\.0\.in_layers\.2\.weight is missing/,
    ],
  ])('is refused by the name of what is missing: %s', async (_, change, code, message) => {
    await expect(inspectCheckpoint(copy(change))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('a diffusers folder from a stranger', () => {
  const withIndex =
    (map: unknown) =>
    (folder: string): void => {
      unlinkSync(join(folder, 'unet', `${WEIGHTS}.safetensors`));
      writeFileSync(join(folder, 'unet', `${WEIGHTS}.safetensors.index.json`), JSON.stringify({ weight_map: map }));
    };
  it.each<[string, (folder: string) => void, string, RegExp]>([
    ['a shard outside of the folder', withIndex({ a: '../../../../etc/passwd' }), 'model_invalid', /no file name/],
    ['a shard by an absolute path', withIndex({ a: '/etc/passwd' }), 'model_invalid', /no file name/],
    ['a shard by a Windows path', withIndex({ a: '..\\secret' }), 'model_invalid', /no file name/],
    ['a shard that is no name', withIndex({ a: 7 }), 'model_invalid', /no file name/],
    ['a list of shards that is none', withIndex(null), 'model_invalid', /lists no weights/],
    [
      'a config that is no object',
      (folder) => writeFileSync(join(folder, 'unet/config.json'), '[1]'),
      'model_invalid',
      /not a JSON object/,
    ],
    [
      'a config nested without end',
      (folder) => writeFileSync(join(folder, 'unet/config.json'), '['.repeat(1_000_000)),
      'model_invalid',
      /not a JSON object/,
    ],
    [
      'weights that are a web page',
      (folder) => writeFileSync(join(folder, 'unet', `${WEIGHTS}.safetensors`), '<!doctype html><p>Sign in'),
      'model_invalid',
      /web page/,
    ],
    [
      'a pipeline of another kind',
      (folder) =>
        writeFileSync(
          join(folder, 'model_index.json'),
          JSON.stringify({ _class_name: 'FluxPipeline', transformer: ['diffusers', 'FluxTransformer2DModel'] }),
        ),
      'model_unsupported',
      /no unet\. It is a FluxPipeline/,
    ],
  ])('is refused with %s', async (_, change, code, message) => {
    await expect(inspectCheckpoint(copy(change))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });
});
