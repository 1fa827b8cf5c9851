/** One checkpoint in every form a user may have it in: recognised alike, and its networks give the same numbers. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openCheckpoint } from '../../src/checkpoint/open.ts';
import { SCRATCH_PREFIX } from '../../src/checkpoint/scratch.ts';
import { inspectCheckpoint } from '../../src/families/inspect.ts';
import { readManifest, writeFormulaCheckpoint } from '../support/formula-weights.ts';
import { networkNumbers } from '../support/network-numbers.ts';
import type { Picklable } from '../support/write-pickle.ts';
import { torchStream, torchZip, type TorchTensor } from '../support/write-torch.ts';

const MANIFEST = join(import.meta.dirname, '../../../fixtures/golden/core/models/sd15.manifest.json');

let folder = '';
let tensors = new Map<string, TorchTensor>();
let expected: number[] = [];
const path = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'easel-forms-'));
  writeFormulaCheckpoint(readManifest(MANIFEST), path('plain.safetensors'));
  const file = readFileSync(path('plain.safetensors'));
  const header = await openCheckpoint(path('plain.safetensors'));
  tensors = new Map(
    [...header.tensors.values()].map(({ name, shape, offset, byteLength }) => [
      name,
      { type: 'Half', shape, bytes: file.subarray(offset, offset + byteLength) },
    ]),
  );
  expected = await networkNumbers(path('plain.safetensors'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The same matrix, stored the other way round and seen through exchanged strides. */
function turned(tensor: TorchTensor): TorchTensor {
  const [rows, columns] = tensor.shape;
  if (rows === undefined || columns === undefined || tensor.shape.length !== 2) return tensor;
  const from = new Uint16Array(Uint8Array.from(tensor.bytes).buffer);
  const to = new Uint16Array(from.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) to[j * rows + i] = from[i * columns + j] as number;
  return { ...tensor, strides: [1, rows], bytes: new Uint8Array(to.buffer) };
}

const inTraining = (inner: Map<Picklable, Picklable>): Picklable =>
  new Map<Picklable, Picklable>([
    ['epoch', 6],
    ['global_step', 470000],
    ['state_dict', inner],
  ]);

/** What training leaves in a file. */
function withLeftovers(weights: ReadonlyMap<string, TorchTensor>): Map<string, TorchTensor> {
  const name = 'model.diffusion_model.input_blocks.0.0.weight';
  const ema = `model_ema.${name.slice('model.'.length).replaceAll('.', '')}`;
  const betas: TorchTensor = { type: 'Double', shape: [2], bytes: new Uint8Array(16) };
  return new Map([...weights, ['betas', betas], [ema, weights.get(name) as TorchTensor]]);
}

const FORMS: readonly [name: string, write: () => Buffer][] = [
  ['zip.ckpt', () => torchZip(tensors)],
  ['training.ckpt', () => torchZip(withLeftovers(tensors), { wrap: inTraining })],
  ['stream.pt', () => torchStream(tensors, { wrap: inTraining })],
  ['packed.pth', () => torchZip(tensors, { isDeflated: true })],
  ['turned.bin', () => torchZip(new Map([...tensors].map(([name, tensor]) => [name, turned(tensor)])))],
  ['wrong-ending.safetensors', () => torchZip(tensors)],
];

const scratches = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`${SCRATCH_PREFIX}${process.pid}-`));

describe('a checkpoint', () => {
  it.each(FORMS)('gives the same numbers from %s as from its safetensors file', async (name, write) => {
    writeFileSync(path(name), write());
    const { family, defaults } = await inspectCheckpoint(path(name));
    expect(family).toBe('stable-diffusion-1');
    expect(defaults.steps).toBeGreaterThan(0);
    expect(expected.some((value) => value !== 0)).toBe(true);
    expect(await networkNumbers(path(name))).toEqual(expected);
    expect(scratches()).toEqual([]);
  });

  it('gives other numbers when one weight of the pickle is another', async () => {
    const bytes = torchZip(tensors);
    const at = bytes.indexOf((tensors.get('model.diffusion_model.out.2.bias') as TorchTensor).bytes);
    bytes.writeUInt16LE(0x4900, at);
    writeFileSync(path('other.ckpt'), bytes);
    expect(await networkNumbers(path('other.ckpt'))).not.toEqual(expected);
  });
});
