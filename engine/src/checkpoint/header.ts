/**
 * The header of a safetensors file: which tensors it holds and where. Reads no weights.
 *
 * Written for files from strangers: every number in the header is a claim that is checked against the file before it
 * is used. Source: the safetensors format description and the attacks listed by its authors.
 */
import type { CheckpointError } from '@easel/shared/errors';

import { CheckpointFile, DEFAULT_HINT, invalid, type FileStamp } from './checkpoint-file.ts';
import { scanHeader, type HeaderScan } from './scan-header.ts';
import { FILE_DTYPE_BYTES, type FileDtype, type TensorEntry } from './tensor-entry.ts';

/** Weights have at most 32 bits a number. Only pickles, which hold other things too, may have longer ones. */
const SAFETENSORS_DTYPES: readonly string[] = Object.keys(FILE_DTYPE_BYTES).filter((dtype) => dtype !== 'F64');

export interface CheckpointHeader extends FileStamp {
  /** The file; for a folder its path, the sum of all sizes and the latest change. */
  readonly file: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** Plain values beside the weights at the top of what torch saved: texts, numbers, truths. */
  readonly notes?: ReadonlyMap<string, unknown>;
  /** Where the numbers begin; of a single .safetensors alone. */
  readonly dataStart?: number;
  /** Every file it was read from, where that is not `file` alone. */
  readonly parts?: readonly FileStamp[];
  /** The JSON files of a diffusers folder by component (`unet`, `scheduler`, ...), as they stand there: unchecked. */
  readonly configs?: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
}

/** The reference reader's own limit. */
const HEADER_MAXIMUM_BYTES = 100_000_000;
/** Large checkpoints have about 2,500 tensors, files with optimizer or EMA state two or three times as many. */
const TENSOR_MAXIMUM = 20_000;
const SHORTEST_FILE = 8 + 2;
const MAXIMUM_RANK = 8;
/**
 * Reads and checks the header of a file.
 *
 * @throws model_gone when there is no such file
 * @throws model_invalid naming what is wrong: no regular file, cut short, not safetensors, or a header that lies
 */
export async function readHeader(path: string): Promise<CheckpointHeader> {
  const opened = await CheckpointFile.open(path);
  try {
    return await readSafetensors(opened);
  } finally {
    await opened.close();
  }
}

/** {@link readHeader} of a file that is open already. */
export async function readSafetensors(opened: CheckpointFile): Promise<CheckpointHeader> {
  const { file, fileBytes } = opened;
  if (fileBytes < SHORTEST_FILE) throw invalid(file, `it has ${fileBytes} bytes, too few for a header`);
  const claimed = (await opened.read(0, 8)).readBigUInt64LE(0);
  const longest = Math.min(fileBytes - 8, HEADER_MAXIMUM_BYTES);
  if (claimed > BigInt(longest)) {
    throw invalid(file, headerLengthProblem(await opened.read(0, Math.min(fileBytes, 64)), claimed, fileBytes), {
      expected: `a header of at most ${longest} bytes`,
      got: claimed.toString(),
    });
  }
  return parseHeader(await opened.read(8, Number(claimed)), opened.stamp);
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
function parseHeader(headerBytes: Buffer, source: FileStamp): CheckpointHeader {
  const { file } = source;
  const scan = scanHeader(headerBytes, { entries: TENSOR_MAXIMUM, depth: 3 });
  if (typeof scan === 'string') throw invalid(file, scan);
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
  if (entries !== scan.entries) throw invalid(file, 'its header has the same key twice');
  checkLayout(tensors, dataStart, source);
  return { ...source, metadata, tensors, dataStart };
}

function parseJson(bytes: Buffer, scan: HeaderScan, file: string): object {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, scan.end));
    return JSON.parse(text) as object;
  } catch (cause) {
    const problem = cause instanceof SyntaxError ? 'its header is not valid JSON' : 'its header is not valid UTF-8';
    throw invalid(file, problem, {}, { cause });
  }
}

function readMetadata(value: unknown, into: Map<string, string>, file: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(file, '__metadata__ is not an object');
  for (const [key, text] of Object.entries(value)) if (typeof text === 'string') into.set(key, text);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function readEntry(name: string, value: unknown, dataStart: number, file: string): TensorEntry {
  const shown = name.length > 120 ? `${name.slice(0, 120)}…` : name;
  const bad = (problem: string): CheckpointError => invalid(file, `tensor ${shown}: ${problem}`, { tensor: shown });
  if (typeof value !== 'object' || value === null) throw bad('its entry is not an object');
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  if (typeof dtype !== 'string' || !SAFETENSORS_DTYPES.includes(dtype)) {
    throw bad(`dtype ${JSON.stringify(dtype)?.slice(0, 40)} is not one of ${SAFETENSORS_DTYPES.join(', ')}`);
  }
  // Trainers leave marks, such as `v_pred`, as lists without an element; anything else without elements is a lie.
  const isMark = Array.isArray(shape) && shape.length === 1 && shape[0] === 0;
  const isShape = (extent: unknown): boolean => isCount(extent) && (extent > 0 || isMark);
  if (!Array.isArray(shape) || shape.length > MAXIMUM_RANK || !shape.every(isShape)) {
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
  { file, fileBytes }: FileStamp,
): void {
  let end = dataStart;
  for (const entry of [...tensors.values()].toSorted((a, b) => a.offset - b.offset || a.byteLength - b.byteLength)) {
    if (entry.offset < end)
      throw invalid(file, `tensor ${entry.name} overlaps the one before it`, { tensor: entry.name });
    if (entry.offset > end) throw invalid(file, `there is a gap before tensor ${entry.name}`, { tensor: entry.name });
    end = entry.offset + entry.byteLength;
  }
  if (end !== fileBytes) {
    const hint = end > fileBytes ? 'The download stopped early: download it again.' : DEFAULT_HINT;
    throw invalid(file, `the file is ${fileBytes} bytes, its header says ${end}`, {
      expected: end,
      got: fileBytes,
      hint,
    });
  }
}
