/**
 * Files to be read as data: which load and with which numbers, which are refused and how. None of the bad ones may leave
 * a trace outside of itself.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { StudioError } from '@easel/shared/errors';

import { openCheckpoint } from '../../../src/checkpoint/open.ts';
import { placeTensors } from '../../../src/checkpoint/place-tensors.ts';
import { readNumbers } from '../../support/read-entry.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, failed, type Check, type Comparison } from '../compare.ts';
import type { Kind } from './types.ts';

interface FileEntry {
  readonly expect: 'loads' | 'pickle_unsafe' | 'bad_file';
  readonly tensors?: Readonly<Record<string, { readonly shape: readonly number[]; readonly dtype: string }>>;
  /** Another right answer, as a sentence that begins with its word. */
  readonly also_fine?: string;
}

const CODES: Readonly<Record<string, string>> = { pickle_unsafe: 'pickle_unsafe', model_invalid: 'bad_file' };
/** What would be there if something in a file had been run or unpacked. */
const TRACES = ['/tmp/easel-pickle-executed', '/tmp/easel-zip-slip', '/tmp/easel-zip-slip-absolute'];
/** Checkpoints are given without the dictionary around their weights. */
const WRAPPER = 'state_dict.';
const bare = (name: string): string => (name.startsWith(WRAPPER) ? name.slice(WRAPPER.length) : name);

const DTYPES: Readonly<Record<string, string>> = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
};

/** What opening comes to: `loads`, or the word for its refusal. */
async function answerOf(path: string): Promise<{ answer: string; message: string }> {
  try {
    await openCheckpoint(path);
    return { answer: 'loads', message: 'it loads' };
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
    return { answer: CODES[error.code] ?? error.code, message: error.message };
  }
}

async function compareTensors(
  golden: GoldenCase,
  file: string,
  wanted: NonNullable<FileEntry['tensors']>,
): Promise<Comparison[]> {
  const { header, release } = await placeTensors(await openCheckpoint(join(golden.folder, file)));
  try {
    const comparisons: Comparison[] = Object.entries(wanted).map(([name, { dtype }]) => {
      const entry = header.tensors.get(bare(name));
      if (entry === undefined) return { name, error: NaN, bound: 0, note: 'it is missing' };
      if (entry.dtype !== DTYPES[dtype])
        return { name, error: NaN, bound: 0, note: `${entry.dtype}, expected ${dtype}` };
      const expected = golden.stored(`${file}:${name}`);
      const data = Float32Array.from(readNumbers(header, entry));
      return compare(name, { data, shape: entry.shape }, { ...expected, data: Float32Array.from(expected.data) }, 0);
    });
    const surplus = header.tensors.size - comparisons.length;
    return [...comparisons, { name: 'tensors beyond those', error: surplus, bound: 0 }];
  } finally {
    await release();
  }
}

async function checkFile(
  golden: GoldenCase,
  file: string,
  { expect, tensors = {}, also_fine: other }: FileEntry,
): Promise<Check> {
  if (expect === 'loads') return checkOf(file, await compareTensors(golden, file, tensors));
  const { answer, message } = await answerOf(join(golden.folder, file));
  const isFine = answer === expect || (other?.startsWith(answer) ?? false);
  if (!isFine) return failed(file, `${answer} instead of ${expect}: ${message}`);
  const trace = TRACES.find((path) => existsSync(path));
  return trace === undefined ? { name: file, status: 'pass', error: 0, bound: 0 } : failed(file, `${trace} was made`);
}

export const files: Kind = {
  run: 'embeddings/files',
  check: async (golden) => {
    const { files: entries } = golden.json as unknown as { files: Readonly<Record<string, FileEntry>> };
    const checks: Check[] = [];
    for (const [file, entry] of Object.entries(entries)) checks.push(await checkFile(golden, file, entry));
    return checks;
  },
};
