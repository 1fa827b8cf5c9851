/**
 * The header of a safetensors file: which tensors it holds and where. Reads no weights.
 *
 * Written for files from strangers: every number in the header is a claim that is checked against the file before it
 * is used. Source: the safetensors format description and the attacks listed by its authors.
 */
import { open, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';

import { CheckpointError } from '@easel/shared/errors';

import { scanHeader, type HeaderScan } from './scan-header.ts';

/** Dtypes that may stand in a file. Only some of them can be weights; the others are counters and masks. */
export const FILE_DTYPE_BYTES = {
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const satisfies Record<string, number>;

export type FileDtype = keyof typeof FILE_DTYPE_BYTES;

export interface TensorEntry {
  readonly name: string;
  readonly dtype: FileDtype;
  readonly shape: readonly number[];
  /** Position of the first byte, from the beginning of the file. */
  readonly offset: number;
  readonly byteLength: number;
}

export interface CheckpointHeader {
  /** Absolute path. */
  readonly file: string;
  readonly fileBytes: number;
  /** Time of last change, to notice a file that was replaced under us. */
  readonly modifiedMs: number;
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

/** The reference reader's own limit. */
const HEADER_MAXIMUM_BYTES = 100_000_000;
/** Large checkpoints have about 2,500 tensors, files with optimizer or EMA state two or three times as many. */
const TENSOR_MAXIMUM = 20_000;
const SHORTEST_FILE = 8 + 2;
const MAXIMUM_RANK = 8;
const DEFAULT_HINT = 'Download it again, or delete it.';

const refuse = (file: string, problem: string, details: Record<string, unknown> = {}): CheckpointError =>
  new CheckpointError('model_invalid', `${basename(file)} is not a readable checkpoint: ${problem}.`, {
    file,
    hint: DEFAULT_HINT,
    ...details,
  });

/**
 * Reads and checks the header of a file.
 *
 * @throws model_gone when there is no such file
 * @throws model_invalid naming what is wrong: no regular file, cut short, not safetensors, or a header that lies
 */
export async function readHeader(path: string): Promise<CheckpointHeader> {
  const file = resolve(path);
  const facts = await stat(file).catch((cause: unknown) => {
    throw new CheckpointError('model_gone', `${basename(file)} cannot be found or read.`, { file }, { cause });
  });
  // Opening a pipe or a device could wait for ever.
  if (!facts.isFile()) throw refuse(file, 'it is not a regular file');
  if (facts.size < SHORTEST_FILE) throw refuse(file, `it has ${facts.size} bytes, too few for a header`);
  const handle = await open(file, 'r').catch((cause: unknown) => {
    throw new CheckpointError(
      'model_invalid',
      `${basename(file)} cannot be opened.`,
      { file, hint: 'Check its permissions.' },
      { cause },
    );
  });
  try {
    const readExactly = async (position: number, length: number): Promise<Buffer> => {
      const buffer = Buffer.allocUnsafe(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(buffer, done, length - done, position + done);
        if (bytesRead === 0) throw refuse(file, 'it became shorter while it was read');
        done += bytesRead;
      }
      return buffer;
    };
    const claimed = (await readExactly(0, 8)).readBigUInt64LE(0);
    const available = facts.size - 8;
    if (claimed > BigInt(Math.min(available, HEADER_MAXIMUM_BYTES))) {
      throw refuse(file, headerLengthProblem(await readExactly(0, Math.min(facts.size, 64)), claimed, facts.size), {
        expected: `a header of at most ${Math.min(available, HEADER_MAXIMUM_BYTES)} bytes`,
        got: claimed.toString(),
      });
    }
    const headerBytes = await readExactly(8, Number(claimed));
    return parseHeader(headerBytes, { file, fileBytes: facts.size, modifiedMs: facts.mtimeMs });
  } finally {
    await handle.close();
  }
}

/** A text file's first eight bytes make an absurd length; say so rather than print the number only. */
function headerLengthProblem(start: Buffer, claimed: bigint, fileBytes: number): string {
  const isText = start.every((byte) => byte >= 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09);
  if (isText) return 'it is a text file';
  if (start[0] === 0x50 && start[1] === 0x4b)
    return 'it is a zip archive, probably a pickled .ckpt with another ending';
  return `its header claims ${claimed} bytes, the file has ${fileBytes}`;
}

/** Checks the bytes of a header against the size of the file they came from. @throws model_invalid */
function parseHeader(
  headerBytes: Buffer,
  source: Pick<CheckpointHeader, 'file' | 'fileBytes' | 'modifiedMs'>,
): CheckpointHeader {
  const { file } = source;
  const scan = scanHeader(headerBytes, { entries: TENSOR_MAXIMUM, depth: 3 });
  if (typeof scan === 'string') throw refuse(file, scan);
  const raw = parseJson(headerBytes, scan, file);

  const metadata = new Map<string, string>();
  const tensors = new Map<string, TensorEntry>();
  const dataStart = 8 + headerBytes.length;
  let entries = 0;
  // Object.entries and Map: a key such as __proto__ is data, never a path into an object.
  for (const [name, value] of Object.entries(raw)) {
    entries++;
    if (name === '__metadata__') readMetadata(value, metadata, file);
    else tensors.set(name, readEntry(name, value, dataStart, file));
  }
  if (entries !== scan.entries) throw refuse(file, 'its header has the same key twice');
  checkLayout(tensors, dataStart, source);
  return { ...source, metadata, tensors };
}

function parseJson(bytes: Buffer, scan: HeaderScan, file: string): object {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, scan.end));
    return JSON.parse(text) as object;
  } catch (cause) {
    const problem = cause instanceof SyntaxError ? 'its header is not valid JSON' : 'its header is not valid UTF-8';
    throw new CheckpointError(
      'model_invalid',
      `${basename(file)} is not a readable checkpoint: ${problem}.`,
      { file, hint: DEFAULT_HINT },
      { cause },
    );
  }
}

function readMetadata(value: unknown, into: Map<string, string>, file: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse(file, '__metadata__ is not an object');
  for (const [key, text] of Object.entries(value)) if (typeof text === 'string') into.set(key, text);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function readEntry(name: string, value: unknown, dataStart: number, file: string): TensorEntry {
  const shown = name.length > 120 ? `${name.slice(0, 120)}…` : name;
  const bad = (problem: string): CheckpointError => refuse(file, `tensor ${shown}: ${problem}`, { tensor: shown });
  if (typeof value !== 'object' || value === null) throw bad('its entry is not an object');
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(FILE_DTYPE_BYTES, dtype)) {
    throw bad(`dtype ${JSON.stringify(dtype)?.slice(0, 40)} is not one of ${Object.keys(FILE_DTYPE_BYTES).join(', ')}`);
  }
  if (!Array.isArray(shape) || shape.length > MAXIMUM_RANK || !shape.every((extent) => isCount(extent) && extent > 0)) {
    throw bad(
      `shape ${JSON.stringify(shape)?.slice(0, 80)} is not a list of at most ${MAXIMUM_RANK} positive integers`,
    );
  }
  if (
    !Array.isArray(offsets) ||
    offsets.length !== 2 ||
    !offsets.every(isCount) ||
    (offsets[1] as number) < (offsets[0] as number)
  ) {
    throw bad(`data_offsets ${JSON.stringify(offsets)?.slice(0, 80)} are not a range`);
  }
  const [from, to] = offsets as [number, number];
  let needed: number = FILE_DTYPE_BYTES[dtype as FileDtype];
  for (const extent of shape as number[]) {
    needed *= extent;
    if (!Number.isSafeInteger(needed)) throw bad(`shape [${shape.join(', ')}] is larger than any file`);
  }
  if (to - from !== needed)
    throw bad(`[${shape.join(', ')}] of ${dtype} needs ${needed} bytes, its range has ${to - from}`);
  return { name, dtype: dtype as FileDtype, shape: shape as number[], offset: dataStart + from, byteLength: needed };
}

/** Tensors must lie one behind the other from the end of the header to the end of the file. */
function checkLayout(
  tensors: ReadonlyMap<string, TensorEntry>,
  dataStart: number,
  { file, fileBytes }: Pick<CheckpointHeader, 'file' | 'fileBytes'>,
): void {
  let end = dataStart;
  for (const entry of [...tensors.values()].toSorted((a, b) => a.offset - b.offset)) {
    if (entry.offset < end)
      throw refuse(file, `tensor ${entry.name} overlaps the one before it`, { tensor: entry.name });
    if (entry.offset > end) throw refuse(file, `there is a gap before tensor ${entry.name}`, { tensor: entry.name });
    end = entry.offset + entry.byteLength;
  }
  if (end !== fileBytes) {
    const hint = end > fileBytes ? 'The download stopped early: download it again.' : DEFAULT_HINT;
    throw refuse(file, `the file is ${fileBytes} bytes, its header says ${end}`, {
      expected: end,
      got: fileBytes,
      hint,
    });
  }
}
