/**
 * Opens damaged files one after the other and holds the readers to what they promise: a header or a refusal, soon, in
 * little memory, and no other file is touched.
 */
import fs, { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { StudioError } from '@easel/shared/errors';

import type { CheckpointHeader } from '../../src/checkpoint/header.ts';
import { openCheckpoint } from '../../src/checkpoint/open.ts';
import { placeTensors } from '../../src/checkpoint/place-tensors.ts';
import { SCRATCH_PREFIX } from '../../src/checkpoint/scratch.ts';
import { findFamily } from '../../src/families/recognise.ts';
import { readManifest, type Manifest, type ManifestRow } from '../support/formula-weights.ts';
import { headerOfManifest } from '../support/manifest-header.ts';
import { readBytes } from '../support/read-entry.ts';
import { safetensors } from '../support/write-safetensors.ts';
import { stridesOf, torchStream, torchZip, type TorchTensor } from '../support/write-torch.ts';
import { drawFrom, mutate, type Draw } from './mutate.ts';

/** Sound and hostile files that damage is done to. */
const SOURCES = ['fixtures/golden/embeddings/files', 'fixtures/files'].map((folder) =>
  join(import.meta.dirname, '../../..', folder),
);
const LARGEST_SOURCE = 5000;

/** How a reader may refuse a file. */
const REFUSALS = new Set([
  'model_invalid',
  'model_incomplete',
  'model_unexpected',
  'model_unsupported',
  'pickle_unsafe',
]);

export const SLOWEST_MS = 1000;
export const LARGEST_RSS = 512 << 20;

export interface FuzzOptions {
  readonly seed: number;
  /** Numbers of the files to make: from the first to before the last. */
  readonly from: number;
  readonly to: number;
  /** Called before each file. */
  readonly onFile?: (number: number) => void;
}

export interface FuzzReport {
  files: number;
  loaded: number;
  refused: number;
  slowestMs: number;
  /** What went wrong, with the number of the file. */
  faults: string[];
}

/** How often sound files are taken for each time a hostile one is: damage to those shows little. */
const SOUND_WEIGHT = 5;

async function sourceFiles(home: string): Promise<Buffer[]> {
  const sources: Buffer[] = [];
  for (const bytes of allSources()) {
    writeFileSync(join(home, 'source'), bytes);
    const isSound = await openCheckpoint(join(home, 'source')).then(
      () => true,
      () => false,
    );
    sources.push(...Array<Buffer>(isSound ? SOUND_WEIGHT : 1).fill(bytes));
  }
  return sources;
}

function allSources(): Buffer[] {
  const found = SOURCES.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(pt|pth|bin|ckpt|safetensors)$/.test(name))
      .toSorted()
      .map((name) => readFileSync(join(folder, name))),
  ).filter(({ length }) => length <= LARGEST_SOURCE);
  const tensor = (shape: readonly number[], strides = stridesOf(shape)): TorchTensor => ({
    type: 'Float',
    shape,
    strides,
    bytes: new Uint8Array(4 * shape.reduce((product, extent) => product * extent, 1)).fill(1),
  });
  const tensors = new Map([
    ['model.diffusion_model.out.2.weight', tensor([4, 3, 2, 2])],
    ['turned', tensor([3, 5], [1, 3])],
    ['b', tensor([7])],
  ]);
  const plain = new Map([...tensors].map(([name, { shape, bytes }]) => [name, { dtype: 'F32', shape, bytes }]));
  const wrap = (inner: Map<never, never>): Map<string, never> => new Map([['state_dict', inner as never]]);
  return [
    ...found,
    torchZip(tensors),
    torchZip(tensors, { isWide: true }),
    torchZip(tensors, { isDeflated: true, wrap: wrap as never }),
    torchStream(tensors, { wrap: wrap as never }),
    safetensors(plain, { format: 'pt' }),
    safetensors(new Map([...plain, ['v_pred', { dtype: 'F8_E5M2', shape: [0], bytes: new Uint8Array(0) }]])),
  ];
}

/** A folder as diffusers saves it, around one file that is damaged. */
const FOLDER_TEXTS: Readonly<Record<string, string>> = {
  'model_index.json':
    '{"_class_name":"X","unet":["diffusers","U"],"vae":["diffusers","V"],"text_encoder":["transformers","T"]}',
  'unet/config.json': '{"sample_size":8}',
  'vae/config.json': '{}',
  'text_encoder/config.json': '{"hidden_act":"gelu","num_hidden_layers":1}',
  'scheduler/scheduler_config.json': '{"prediction_type":"epsilon"}',
  'unet/diffusion_pytorch_model.safetensors.index.json':
    '{"weight_map":{"conv_in.weight":"s-1.safetensors","up_blocks.0.resnets.0.conv1.bias":"s-1.safetensors"}}',
};

function folderFiles(): Map<string, Buffer> {
  const tensor = (shape: readonly number[]): { dtype: string; shape: readonly number[]; bytes: Uint8Array } => ({
    dtype: 'F16',
    shape,
    bytes: new Uint8Array(2 * shape.reduce((product, extent) => product * extent, 1)),
  });
  const layer = (leaf: string): string => `text_model.encoder.layers.0.self_attn.${leaf}`;
  return new Map([
    ...Object.entries(FOLDER_TEXTS).map(([name, text]): [string, Buffer] => [name, Buffer.from(text)]),
    [
      'unet/s-1.safetensors',
      safetensors(
        new Map([
          ['conv_in.weight', tensor([2, 4, 3, 3])],
          ['up_blocks.0.resnets.0.conv1.bias', tensor([2])],
        ]),
      ),
    ],
    [
      'vae/diffusion_pytorch_model.safetensors',
      safetensors(new Map([['encoder.mid_block.attentions.0.to_q.weight', tensor([2, 2])]])),
    ],
    [
      'text_encoder/model.safetensors',
      safetensors(
        new Map([
          ...['q_proj.weight', 'k_proj.weight', 'v_proj.weight'].map((leaf): [string, ReturnType<typeof tensor>] => [
            layer(leaf),
            tensor([2, 2]),
          ]),
          ['text_projection.weight', tensor([2, 3])],
        ]),
      ),
    ],
  ]);
}

/** One file in so many is a folder; one in so many others is only a header, of a whole checkpoint. */
const FOLDER_SHARE = 20;
const HEADER_SHARE = 150;

const MANIFESTS = ['sd15', 'sd2', 'sdxl'].map((name) =>
  readManifest(join(import.meta.dirname, `../../../fixtures/golden/core/models/${name}.manifest.json`)),
);
const ODD_NAMES = [
  '__proto__',
  'model.diffusion_model.input_blocks.999999999.0.weight',
  'v_pred',
  '',
  'a'.repeat(5000),
];
const EXTENTS = [0, 1, 2, 3, 4, 8, 9, 77, 2 ** 20, 2 ** 31, 2 ** 40];

/** The header of a tiny checkpoint with a few tensors lost, renamed or of another shape. */
function damagedHeader(draw: Draw): CheckpointHeader {
  const manifest = MANIFESTS[draw(MANIFESTS.length)] as Manifest;
  const rows = manifest.tensors.map((row): ManifestRow => row);
  for (let left = 1 + draw(3); left > 0; left--) {
    const at = draw(rows.length);
    const [name, dtype, shape, mean, scale] = rows[at] as ManifestRow;
    const other = rows[draw(rows.length)] as ManifestRow;
    const extent = EXTENTS[draw(EXTENTS.length)] as number;
    const changes: readonly (readonly ManifestRow[])[] = [
      [],
      [
        [
          draw(2) === 0 ? `${other[0]}.weight` : (ODD_NAMES[draw(ODD_NAMES.length)] as string),
          dtype,
          shape,
          mean,
          scale,
        ],
      ],
      [[name, dtype, shape.map((each, axis) => (axis === draw(shape.length) ? extent : each)), mean, scale]],
      [[name, dtype, other[2], mean, scale]],
      [[name, dtype, [...shape, extent], mean, scale]],
      [[name, draw(2) === 0 ? 'I64' : 'BF16', shape, mean, scale]],
      [[name.replace(/\d+/, String(draw(40))), dtype, shape, mean, scale]],
    ];
    rows.splice(at, 1, ...(changes[draw(changes.length)] as readonly ManifestRow[]));
  }
  return headerOfManifest({ metadata: draw(2) === 0 ? {} : manifest.metadata, tensors: rows });
}

export async function fuzz({ seed, from, to, onFile }: FuzzOptions): Promise<FuzzReport> {
  const home = mkdtempSync(join(tmpdir(), 'easel-fuzz-'));
  const file = join(home, 'file');
  const folder = join(home, 'folder');
  const sound = await sourceFiles(home);
  const parts = folderFiles();
  for (const [name, bytes] of parts) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  const report: FuzzReport = { files: 0, loaded: 0, refused: 0, slowestMs: 0, faults: [] };
  const strays = watchOpened([home, join(tmpdir(), `${SCRATCH_PREFIX}${process.pid}-`)]);
  try {
    for (let number = from; number < to; number++) {
      onFile?.(number);
      const draw = drawFrom(seed, number);
      let read = (): Promise<void> => readAll(file);
      let restore = (): void => {};
      if (draw(HEADER_SHARE) === 0) {
        const header = damagedHeader(draw);
        read = async () => checkHeader(header);
      } else if (draw(FOLDER_SHARE) === 0) {
        const [name, bytes] = [...parts][draw(parts.size)] as [string, Buffer];
        writeFileSync(join(folder, name), mutate([bytes], draw));
        restore = () => writeFileSync(join(folder, name), bytes);
        read = () => readAll(folder);
      } else writeFileSync(file, mutate(sound, draw));
      const startedAt = process.cpuUsage();
      const fault = await attempt(read, report);
      // Processor time: what else runs on the machine is not the reader's fault.
      const { user, system } = process.cpuUsage(startedAt);
      const tookMs = (user + system) / 1000;
      restore();
      report.files++;
      report.slowestMs = Math.max(report.slowestMs, tookMs);
      if (fault !== null) report.faults.push(`file ${number}: ${fault}`);
      if (tookMs > SLOWEST_MS) report.faults.push(`file ${number}: took ${Math.round(tookMs)} ms`);
      for (const stray of strays.take()) report.faults.push(`file ${number}: ${stray} was opened`);
      if (process.memoryUsage.rss() > LARGEST_RSS)
        report.faults.push(`file ${number}: the process has ${process.memoryUsage.rss()} bytes`);
    }
  } finally {
    strays.stop();
    rmSync(home, { recursive: true, force: true });
  }
  return report;
}

/** Opens a file or folder and, where it is sound, reads all it holds. */
async function readAll(path: string): Promise<void> {
  const { header, release } = await placeTensors(await openCheckpoint(path), () => true);
  try {
    for (const entry of header.tensors.values()) readBytes(header, entry);
  } finally {
    await release();
  }
}

/** Recognises a checkpoint and builds all its networks. */
function checkHeader(header: CheckpointHeader): void {
  const { family } = findFamily(header);
  family.facts(header, null);
  family.check(header, null);
}

/** @returns what went wrong, if it was neither read nor refused as it should be */
async function attempt(read: () => Promise<void>, report: FuzzReport): Promise<string | null> {
  try {
    await read();
    report.loaded++;
    return null;
  } catch (error) {
    if (!(error instanceof StudioError)) return String((error as Error).stack ?? error);
    if (!REFUSALS.has(error.code)) return `${error.code}: ${error.message}`;
    report.refused++;
    return null;
  }
}

interface Watch {
  /** Paths outside of the allowed ones that were opened since the last time. */
  take(): string[];
  stop(): void;
}

/** Sees every file this process opens through Node, by standing in for Node's own functions. */
function watchOpened(allowed: readonly string[]): Watch {
  let strays: string[] = [];
  const note = (path: unknown): void => {
    if (typeof path !== 'string' && !(path instanceof URL) && !Buffer.isBuffer(path)) return;
    const full = resolve(String(path));
    if (!allowed.some((start) => full.startsWith(start)) && full !== tmpdir()) strays.push(full);
  };
  const undo: (() => void)[] = [];
  const stand = (owner: object, names: readonly string[]): void => {
    for (const name of names) {
      const own = Reflect.get(owner, name) as (...args: unknown[]) => unknown;
      Reflect.set(owner, name, (...args: unknown[]): unknown => {
        note(args[0]);
        return own.apply(owner, args);
      });
      undo.push(() => Reflect.set(owner, name, own));
    }
  };
  stand(fs.promises, ['open', 'readFile', 'writeFile', 'readdir', 'mkdir']);
  stand(fs, ['open', 'openSync', 'createReadStream', 'createWriteStream', 'readFileSync', 'readFile', 'writeFileSync']);
  syncBuiltinESMExports();
  return {
    take: () => {
      const taken = strays;
      strays = [];
      return taken;
    },
    stop: () => {
      for (const each of undo) each();
      syncBuiltinESMExports();
    },
  };
}
