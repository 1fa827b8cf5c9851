/** A small safetensors file as bytes by name, and a request for work on models with what a test leaves out filled in. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import {
  convertRequest,
  mergeRequest,
  type ConvertRequest,
  type MergeRequest,
  type ModelWorkResult,
} from '@easel/shared/model-work';
import type { EngineModelJob, ModelSource } from '@easel/shared/engine';

import type { WorkContext } from '../../src/convert/carry-out.ts';
import { makeModel } from '../../src/convert/make-model.ts';
import type { StoredBytes } from './write-safetensors.ts';

export interface WeightFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, StoredBytes>;
}

/** Reads on its own, not by the engine's code: what checks the engine must not share its mistakes. */
export function readWeightFile(path: string): WeightFile {
  const file = readFileSync(path);
  const length = Number(file.readBigUInt64LE(0));
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<
    string,
    unknown
  >;
  const tensors = new Map<string, StoredBytes>();
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: offsets } = entry as { dtype: string; shape: number[]; data_offsets: number[] };
    const [from = 0, to = 0] = offsets;
    tensors.set(name, { dtype, shape, bytes: Buffer.from(file.subarray(8 + length + from, 8 + length + to)) });
  }
  return { metadata: metadata as Record<string, string>, tensors };
}

/** Names and what they hold, comparable by value: a difference shows the name. */
export const contentOf = (tensors: WeightFile['tensors']): Record<string, string> =>
  Object.fromEntries(
    [...tensors]
      .map(([name, { dtype, shape, bytes }]): [string, string] => [
        name,
        `${dtype} [${shape.join()}] ${createHash('sha1').update(bytes).digest('hex')}`,
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

const QUIET: WorkContext = { report: () => {}, breathe: () => Promise.resolve() };

const sourceOf = (file: string): ModelSource => ({ id: file.split('/').at(-1) ?? '', file, sha256: null });

/** Absolute paths in place of ids. */
export async function convert(
  file: string,
  target: string,
  fields: Partial<Omit<ConvertRequest, 'type' | 'model' | 'output'>> = {},
  context: WorkContext = QUIET,
): Promise<ModelWorkResult> {
  const parameters = convertRequest.parse({ type: 'convert', model: 'model', output: 'output', ...fields });
  const job = jobOf(parameters, [file], fields.vae, fields.base, target);
  return makeModel({ ...job, loras: (fields.loras ?? []).map((lora) => sourceOf(lora.model)) }, context);
}

export async function merge(
  files: readonly string[],
  target: string,
  fields: Pick<MergeRequest, 'method' | 'weights'> & Partial<MergeRequest>,
  context: WorkContext = QUIET,
): Promise<ModelWorkResult> {
  const parameters = mergeRequest.parse({
    type: 'merge',
    models: files.map(() => 'model'),
    output: 'output',
    ...fields,
  });
  return makeModel(jobOf(parameters, files, fields.vae, undefined, target), context);
}

const jobOf = (
  parameters: EngineModelJob['parameters'],
  files: readonly string[],
  vae: string | undefined,
  base: string | undefined,
  target: string,
): Omit<EngineModelJob, 'jobId'> => ({
  parameters,
  sources: files.map(sourceOf),
  vae: vae === undefined ? null : sourceOf(vae),
  base: base === undefined ? null : sourceOf(base),
  target,
});
