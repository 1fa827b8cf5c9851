/**
 * Pictures of models: those that lie beside a file, and those a person chose from the gallery. Always served as a small
 * WebP of our own making, kept in the data folder; what lies beside a model is only read.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { RequestError } from '@easel/shared/errors';
import sharp from 'sharp';

import type { ServedFile } from './gallery.ts';
import { readSmallFile } from './model-beside.ts';
import { keyOf, type Entry } from './model-entry.ts';

/** Longest side, in pixels: sharp on a phone, small in a grid. */
const LONGEST_SIDE = 640;
const QUALITY = 82;
const MOST_BYTES = 32 << 20;
const MOST_PIXELS = 64_000_000;

/** First bytes of the formats that are read; other decoders are never reached. */
const isPicture = (bytes: Buffer): boolean =>
  bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) ||
  bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])) ||
  (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP');

const shrink = async (bytes: Buffer): Promise<Buffer> =>
  sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error', pages: 1 })
    .rotate()
    .resize(LONGEST_SIDE, LONGEST_SIDE, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: QUALITY })
    .toBuffer();

const noPicture = (id: string): RequestError =>
  new RequestError('not_found', `The model "${id.slice(0, 100)}" has no picture.`, {
    hint: 'Choose one from the gallery, or put one beside the file under the same name.',
  });

export interface ModelPreviewsOptions {
  /** Absolute folder of our own. */
  folder: string;
  /** The file of a picture in the gallery. @throws unknown_image */
  pictureFile(imageId: string): Promise<ServedFile>;
}

export class ModelPreviews {
  readonly #options: ModelPreviewsOptions;
  readonly #making = new Map<string, Promise<boolean>>();
  /** Versions that turned out to be no pictures. */
  readonly #bad = new Set<string>();

  constructor(options: ModelPreviewsOptions) {
    this.#options = options;
  }

  /**
   * Names the picture that an entry has now; null = none.
   * @param chosen as {@link choose} gave it
   */
  version(entry: Entry, chosen: string | null): string | null {
    if (chosen !== null) return chosen;
    const { preview } = entry.found.beside;
    if (preview === null || !entry.isAvailable || preview.sizeBytes > MOST_BYTES) return null;
    const version = createHash('sha256')
      .update(`${keyOf(entry)}\n${preview.path}\n${preview.mtimeMs}\n${preview.sizeBytes}`)
      .digest('hex')
      .slice(0, 32);
    return this.#bad.has(version) ? null : version;
  }

  /** The picture to serve. @throws not_found */
  async file(entry: Entry, chosen: string | null): Promise<ServedFile> {
    const version = this.version(entry, chosen);
    if (version === null) throw noPicture(entry.id);
    const path = join(this.#options.folder, `${version}.webp`);
    let facts = await stat(path).catch(() => null);
    if (facts === null && chosen === null) {
      const making = this.#making.get(version) ?? this.#make(entry, version, path);
      this.#making.set(version, making);
      await making.finally(() => this.#making.delete(version));
      facts = await stat(path).catch(() => null);
    }
    if (facts === null) throw noPicture(entry.id);
    return { path, fileName: `${version}.webp`, mime: 'image/webp', sizeBytes: facts.size };
  }

  /**
   * Makes a small copy of a picture of the gallery, which stays when the picture is deleted.
   * @returns the name to keep
   * @throws unknown_image, image_invalid
   */
  async choose(imageId: string): Promise<string> {
    const { path } = await this.#options.pictureFile(imageId);
    const bytes = await readSmallFile(path, 4 * MOST_BYTES);
    const picture = bytes === null ? null : await shrink(bytes).catch(() => null);
    if (picture === null) throw new RequestError('image_invalid', 'That picture cannot be read.', { field: 'image' });
    const name = `chosen-${randomUUID()}`;
    await this.#write(join(this.#options.folder, `${name}.webp`), picture);
    return name;
  }

  /** @param chosen as {@link choose} gave it */
  async forget(chosen: string): Promise<void> {
    await rm(join(this.#options.folder, `${chosen}.webp`), { force: true });
  }

  async #make(entry: Entry, version: string, path: string): Promise<boolean> {
    const source = join(entry.folder, entry.found.beside.preview?.path ?? '');
    const bytes = await readSmallFile(source, MOST_BYTES);
    const picture = bytes !== null && isPicture(bytes) ? await shrink(bytes).catch(() => null) : null;
    if (picture === null) {
      this.#bad.add(version);
      return false;
    }
    await this.#write(path, picture);
    return true;
  }

  async #write(path: string, bytes: Buffer): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true });
    const temporary = `${path}.${randomUUID()}.part`;
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  }
}
