/** The textual inversions that a pipeline's prompts may name: read once, matched with the text encoders by width. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';

import { StudioError, type WireError } from '@easel/shared/errors';
import type { EmbeddingPlace, KnownEmbedding } from '@easel/shared/prompt/chunks';
import { loadClipTokenizer } from '@easel/shared/prompt/clip-vocabulary';

import { readEmbedding, type EmbeddingFile, type EmbeddingSlot } from '../adapters/embedding-file.ts';
import type { Feeds } from '../graph/session.ts';
import type { Tensor } from '../numeric/tensor.ts';
import type { EmbeddingUse, TextFormat, TextRole } from './types.ts';

/** Slots an encoder takes vectors from, by how many encoders there are. */
const SLOTS: Readonly<Record<TextRole, readonly [alone: readonly EmbeddingSlot[], ofTwo: EmbeddingSlot]>> = {
  'text-encoder': [['only', 'clip_l'], 'clip_l'],
  'text-encoder-2': [['only', 'clip_g'], 'clip_g'],
};

export class Embeddings {
  readonly #files = new Map<string, Promise<EmbeddingFile>>();
  /** By name, the vectors for each encoder, f32 [count, width]. */
  #usable = new Map<string, ReadonlyMap<TextRole, Tensor>>();
  readonly #digests = new WeakMap<Tensor, string>();

  /**
   * @param roles the pipeline's text encoders
   * @param widthOf width of an encoder's token embeddings
   */
  constructor(
    private readonly roles: readonly TextRole[],
    private readonly widthOf: (role: TextRole) => number,
  ) {}

  /**
   * Uses these from now on, and no others.
   *
   * @returns those that cannot be used with this model, with the reason
   */
  async use(uses: readonly EmbeddingUse[]): Promise<readonly { readonly name: string; readonly error: WireError }[]> {
    const usable = new Map<string, ReadonlyMap<TextRole, Tensor>>();
    const skipped: { name: string; error: WireError }[] = [];
    for (const { name, file } of uses) {
      try {
        usable.set(name, this.#match(await this.#read(file)));
      } catch (thrown) {
        if (!(thrown instanceof StudioError)) throw thrown;
        skipped.push({ name, error: thrown.toWire() });
      }
    }
    this.#usable = usable;
    return skipped;
  }

  /** What prompts for an encoder may name. */
  known(role: TextRole, { dialect }: TextFormat): KnownEmbedding[] {
    return [...this.#usable].flatMap(([name, vectors]) => {
      const count = vectors.get(role)?.shape[0];
      return count === undefined ? [] : [{ name, ids: loadClipTokenizer().encode(name, dialect), vectors: count }];
    });
  }

  /**
   * The inputs of a text encoder for rows of tokens.
   *
   * @param places by row
   */
  feeds(role: TextRole, places: readonly (readonly EmbeddingPlace[])[], rowLength: number): Feeds {
    const width = this.widthOf(role);
    const vectors = new Float32Array(places.length * rowLength * width);
    const replaced = new Float32Array(places.length * rowLength);
    for (const [row, list] of places.entries()) {
      for (const { name, position } of list) {
        const own = this.#usable.get(name)?.get(role);
        if (own === undefined) continue;
        const start = row * rowLength + position;
        vectors.set(own.data, start * width);
        replaced.fill(1, start, start + (own.shape[0] ?? 0));
      }
    }
    return {
      vectors: { data: vectors, shape: [places.length, rowLength, width] },
      replaced: { data: replaced, shape: [places.length, rowLength, 1] },
    };
  }

  /** Tells what the vectors at these places are from all others. */
  signature(role: TextRole, places: readonly EmbeddingPlace[]): string {
    return places
      .flatMap(({ name, position }) => {
        const vectors = this.#usable.get(name)?.get(role);
        return vectors === undefined ? [] : `${position} ${this.#digestOf(vectors)}`;
      })
      .join();
  }

  #digestOf(vectors: Tensor): string {
    const known = this.#digests.get(vectors);
    if (known !== undefined) return known;
    const digest = createHash('sha256').update(vectors.data).digest('hex');
    this.#digests.set(vectors, digest);
    return digest;
  }

  async #read(path: string): Promise<EmbeddingFile> {
    const stamp = await stat(path).catch(() => null);
    const key = JSON.stringify([path, stamp?.size, stamp?.mtimeMs]);
    const reading = this.#files.get(key) ?? readEmbedding(path);
    this.#files.set(key, reading);
    reading.catch(() => this.#files.delete(key));
    return reading;
  }

  #match({ file, vectors }: EmbeddingFile): ReadonlyMap<TextRole, Tensor> {
    const matched = new Map<TextRole, Tensor>();
    for (const role of this.roles) {
      const [alone, ofTwo] = SLOTS[role];
      const slots = this.roles.length > 1 ? [ofTwo] : alone;
      const found = slots.map((slot) => vectors.get(slot)).find((each) => each !== undefined);
      const width = this.widthOf(role);
      if (found?.shape[1] !== width) {
        const widths = [...vectors.values()].map(({ shape }) => shape[1]).join(' and ');
        throw new StudioError(
          'model_incompatible',
          `${basename(file)} has vectors of width ${widths}; this model's ${role} reads ${width}.`,
          { file, expected: width, got: widths, hint: 'It was made for another base model.' },
        );
      }
      matched.set(role, found);
    }
    return matched;
  }
}
