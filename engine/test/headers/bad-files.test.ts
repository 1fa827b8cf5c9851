/** Files that are no checkpoints: each refused with a code and a reason, in less than a second of work, whatever they claim. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readHeader } from '../../src/checkpoint/header.ts';
import { inspectCheckpoint } from '../../src/families/inspect.ts';
import { readManifest, writeFormulaCheckpoint } from '../support/formula-weights.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-bad-files-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file with a true header length. */
function safetensors(header: string | Buffer, dataBytes: number): Buffer {
  const bytes = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, bytes, Buffer.alloc(dataBytes)]);
}

function withLength(claimed: bigint, rest = 100): Buffer {
  const file = Buffer.alloc(8 + rest, 0x80);
  file.writeBigUInt64LE(claimed);
  return file;
}

const entry = (shape: readonly number[], offsets: readonly number[], dtype = 'F16'): object => ({
  dtype,
  shape,
  data_offsets: offsets,
});
const json = (value: object): string => JSON.stringify(value);
const repeated = (text: string, count: number): string => `${text},`.repeat(count).slice(0, -1);

const BAD: readonly [name: string, make: () => Buffer, code: string, message: RegExp][] = [
  ['empty', () => Buffer.alloc(0), 'model_invalid', /it has 0 bytes/],
  ['seven bytes', () => Buffer.alloc(7), 'model_invalid', /it has 7 bytes/],
  [
    'a text file',
    () => Buffer.from('This is not a model, it is a note about one.\n'.repeat(20)),
    'model_invalid',
    /it is a text file/,
  ],
  [
    'a zip archive',
    () => Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(200, 0xaa)]),
    'model_invalid',
    /zip archive/,
  ],
  ['a header of length 0', () => withLength(0n), 'model_invalid', /not a JSON object/],
  ['a header past the end', () => withLength(101n), 'model_invalid', /header claims 101 bytes, the file has 108/],
  ['a header of 4 GiB', () => withLength(2n ** 32n), 'model_invalid', /header claims 4294967296 bytes/],
  ['a header of 2^63 bytes', () => withLength(2n ** 63n), 'model_invalid', /header claims 9223372036854775808 bytes/],
  ['a header that is a list', () => safetensors('[1, 2, 3]', 0), 'model_invalid', /not a JSON object/],
  ['a header that breaks off', () => safetensors('{"a": {"dtype": "F16"', 0), 'model_invalid', /not valid JSON/],
  [
    'a header that is not UTF-8',
    () => safetensors(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 0),
    'model_invalid',
    /not valid UTF-8/,
  ],
  [
    'a header nested 10,000 deep',
    () => safetensors(`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 0),
    'model_invalid',
    /nested more than 3 deep/,
  ],
  [
    'a million tensors',
    () => safetensors(`{${repeated(`"t":${json(entry([1], [0, 2]))}`, 1_000_000)}}`, 2),
    'model_invalid',
    /more than 20000 tensors/,
  ],
  [
    'a shape of a million numbers',
    () => safetensors(`{"a":{"dtype":"F16","shape":[${repeated('1', 1_000_000)}],"data_offsets":[0,2]}}`, 2),
    'model_invalid',
    /too many entries/,
  ],
  ['90 MB of spaces', () => safetensors(Buffer.alloc(90_000_000, 0x20), 0), 'model_invalid', /not a JSON object/],
  [
    '90 MB of spaces behind the object',
    () => safetensors(Buffer.concat([Buffer.from('{}'), Buffer.alloc(90_000_000, 0x20)]), 0),
    'model_unsupported',
    /Nothing in it is known/,
  ],
  [
    'the same key twice',
    () => safetensors(`{"a":${json(entry([1], [0, 2]))},"a":${json(entry([1], [0, 2]))}}`, 2),
    'model_invalid',
    /same key twice/,
  ],
  [
    '__proto__ as a tensor',
    () => safetensors(`{"__proto__":${json(entry([1], [0, 2]))}}`, 2),
    'model_unsupported',
    /Nothing in it is known/,
  ],
  [
    '__proto__ inside an entry',
    () => safetensors('{"a":{"__proto__":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}}', 2),
    'model_invalid',
    /nested more than 3 deep/,
  ],
  [
    '__proto__ in place of a dtype',
    () => safetensors('{"a":{"__proto__":[1],"shape":[1],"data_offsets":[0,2]}}', 2),
    'model_invalid',
    /dtype undefined/,
  ],
  [
    'constructor as a dtype',
    () => safetensors(json({ a: entry([1], [0, 2], 'constructor') }), 2),
    'model_invalid',
    /dtype "constructor" is not one of/,
  ],
  [
    'an unknown dtype',
    () => safetensors(json({ a: entry([1], [0, 8], 'F64') }), 8),
    'model_invalid',
    /dtype "F64" is not one of/,
  ],
  [
    'overlapping tensors',
    () => safetensors(json({ a: entry([2], [0, 4]), b: entry([2], [2, 6]) }), 6),
    'model_invalid',
    /tensor b overlaps/,
  ],
  [
    'a gap between tensors',
    () => safetensors(json({ a: entry([1], [0, 2]), b: entry([1], [4, 6]) }), 6),
    'model_invalid',
    /gap before tensor b/,
  ],
  [
    'a gap at the beginning',
    () => safetensors(json({ a: entry([1], [2, 4]) }), 4),
    'model_invalid',
    /gap before tensor a/,
  ],
  [
    'bytes after the last tensor',
    () => safetensors(json({ a: entry([1], [0, 2]) }), 3),
    'model_invalid',
    /file is \d+ bytes, its header says \d+/,
  ],
  [
    'a range past the end',
    () => safetensors(json({ a: entry([4], [0, 8]) }), 4),
    'model_invalid',
    /file is \d+ bytes, its header says \d+/,
  ],
  ['a negative offset', () => safetensors(json({ a: entry([1], [-2, 0]) }), 0), 'model_invalid', /are not a range/],
  ['a reversed range', () => safetensors(json({ a: entry([1], [2, 0]) }), 2), 'model_invalid', /are not a range/],
  ['fractional offsets', () => safetensors(json({ a: entry([1], [0.5, 2.5]) }), 2), 'model_invalid', /are not a range/],
  [
    'a range that does not fit the shape',
    () => safetensors(json({ a: entry([3], [0, 4]) }), 4),
    'model_invalid',
    /needs 6 bytes, its range has 4/,
  ],
  [
    'a shape product that overflows',
    () => safetensors(json({ a: entry([4194305, 4194305, 211106198978564], [0, 4]) }), 4),
    'model_invalid',
    /larger than any file/,
  ],
  [
    'a scalar without its number',
    () => safetensors(json({ a: entry([], [0, 0]) }), 0),
    'model_invalid',
    /needs 2 bytes/,
  ],
  ['an extent of zero', () => safetensors(json({ a: entry([0, 4], [0, 0]) }), 0), 'model_invalid', /positive integers/],
  [
    'an infinite extent',
    () => safetensors('{"a":{"dtype":"F16","shape":[1e999],"data_offsets":[0,2]}}', 2),
    'model_invalid',
    /positive integers/,
  ],
  ['an entry that is a number', () => safetensors(json({ a: 7 }), 0), 'model_invalid', /entry is not an object/],
  [
    'metadata that is a number',
    () => safetensors(json({ __metadata__: 7 }), 0),
    'model_invalid',
    /__metadata__ is not an object/,
  ],
  [
    'an unknown architecture',
    () => safetensors(json({ __metadata__: { 'modelspec.architecture': 'nobody-v7' }, a: entry([1], [0, 2]) }), 2),
    'model_unsupported',
    /looks like "nobody-v7"/,
  ],
  ['no tensors at all', () => safetensors('{}', 0), 'model_unsupported', /Nothing in it is known/],
];

describe('a file that is no checkpoint', () => {
  it.each(BAD)('%s is refused with a reason', async (name, make, code, message) => {
    const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.safetensors`);
    writeFileSync(file, make());
    const before = process.memoryUsage().rss;
    // Processor time: how long it takes must not depend on what else the machine does.
    const startedAt = process.cpuUsage();
    const error = await inspectCheckpoint(file).catch((thrown: unknown) => thrown);
    const { user, system } = process.cpuUsage(startedAt);
    expect((user + system) / 1000).toBeLessThan(1000);
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
    expect(error).toMatchObject({ code, details: { file } });
    expect((error as Error).message).toMatch(message);
    expect((error as { details: { hint?: string } }).details.hint).toBeTruthy();
    rmSync(file);
  });

  it('a download that stopped early says how much is missing', async () => {
    const manifest = readManifest(join(import.meta.dirname, '../../../fixtures/golden/core/models/sd15.manifest.json'));
    const file = join(folder, 'cut.safetensors');
    const size = writeFormulaCheckpoint(
      { ...manifest, tensors: manifest.tensors.filter(([name]) => name.startsWith('first_stage_model.decoder')) },
      file,
    );
    truncateSync(file, size - 1_000_000);
    const error = await readHeader(file).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'model_invalid',
      details: { expected: size, got: size - 1_000_000, hint: 'The download stopped early: download it again.' },
    });
    expect((error as Error).message).toContain(`the file is ${size - 1_000_000} bytes, its header says ${size}`);
  });

  it('a file that is not there is gone', async () => {
    await expect(readHeader(join(folder, 'none.safetensors'))).rejects.toMatchObject({ code: 'model_gone' });
  });

  it('a folder is refused', async () => {
    await expect(readHeader(folder)).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringContaining('not a regular file'),
    });
  });

  it.runIf(process.platform !== 'win32')('a pipe is refused and not waited for', async () => {
    const pipe = join(folder, 'pipe.safetensors');
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
    await expect(readHeader(pipe)).rejects.toMatchObject({ code: 'model_invalid' });
  });
});

describe('keys of a header', () => {
  it('are data and never reach an object', async () => {
    const file = join(folder, 'keys.safetensors');
    const names = ['__proto__', 'constructor', 'toString', '__class__.__base__', '../../x'];
    const tensors = names.map((name, i) => `${JSON.stringify(name)}:${json(entry([1], [2 * i, 2 * i + 2]))}`).join(',');
    writeFileSync(file, safetensors(`{"__metadata__":{"__proto__":"polluted"},${tensors}}`, 2 * names.length));
    const { tensors: found, metadata } = await readHeader(file);
    expect([...found.keys()]).toEqual(names);
    expect(metadata.get('__proto__')).toBe('polluted');
    expect(({} as Record<string, unknown>)['dtype']).toBeUndefined();
  });
});
