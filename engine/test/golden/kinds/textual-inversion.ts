/** Textual inversion in every form of file: the vectors, and what text encoders make of rows that hold them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { readEmbedding, type EmbeddingSlot } from '../../../src/adapters/embedding-file.ts';
import type { Pipeline, TextFormat, TextRole } from '../../../src/families/types.ts';
import { tensor, type Tensor } from '../../../src/numeric/tensor.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown, type Check, type Comparison } from '../compare.ts';
import { openModelFile } from '../networks.ts';
import { paddedRows } from './text.ts';
import type { Kind } from './types.ts';

interface Use {
  readonly vectors: number;
  readonly positions?: readonly number[];
  /** The model it is used with; null where it fits none. */
  readonly for: string | null;
}

const SLOTS: Readonly<Record<string, EmbeddingSlot>> = { vectors: 'only', vectors_l: 'clip_l', vectors_g: 'clip_g' };
const ENCODERS: Readonly<Record<string, TextRole>> = {
  text: 'text-encoder',
  clip_l: 'text-encoder',
  clip_g: 'text-encoder-2',
  pooled: 'text-encoder-2',
};

async function outputOf(golden: GoldenCase, pipeline: Pipeline, file: string, kind: string, use: Use): Promise<Tensor> {
  const role = ENCODERS[kind] as TextRole;
  const rows = paddedRows(golden.input(`ids.${file}`), pipeline.facts.text[role] as TextFormat);
  const places = [{ name: 'it', position: use.positions?.[0] ?? 0 }];
  const { hidden, pooled } = await pipeline.encodeText(role, rows, 1, [places]);
  return kind === 'pooled' ? (pooled as Tensor) : hidden;
}

async function checkFile(golden: GoldenCase, file: string, use: Use): Promise<Check> {
  const path = join(golden.folder, file);
  if (!existsSync(path)) return unknown(file, 'the file is missing');
  const model = await openModelFile(golden.file(`${use.for ?? 'sd15'}.manifest.json`));
  if ('missing' in model) return unknown(file, model.missing);
  const skipped = await model.useEmbeddings([{ name: 'it', file: path }]);
  if (use.for === null) {
    const isRefused = skipped.some(({ error }) => error.code === 'model_incompatible');
    return checkOf(file, [{ name: 'is refused for its width', error: isRefused ? 0 : 1, bound: 0 }]);
  }
  const { vectors } = await readEmbedding(path);
  const comparisons: Comparison[] = [];
  for (const output of golden.outputNames.filter((name) => name.endsWith(`.${file}`))) {
    const kind = output.slice(0, -file.length - 1);
    const expected = golden.stored(output);
    const slot = SLOTS[kind];
    if (slot !== undefined) {
      comparisons.push(compare(output, vectors.get(slot) as Tensor, expected, 1e-6));
      continue;
    }
    const made = await outputOf(golden, model, file, kind, use);
    const size = expected.data.length;
    comparisons.push(compare(output, tensor(made.data.slice(0, size), expected.shape), expected, golden.bound));
  }
  return checkOf(file, comparisons);
}

export const textualInversion: Kind = {
  run: 'embeddings/textual_inversion',
  check: async (golden) => {
    const { use } = (golden.json as unknown as { config: { use: Readonly<Record<string, Use>> } }).config;
    const checks: Check[] = [];
    for (const [file, each] of Object.entries(use)) checks.push(await checkFile(golden, file, each));
    return checks;
  },
};
