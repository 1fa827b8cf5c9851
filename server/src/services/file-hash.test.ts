import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { FileHasher } from './file-hash.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A .safetensors with a header of this length and so many bytes behind it, none like its neighbours. */
const safetensors = (title: string, dataBytes: number): Buffer => {
  const header = Buffer.from(JSON.stringify({ __metadata__: { title } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const data = Buffer.alloc(dataBytes);
  for (let at = 0; at < dataBytes; at += 1) data[at] = (at * 31 + (at >> 8)) & 255;
  return Buffer.concat([length, header, data]);
};

let folder = '';
const hasher = new FileHasher();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'easel-hash-'));
});
afterAll(async () => {
  await hasher.close();
  await rm(folder, { recursive: true, force: true });
});

const hashOf = async (name: string, bytes: Uint8Array) => {
  await writeFile(join(folder, name), bytes);
  return hasher.hash(join(folder, name));
};

describe('the hashes of a file', () => {
  it('are of all of it, of what follows its header, and of a piece in the middle', async () => {
    // Larger than one reading, so that pieces have to be put together.
    const bytes = safetensors('one', 9 * 2 ** 20 + 7);
    const start = 8 + Number(bytes.readBigUInt64LE(0));
    expect(await hashOf('large.safetensors', bytes)).toEqual({
      sha256: sha256(bytes),
      withoutHeader: sha256(bytes.subarray(start)),
      middle: sha256(bytes.subarray(0x100000, 0x110000)),
    });
  });

  it('tell an edited title from edited weights', async () => {
    const [one, other] = [safetensors('one', 5000), safetensors('another title', 5000)];
    const changed = Buffer.from(one);
    changed[changed.length - 1] = 0x55;
    const first = await hashOf('a.safetensors', one);
    const renamed = await hashOf('b.safetensors', other);
    const edited = await hashOf('c.safetensors', changed);
    expect(renamed?.withoutHeader).toBe(first?.withoutHeader);
    expect(renamed?.sha256).not.toBe(first?.sha256);
    expect(edited?.withoutHeader).not.toBe(first?.withoutHeader);
    expect(first?.middle).toBeNull();
  });

  it('leave out what a file has not', async () => {
    const lying = Buffer.alloc(64, 0x7b);
    expect((await hashOf('lying.safetensors', lying))?.withoutHeader).toBeNull();
    expect((await hashOf('old.ckpt', safetensors('x', 10)))?.withoutHeader).toBeNull();
    expect(await hasher.hash(join(folder, 'absent'))).toBeNull();
  });
});

describe('hashing', () => {
  it('stops when it is told to, and goes on with the next', async () => {
    const file = join(folder, 'huge.safetensors');
    await writeFile(file, Buffer.alloc(64 * 2 ** 20));
    const slow = new FileHasher(() => true);
    const stop = new AbortController();
    const begun = slow.hash(file, { signal: stop.signal, onBegin: () => stop.abort() });
    const waiting = new AbortController();
    const second = slow.hash(file, { signal: waiting.signal });
    waiting.abort();
    const third = slow.hash(join(folder, 'a.safetensors'));
    expect(await begun).toBeNull();
    expect(await second).toBeNull();
    expect((await third)?.sha256).toHaveLength(64);
    await slow.close();
  });

  it('does first what somebody waits for', async () => {
    const order: string[] = [];
    const one = new FileHasher();
    const ask = async (name: string, isUrgent = false) =>
      one.hash(join(folder, name), { isUrgent, onBegin: () => order.push(name) });
    await Promise.all([
      ask('large.safetensors'),
      ask('a.safetensors'),
      ask('b.safetensors'),
      ask('c.safetensors', true),
    ]);
    expect(order).toEqual(['large.safetensors', 'c.safetensors', 'a.safetensors', 'b.safetensors']);
    await one.close();
  });
});
