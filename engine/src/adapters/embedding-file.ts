/**
 * Textual inversion: vectors that take the place of token embeddings. Reads every form they are passed around in: the
 * WebUI's .pt, diffusers' .bin, .safetensors, SDXL's pairs, and pictures (embedding-picture.ts).
 */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';

import { CheckpointError } from '@easel/shared/errors';

import { openFile } from '../checkpoint/open-file.ts';
import { placeTensors } from '../checkpoint/place-tensors.ts';
import { tensor, type Tensor } from '../numeric/tensor.ts';
import { isPng, isWebp, readVectorPicture } from './embedding-picture.ts';
import { readNumbers } from '../checkpoint/read-numbers.ts';

/** Where vectors belong: a text encoder of SDXL, or the only one of a model. */
export type EmbeddingSlot = 'clip_l' | 'clip_g' | 'only';

export interface EmbeddingFile {
  readonly file: string;
  /** f32 [count, width] for each encoder it has vectors for; all of the same count. */
  readonly vectors: ReadonlyMap<EmbeddingSlot, Tensor>;
  /** What the file says of itself; empty where its form has no room for that. */
  readonly metadata: ReadonlyMap<string, string>;
}

type Found = Pick<EmbeddingFile, 'vectors' | 'metadata'>;

/** A chunk has no room for more. */
const MOST_VECTORS = 75;
const LARGEST_PICTURE = 64 << 20;

/** @throws model_gone | model_invalid | pickle_unsafe */
export async function readEmbedding(path: string): Promise<EmbeddingFile> {
  const found = (await readPicture(path)) ?? (await readTensors(path));
  const vectors = new Map<EmbeddingSlot, Tensor>();
  for (const [slot, { data, shape }] of found.vectors) {
    const width = shape.at(-1) ?? 0;
    const count = width === 0 ? 0 : data.length / width;
    if (shape.length > 2 || count === 0) throw notAnEmbedding(path, `it has vectors of [${shape.join(', ')}]`);
    if (count > MOST_VECTORS)
      throw notAnEmbedding(path, `it has ${count} vectors, a prompt has room for ${MOST_VECTORS}`);
    vectors.set(slot, tensor(data, [count, width]));
  }
  const counts = new Set([...vectors.values()].map(({ shape }) => shape[0]));
  if (counts.size !== 1) throw notAnEmbedding(path, 'it has no vectors, or not as many for both encoders');
  return { file: path, vectors, metadata: found.metadata };
}

async function readTensors(path: string): Promise<Found> {
  const header = await openFile(path);
  // Programs put their notes beside the vectors, as numbers.
  const entries = [...header.tensors.values()].filter(({ dtype, shape }) => /^(F|BF)/.test(dtype) && shape.length > 0);
  const slots = new Map<EmbeddingSlot, (typeof entries)[number]>();
  for (const slot of ['clip_l', 'clip_g'] as const) {
    const entry = entries.find(({ name }) => name === slot || name.endsWith(`.${slot}`));
    if (entry !== undefined) slots.set(slot, entry);
  }
  const [only] = entries;
  if (slots.size === 0 && entries.length === 1 && only !== undefined) slots.set('only', only);
  if (slots.size === 0) throw notAnEmbedding(path, `it has ${entries.length} tensors`);
  const placed = await placeTensors(header, () => true);
  try {
    const vectors = new Map<EmbeddingSlot, Tensor>();
    for (const [slot, { name }] of slots) {
      const entry = placed.header.tensors.get(name);
      if (entry !== undefined) vectors.set(slot, await readNumbers(entry, header.file));
    }
    return { vectors, metadata: header.metadata };
  } finally {
    await placed.release();
  }
}

/** Vectors out of a picture; null for files that are none. */
async function readPicture(path: string): Promise<Found | null> {
  const facts = await stat(path).catch(() => null);
  if (facts?.isFile() !== true || !/\.(png|webp)$/i.test(path) || facts.size > LARGEST_PICTURE) return null;
  const bytes = await readFile(path);
  if (!isPng(bytes) && !isWebp(bytes)) return null;
  try {
    const rows = await readVectorPicture(bytes);
    const width = rows[0]?.length ?? 0;
    const vectors = new Map([['only' as const, tensor(Float32Array.from(rows.flat()), [rows.length, width])]]);
    return { vectors, metadata: new Map() };
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw notAnEmbedding(path, thrown.message, { cause: thrown });
  }
}

function notAnEmbedding(file: string, problem: string, options?: ErrorOptions): CheckpointError {
  return new CheckpointError(
    'model_invalid',
    `${basename(file)} is not a readable embedding: ${problem}.`,
    { file, hint: 'Download it again, or delete it.' },
    options,
  );
}
