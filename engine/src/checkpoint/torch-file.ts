/**
 * What torch.save writes: a pickle and, beside it, the blocks of numbers it refers to. Both forms: zip archives (since
 * torch 1.6) and the older stream. Gives the pickle's content as data and says where each block lies; reads no weights.
 *
 * Source: torch/serialization.py and caffe2/serialize/inline_container.cc for the order of things, and files.
 */
import { basename } from 'node:path';

import { CheckpointError } from '@easel/shared/errors';

import { invalid, type CheckpointFile } from './checkpoint-file.ts';
import { interpretPickle, type PickleResult } from './pickle/interpret.ts';
import { PickleProblem, shown, type PickleValue, type StorageRef } from './pickle/values.ts';
import { FILE_DTYPE_BYTES, type StoragePlace } from './tensor-entry.ts';
import { unpack } from './unpack.ts';
import { findZipData, readZipDirectory, type ZipEntry } from './zip-directory.ts';

export interface TorchFile {
  readonly root: PickleValue;
  /** Where the storages lie that the pickle refers to, by key. */
  readonly storages: ReadonlyMap<string, StoragePlace>;
}

/** Real ones have one or two megabytes. */
const LARGEST_PICKLE = 64 << 20;
const FIRST_WINDOW = 1 << 18;

/** @throws model_invalid | pickle_unsafe */
function interpret(file: string, bytes: Uint8Array): PickleResult {
  try {
    return interpretPickle(bytes);
  } catch (thrown) {
    throw thrown instanceof PickleProblem ? pickleError(file, thrown) : thrown;
  }
}

function pickleError(file: string, { kind, problem, global }: PickleProblem): CheckpointError {
  if (kind !== 'unsafe') return invalid(file, problem);
  return new CheckpointError(
    'pickle_unsafe',
    `${basename(file)} asks for ${global}, which has no place in a checkpoint. Nothing of the file was run or used.`,
    {
      file,
      global,
      hint: 'Do not open it with other programs. Get the model as .safetensors, from its maker.',
    },
  );
}

interface Claim {
  readonly byteLength: number;
  readonly itemBytes: number;
}

/** What the pickle says of each storage, by key; of several claims the largest. */
function claimsOf(storages: readonly StorageRef[]): Map<string, Claim> {
  const claims = new Map<string, Claim>();
  for (const { key, dtype, count } of storages) {
    const itemBytes = dtype === null ? 1 : FILE_DTYPE_BYTES[dtype];
    const byteLength = count * itemBytes;
    if (byteLength >= (claims.get(key)?.byteLength ?? 0)) claims.set(key, { byteLength, itemBytes });
  }
  return claims;
}

// --- zip ---------------------------------------------------------------------------------------------------------

/** Small files that belong to the archive itself. */
const LARGEST_NOTE = 64;

/** @throws model_invalid | pickle_unsafe */
export async function readTorchZip(opened: CheckpointFile): Promise<TorchFile> {
  const { file } = opened;
  const entries = await readZipDirectory(opened);
  // One folder around everything, of any name; names are compared, never opened.
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickleName] = pickles;
  if (pickleName === undefined || pickles.length > 1) throw invalid(file, 'it is a zip archive, but not one of torch');
  const prefix = pickleName.slice(0, -'data.pkl'.length);

  const pickle = entries.get(pickleName) as ZipEntry;
  const { value: root, storages: named } = interpret(file, await readEntry(opened, pickle, LARGEST_PICKLE));
  const order = entries.get(`${prefix}byteorder`);
  const isBigEndian =
    order !== undefined && (await readEntry(opened, order, LARGEST_NOTE)).toString('latin1').trim() === 'big';

  const storages = new Map<string, StoragePlace>();
  for (const [key, { byteLength }] of claimsOf(named)) {
    const entry = entries.get(`${prefix}data/${key}`);
    if (entry === undefined) throw invalid(file, `the numbers of its storage ${shown(key)} are missing`);
    if (entry.byteLength < byteLength) {
      throw invalid(file, `its storage ${shown(key)} has ${entry.byteLength} bytes and claims ${byteLength}`);
    }
    storages.set(key, {
      file,
      offset: await findZipData(opened, entry),
      byteLength: entry.byteLength,
      packedBytes: entry.isDeflated ? entry.packedBytes : null,
      isBigEndian,
    });
  }
  requireHonest(opened, storages);
  return { root, storages };
}

async function readEntry(opened: CheckpointFile, entry: ZipEntry, longest: number): Promise<Buffer> {
  const { name, byteLength, packedBytes, isDeflated } = entry;
  if (byteLength > longest || packedBytes > longest)
    throw invalid(opened.file, `its entry ${shown(name)} has ${byteLength} bytes, far too many`);
  const packed = await opened.read(await findZipData(opened, entry), packedBytes);
  if (!isDeflated) return packed;
  const bytes = await unpack(packed, byteLength);
  if (bytes === null) throw invalid(opened.file, `its entry ${shown(name)} cannot be unpacked`);
  return bytes;
}

/** Weights pack to three quarters at best; an archive that grows more than this is made to fill the disk. */
const HIGHEST_GROWTH = 100;

/** A small file must not pass for a large one, by naming the same bytes many times or by packing. */
function requireHonest({ file, fileBytes }: CheckpointFile, storages: ReadonlyMap<string, StoragePlace>): void {
  let end = 0;
  let unpacked = 0;
  for (const [key, { offset, byteLength, packedBytes }] of [...storages].toSorted(
    ([, a], [, b]) => a.offset - b.offset,
  )) {
    if (offset < end) throw invalid(file, `its storage ${shown(key)} overlaps another`);
    end = offset + (packedBytes ?? byteLength);
    if (packedBytes !== null) unpacked += byteLength;
  }
  if (unpacked > fileBytes * HIGHEST_GROWTH) throw invalid(file, `it would unpack to ${unpacked} bytes`);
}

// --- the older stream --------------------------------------------------------------------------------------------

/** What the first of the stream's pickles holds. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const STREAM_PROTOCOL = 1001;

/**
 * Five pickles (magic number, protocol, system, content, keys of the storages), then each storage as a count of eight
 * bytes and its numbers.
 *
 * @throws model_invalid | pickle_unsafe
 */
export async function readTorchStream(opened: CheckpointFile): Promise<TorchFile> {
  const { file, fileBytes } = opened;
  const pickles = new PickleWindow(opened);
  for (const expected of [MAGIC, STREAM_PROTOCOL]) {
    if ((await pickles.next()).value !== expected) throw invalid(file, 'it is a pickle, but not one of torch');
  }
  const { value: system } = await pickles.next();
  const { value: root, storages: named } = await pickles.next();
  const { value: keys } = await pickles.next();
  if (!Array.isArray(keys)) throw invalid(file, 'its list of storages is missing');

  const isBigEndian = system instanceof Map && system.get('little_endian') === false;
  const claims = claimsOf(named);
  const storages = new Map<string, StoragePlace>();
  let position = pickles.position;
  for (const key of keys) {
    const claim = typeof key === 'string' ? claims.get(key) : undefined;
    if (typeof key !== 'string' || claim === undefined)
      throw invalid(file, 'its list of storages names one that nothing uses');
    if (position + 8 > fileBytes) throw shortened(file);
    const count = (await opened.read(position, 8)).readBigInt64LE(0);
    const byteLength = Number(count) * claim.itemBytes;
    if (count < 0n || byteLength < claim.byteLength)
      throw invalid(file, `its storage ${shown(key)} has ${count} numbers, too few`);
    if (position + 8 + byteLength > fileBytes) throw shortened(file);
    storages.set(key, { file, offset: position + 8, byteLength, packedBytes: null, isBigEndian });
    position += 8 + byteLength;
  }
  for (const key of claims.keys()) {
    if (!storages.has(key)) throw invalid(file, `the numbers of its storage ${shown(key)} are missing`);
  }
  return { root, storages };
}

const shortened = (file: string): CheckpointError =>
  invalid(file, 'its numbers break off', { hint: 'The download stopped early: download it again.' });

/** The pickles at the beginning of a file whose lengths nobody states: read through a window that grows as needed. */
class PickleWindow {
  position = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(private readonly opened: CheckpointFile) {}

  async next(): Promise<PickleResult> {
    const { file, fileBytes } = this.opened;
    for (;;) {
      try {
        const result = interpretPickle(this.#bytes, this.position - this.#start);
        this.position = this.#start + result.end;
        return result;
      } catch (thrown) {
        if (!(thrown instanceof PickleProblem)) throw thrown;
        const longest = Math.min(LARGEST_PICKLE, fileBytes - this.position);
        const isTight = this.#start === this.position;
        if (thrown.kind !== 'short' || (isTight && this.#bytes.length === longest)) throw pickleError(file, thrown);
        const wanted = isTight ? Math.max(FIRST_WINDOW, this.#bytes.length * 4) : FIRST_WINDOW;
        this.#bytes = await this.opened.read(this.position, Math.min(wanted, longest));
        this.#start = this.position;
      }
    }
  }
}
