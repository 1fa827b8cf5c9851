/** What torch saves, in both its forms, opened as a checkpoint: where tensors lie, what is refused and why. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openCheckpoint } from '../../src/checkpoint/open.ts';
import { placeTensors } from '../../src/checkpoint/place-tensors.ts';
import { readNumbers } from '../support/read-entry.ts';
import { name, persistent, pickle, raw, reduce, type Picklable } from '../support/write-pickle.ts';
import { stridesOf, torchStream, torchZip, zip, type TorchTensor } from '../support/write-torch.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-torch-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let written = 0;
function fileOf(bytes: Uint8Array): string {
  const path = join(folder, `${written++}.ckpt`);
  writeFileSync(path, bytes);
  return path;
}

const floats = (count: number, from = 0): Float32Array => Float32Array.from({ length: count }, (_, i) => from + i / 8);
const tensor = (shape: readonly number[], from = 0, strides = stridesOf(shape)): TorchTensor => ({
  type: 'Float',
  shape,
  strides,
  bytes: new Uint8Array(
    floats(
      shape.reduce((product, extent) => product * extent, 1),
      from,
    ).buffer,
  ),
});

const TWO = new Map([
  ['a.weight', tensor([2, 3])],
  ['b.weight', tensor([4], 100)],
]);

/** All numbers by name, after whatever has to be made has been made. */
async function contentOf(path: string): Promise<Record<string, { shape: readonly number[]; values: number[] }>> {
  const { header, release } = await placeTensors(await openCheckpoint(path));
  try {
    return Object.fromEntries(
      [...header.tensors].map(([key, entry]) => [key, { shape: entry.shape, values: readNumbers(header, entry) }]),
    );
  } finally {
    await release();
  }
}

const EXPECTED = {
  'a.weight': { shape: [2, 3], values: [...floats(6)] },
  'b.weight': { shape: [4], values: [...floats(4, 100)] },
};

const FORMS = [
  ['a zip archive', torchZip],
  ['the older stream', torchStream],
] as const;

describe.each(FORMS)('what torch saves as %s', (_, write) => {
  it('gives its tensors where they lie in the file, without copies', async () => {
    const path = fileOf(write(TWO));
    const header = await openCheckpoint(path);
    const placed = await placeTensors(header);
    expect(placed.header).toBe(header);
    expect([...header.tensors.values()].every(({ file, offset }) => file === path && offset > 0)).toBe(true);
    expect(await contentOf(path)).toEqual(EXPECTED);
  });

  it.each<[string, (dictionary: Map<Picklable, Picklable>) => Picklable]>([
    [
      'state_dict',
      (inner) =>
        new Map<Picklable, Picklable>([
          ['epoch', 3],
          ['state_dict', inner],
          ['callbacks', []],
        ]),
    ],
    ['state_dict twice', (inner) => new Map([['state_dict', new Map([['state_dict', inner]])]])],
    [
      'params_ema before params',
      (inner) =>
        new Map([
          ['params', new Map()],
          ['params_ema', inner],
        ]),
    ],
    [
      'the names of data-parallel training',
      (inner) => new Map([...inner].map(([key, value]) => [`module.${key as string}`, value])),
    ],
  ])('is unwrapped: %s', async (_label, wrap) => {
    expect(await contentOf(fileOf(write(TWO, { wrap })))).toEqual(EXPECTED);
  });

  it('puts a transposed tensor in order', async () => {
    const turned = new Map([['t', tensor([3, 2], 0, [1, 3])]]);
    expect(await contentOf(fileOf(write(turned)))).toEqual({
      t: { shape: [3, 2], values: [0, 3, 1, 4, 2, 5].map((i) => i / 8) },
    });
  });

  it('puts a convolution in order that was saved with its channels last', async () => {
    const [o, c, h, w] = [2, 3, 2, 2];
    const channelsLast = new Map([['conv', tensor([o, c, h, w], 0, [c * h * w, 1, w * c, c])]]);
    const { conv } = await contentOf(fileOf(write(channelsLast)));
    const at = (i: number, j: number, y: number, x: number): number => (i * c * h * w + y * w * c + x * c + j) / 8;
    const expected = [];
    for (let i = 0; i < o; i++)
      for (let j = 0; j < c; j++) for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) expected.push(at(i, j, y, x));
    expect(conv?.values).toEqual(expected);
  });

  it('that is cut short is refused as cut short', async () => {
    const bytes = write(TWO);
    await expect(openCheckpoint(fileOf(bytes.subarray(0, bytes.length - 8)))).rejects.toMatchObject({
      code: 'model_invalid',
      details: { hint: expect.stringMatching(/download it again/) as string },
    });
  });

  it('that asks for a function is refused by its name, wherever it stands', async () => {
    const wrap = (inner: Map<Picklable, Picklable>): Picklable =>
      new Map<Picklable, Picklable>([
        ['state_dict', inner],
        ['extra', [[reduce(name('os', 'system'), 'true')]]],
      ]);
    await expect(openCheckpoint(fileOf(write(TWO, { wrap })))).rejects.toMatchObject({
      code: 'pickle_unsafe',
      details: { global: 'os.system' },
    });
  });

  it('that holds no tensors is refused', async () => {
    await expect(openCheckpoint(fileOf(write(new Map())))).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringMatching(/no tensors/) as string,
    });
  });

  it.each([
    ['reaches past its storage', [2, 4], [4, 1]],
    ['is larger than any storage', [2 ** 40, 2 ** 40], [0, 0]],
    ['repeats one number too often', [2 ** 30], [0]],
    ['has nine axes', [1, 1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1, 1]],
  ])('with a view that %s is refused', async (_label, shape, strides) => {
    const view = { type: 'Float', shape, strides, bytes: new Uint8Array(floats(6).buffer) };
    await expect(openCheckpoint(fileOf(write(new Map([['view', view]]))))).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringMatching(/tensor view/) as string,
    });
  });
});

describe('a zip archive of torch', () => {
  it('may have been packed again, and is then unpacked where its tensors are needed', async () => {
    const path = fileOf(torchZip(TWO, { isDeflated: true }));
    const header = await openCheckpoint(path);
    const { header: placed, release } = await placeTensors(header);
    expect([...placed.tensors.values()].every(({ file, offset }) => file !== path && offset >= 0)).toBe(true);
    await release();
    expect(await contentOf(path)).toEqual(EXPECTED);
  });

  it('may have its directory in the 64-bit form', async () => {
    expect(await contentOf(fileOf(torchZip(TWO, { isWide: true })))).toEqual(EXPECTED);
  });

  it('may carry a comment', async () => {
    const bytes = torchZip(TWO);
    bytes.writeUInt16LE(5, bytes.length - 2);
    expect(await contentOf(fileOf(Buffer.concat([bytes, Buffer.from('hello')])))).toEqual(EXPECTED);
  });

  it('leaves alone what training keeps beside the weights', async () => {
    const both = new Map([...TWO, ['model_ema.x', tensor([3, 2], 0, [1, 3])]]);
    const header = await openCheckpoint(fileOf(torchZip(both)));
    const placed = await placeTensors(header);
    expect(placed.header).toBe(header);
    expect(header.tensors.get('model_ema.x')?.derivation).toBeDefined();
  });

  const parts = (bytes: Uint8Array): { name: string; bytes: Uint8Array }[] => [
    { name: 'm/data.pkl', bytes },
    { name: 'm/data/0', bytes: new Uint8Array(floats(6).buffer) },
  ];
  const storage = (key: string, count: number): Picklable =>
    persistent('storage', name('torch', 'FloatStorage'), key, 'cpu', count);
  const view = (key: string, count: number): Picklable =>
    reduce(name('torch._utils', '_rebuild_tensor_v2'), storage(key, count), 0, [count], [1], false, null);
  const dictionary = (...tensors: readonly Picklable[]): Buffer =>
    pickle(new Map(tensors.map((value, i): [Picklable, Picklable] => [`t${i}`, value])));

  it.each([
    ['a storage that is missing', zip(parts(dictionary(view('7', 6)))), /storage 7 are missing/],
    ['a storage by a way out of the archive', zip(parts(dictionary(view('../../../etc/passwd', 6)))), /missing/],
    ['a storage longer than its entry', zip(parts(dictionary(view('0', 7)))), /has 24 bytes and claims 28/],
    ['no pickle', zip([{ name: 'readme.txt', bytes: Buffer.from('hello') }]), /not one of torch/],
    [
      'two pickles',
      zip([...parts(dictionary(view('0', 6))), { name: 'n/data.pkl', bytes: dictionary() }]),
      /not one of torch/,
    ],
    ['nothing at all', zip([]), /file claims|zip archive/],
    ['an entry that claims to unpack to more than it can', hugeEntry(), /a size that cannot be/],
    ['a directory beyond its end', withDirectoryAt(1 << 30), /lies outside the file/],
    [
      'an entry that is not where the directory says',
      withWrongOffset(),
      /not where its directory says|outside the file/,
    ],
    ['encrypted entries', withFlag(), /is encrypted/],
    ['two storages on the same bytes', withSharedBytes(), /overlaps another/],
  ] as const)('is refused for %s', async (_, bytes, message) => {
    await expect(openCheckpoint(fileOf(bytes))).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringMatching(message) as string,
    });
  });

  /** Position of the directory's copy of the last entry whose name contains the text. */
  function centralOf(bytes: Buffer, part: string): number {
    return bytes.lastIndexOf('PK\x01\x02', bytes.lastIndexOf(part), 'latin1');
  }
  function hugeEntry(): Buffer {
    const bytes = zip([{ name: 'm/data.pkl', bytes: dictionary(view('0', 6)), isDeflated: true }]);
    bytes.writeUInt32LE(0x7fffffff, centralOf(bytes, 'data.pkl') + 24);
    return bytes;
  }
  function withDirectoryAt(offset: number): Buffer {
    const bytes = torchZip(TWO);
    bytes.writeUInt32LE(offset, bytes.length - 6);
    return bytes;
  }
  function withWrongOffset(): Buffer {
    const bytes = torchZip(TWO);
    bytes.writeUInt32LE(7, centralOf(bytes, 'data/0') + 42);
    return bytes;
  }
  function withFlag(): Buffer {
    const bytes = torchZip(TWO);
    bytes.writeUInt16LE(1, centralOf(bytes, 'data/0') + 8);
    return bytes;
  }
  function withSharedBytes(): Buffer {
    const content = new Uint8Array(floats(6).buffer);
    const bytes = zip([...parts(dictionary(view('0', 6), view('1', 6))), { name: 'm/data/1', bytes: content }]);
    const first = bytes.readUInt32LE(centralOf(bytes, 'data/0') + 42);
    bytes.writeUInt32LE(first, centralOf(bytes, 'data/1') + 42);
    return bytes;
  }

  it('is refused for a packed entry that is damaged', async () => {
    const bytes = torchZip(TWO, { isDeflated: true });
    const path = fileOf(bytes);
    const entry = (await openCheckpoint(path)).tensors.get('a.weight');
    const at = entry?.derivation?.pieces[0]?.storage.offset as number;
    bytes.fill(0xff, at, at + 6);
    await expect(placeTensors(await openCheckpoint(fileOf(bytes)))).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringMatching(/cannot be unpacked/) as string,
    });
  });
});

describe('the older stream of torch', () => {
  it('is refused when a number of elements is not what the tensors need', async () => {
    const bytes = torchStream(new Map([['a', tensor([6])]]));
    bytes.writeBigInt64LE(5n, bytes.length - 32);
    await expect(openCheckpoint(fileOf(bytes))).rejects.toMatchObject({ code: 'model_invalid' });
    bytes.writeBigInt64LE(-1n, bytes.length - 32);
    await expect(openCheckpoint(fileOf(bytes))).rejects.toMatchObject({ code: 'model_invalid' });
    bytes.writeBigInt64LE(2n ** 62n, bytes.length - 32);
    await expect(openCheckpoint(fileOf(bytes))).rejects.toMatchObject({ code: 'model_invalid' });
  });

  it('may have a pickle longer than what is read at first', async () => {
    const wrap = (inner: Map<Picklable, Picklable>): Picklable =>
      new Map<Picklable, Picklable>([
        ['notes', 'x'.repeat(3_000_000)],
        ['state_dict', inner],
      ]);
    expect(await contentOf(fileOf(torchStream(TWO, { wrap })))).toEqual(EXPECTED);
  });
});

describe('a file that is something else', () => {
  it.each([
    ['a web page', '<!DOCTYPE html><html><body>Sign in to download</body></html>', /it is a web page/],
    ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 42\n', /Git LFS/],
    ['a pickle of something else', pickle(new Map([['a', 1]])), /a pickle, but not one of torch/],
    ['nothing', '', /it has 0 bytes/],
    ['noise', raw('\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09'), /its header claims/],
  ])('is told by its content: %s', async (_, bytes, message) => {
    await expect(openCheckpoint(fileOf(Buffer.from(bytes)))).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringMatching(message) as string,
    });
  });
});
