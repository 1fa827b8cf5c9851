/** `easel verify`: whether a file is whole, of known structure, and full of numbers. */
import { StudioError } from '@easel/shared/errors';

import { CheckpointFile } from '../checkpoint/checkpoint-file.ts';
import { openCheckpoint } from '../checkpoint/open.ts';
import { placeTensors } from '../checkpoint/place-tensors.ts';
import { FILE_DTYPE_BYTES, type TensorEntry } from '../checkpoint/tensor-entry.ts';
import { toFloat32 } from '../checkpoint/to-float32.ts';
import { isFloat } from '../convert/numbers.ts';
import { recogniseKind } from '../families/file-kind.ts';
import { recogniseCheckpoint } from '../families/recognise.ts';

export interface Verdict {
  readonly file: string;
  readonly tensors: number;
  /** Numbers looked at. */
  readonly numbers: number;
  /** Sentences; empty = nothing is wrong. */
  readonly problems: readonly string[];
}

const CHUNK_NUMBERS = 1 << 21;
/** Tensors named of each problem; the others are counted. */
const NAMED = 5;

/**
 * @param breathe called between chunks; what it throws ends the work
 * @throws model_gone | model_invalid | model_incomplete | pickle_unsafe when it cannot be read at all
 */
export async function verifyFile(path: string, breathe: () => Promise<void>): Promise<Verdict> {
  const header = await openCheckpoint(path);
  const problems: string[] = [];
  try {
    const { family, sidecar } = await recogniseCheckpoint(path);
    family.check(header, sidecar);
  } catch (thrown) {
    if (!(thrown instanceof StudioError)) throw thrown;
    const isKnown = thrown.code === 'model_unsupported' && recogniseKind(header) !== null;
    if (!isKnown) problems.push(thrown.message);
  }
  const { header: placed, release } = await placeTensors(header, () => true, breathe);
  const reader = new Reader();
  const bad = { nan: [] as string[], infinite: [] as string[] };
  let numbers = 0;
  try {
    for (const entry of placed.tensors.values()) {
      if (!isFloat(entry.dtype)) continue;
      const found = await reader.look(entry, header.file, breathe);
      numbers += found.numbers;
      if (found.hasNan) bad.nan.push(entry.name);
      if (found.hasInfinite) bad.infinite.push(entry.name);
    }
  } finally {
    await reader.close();
    await release();
  }
  problems.push(...named('hold NaN', bad.nan), ...named('hold infinity', bad.infinite));
  return { file: header.file, tensors: header.tensors.size, numbers, problems };
}

function named(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return [`${names.length} tensors ${what}: ${names.slice(0, NAMED).join(', ')}${more}.`];
}

class Reader {
  readonly #files = new Map<string, CheckpointFile>();

  async look(
    { dtype, offset, byteLength, file }: TensorEntry,
    own: string,
    breathe: () => Promise<void>,
  ): Promise<{ numbers: number; hasNan: boolean; hasInfinite: boolean }> {
    const found = { numbers: 0, hasNan: false, hasInfinite: false };
    if (!isFloat(dtype)) return found;
    const opened = this.#files.get(file ?? own) ?? (await CheckpointFile.open(file ?? own));
    this.#files.set(file ?? own, opened);
    const step = CHUNK_NUMBERS * FILE_DTYPE_BYTES[dtype];
    for (let done = 0; done < byteLength; done += step) {
      const values = toFloat32(await opened.read(offset + done, Math.min(step, byteLength - done)), dtype);
      found.numbers += values.length;
      for (const value of values) {
        if (Number.isFinite(value)) continue;
        if (Number.isNaN(value)) found.hasNan = true;
        else found.hasInfinite = true;
      }
      await breathe();
    }
    return found;
  }

  async close(): Promise<void> {
    for (const file of this.#files.values()) await file.close();
  }
}
