/**
 * The index of pictures: paging, search, files by id, bin and restore.
 *
 * A client names a picture by its id only; every path comes from a row that this server wrote. Deleting moves the file
 * into `.bin` below outputs, so it is one rename and can be undone; where the file lies decides after a crash.
 */
import { lstat, mkdir, open, rename } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';

import { RequestError, StudioError } from '@easel/shared/errors';
import type { ImageList, ImageView } from '@easel/shared/http/images';
import { sql, type Selectable } from 'kysely';

import type { Store } from '../store/database.ts';
import type { ImageTable } from '../store/tables.ts';
import type { Events } from './events.ts';
import { toImageSummary, toImageView } from './image-row.ts';
import { searchWords } from './search-text.ts';

/** Where deleted pictures wait, below outputs. */
export const BIN_FOLDER = '.bin';

/** A file to be served. */
export interface ServedFile {
  /** Absolute path. */
  path: string;
  fileName: string;
  mime: string;
  sizeBytes: number;
}

export interface GalleryOptions {
  store: Store;
  events: Events;
  /** Absolute folders. */
  outputs: string;
  thumbnails: string;
}

type Row = Selectable<ImageTable>;

/** How far a page reached: the rank of its last picture. */
const CURSOR = /^after-(\d{1,15})$/;

const unknownImage = (id: string, why = 'There is no picture'): RequestError =>
  new RequestError('unknown_image', `${why} "${id.slice(0, 100)}".`, { got: id.slice(0, 100) });

const isAbsent = (thrown: unknown): boolean => (thrown as NodeJS.ErrnoException).code === 'ENOENT';

/** Makes a rename last through a power cut; not every file system can open a folder, and those need none. */
const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** An absolute path below `root`. @throws internal when a stored name leads out of it */
export const pathBelow = (root: string, file: string): string => {
  const path = resolve(root, file);
  if (!path.startsWith(root + sep)) throw new StudioError('internal', `"${file}" leads out of its folder.`);
  return path;
};

/** Renames, and makes both folders remember it. */
const moveFile = async (from: string, to: string): Promise<void> => {
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to);
  await syncFolder(dirname(to));
  await syncFolder(dirname(from));
};

export class Gallery {
  readonly #options: GalleryOptions;

  constructor(options: GalleryOptions) {
    this.#options = options;
  }

  /** Newest first. @throws bad_cursor */
  async list(page: { cursor?: string | undefined; limit: number; query?: string | undefined }): Promise<ImageList> {
    let shown = this.#options.store.selectFrom('images').where('deleted_at', 'is', null);
    for (const word of searchWords(page.query ?? ''))
      shown = shown.where(sql<number>`instr(search_text, ${word})`, '>', 0);
    const { total } = await shown.select((build) => build.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();

    let rest = shown
      .selectAll()
      .orderBy('rank', 'desc')
      .limit(page.limit + 1);
    if (page.cursor !== undefined) {
      const rank = CURSOR.exec(page.cursor)?.[1];
      if (rank === undefined) {
        throw new RequestError('bad_cursor', 'cursor: this is not one that a page of this server gave.', {
          field: 'cursor',
          got: page.cursor.slice(0, 100),
          hint: 'Leave it out for the first page; after that give back nextCursor as it is.',
        });
      }
      rest = rest.where('rank', '<', Number(rank));
    }
    const rows = await rest.execute();
    const images = rows.slice(0, page.limit);
    const last = images.at(-1);
    return {
      images: images.map(toImageSummary),
      nextCursor: rows.length > page.limit && last !== undefined ? `after-${last.rank}` : null,
      total,
    };
  }

  /** @throws unknown_image */
  async get(id: string): Promise<ImageView> {
    return this.#view(await this.#find(id));
  }

  /** @throws unknown_image, also for pictures in the bin */
  async file(id: string): Promise<ServedFile> {
    const row = await this.#findShown(id);
    const path = pathBelow(this.#options.outputs, row.file);
    const sizeBytes = await sizeOf(path);
    if (sizeBytes === null) {
      await this.#options.store.updateTable('images').set({ is_missing: 1 }).where('id', '=', id).execute();
      throw unknownImage(id, 'The file is no longer in the outputs folder: picture');
    }
    return { path, fileName: fileNameOf(row.file), mime: 'image/png', sizeBytes };
  }

  /** The picture itself when it has no thumbnail. @throws unknown_image */
  async thumbnail(id: string): Promise<ServedFile> {
    const row = await this.#findShown(id);
    if (row.thumbnail === null) return this.file(id);
    const path = pathBelow(this.#options.thumbnails, row.thumbnail);
    const sizeBytes = await sizeOf(path);
    if (sizeBytes === null) return this.file(id);
    return { path, fileName: fileNameOf(row.thumbnail), mime: 'image/webp', sizeBytes };
  }

  /** Moves the picture to the bin; twice is fine. @throws unknown_image, storage_unavailable */
  async delete(id: string): Promise<ImageView> {
    const row = await this.#find(id);
    if (row.deleted_at !== null) return this.#view(row);
    const { store, events } = this.#options;
    await this.#move(row, 'to-bin');
    await store.updateTable('images').set({ deleted_at: new Date().toISOString() }).where('id', '=', id).execute();
    events.publish('image:deleted', { id });
    return this.get(id);
  }

  /** Takes it out of the bin again; twice is fine. @throws unknown_image, storage_unavailable */
  async restore(id: string): Promise<ImageView> {
    const row = await this.#find(id);
    if (row.deleted_at === null) return this.#view(row);
    const { store, events } = this.#options;
    await this.#move(row, 'from-bin');
    await store.updateTable('images').set({ deleted_at: null }).where('id', '=', id).execute();
    events.publish('image:restored', { image: toImageSummary(row) });
    return this.get(id);
  }

  async #move(row: Row, direction: 'to-bin' | 'from-bin'): Promise<void> {
    const shown = pathBelow(this.#options.outputs, row.file);
    const binned = pathBelow(join(this.#options.outputs, BIN_FOLDER), row.file);
    const [from, to] = direction === 'to-bin' ? [shown, binned] : [binned, shown];
    try {
      await moveFile(from, to);
    } catch (thrown) {
      // A file that somebody took away can still be deleted and restored as a row.
      if (isAbsent(thrown) && (await isThere(this.#options.outputs))) return;
      const { code } = thrown as NodeJS.ErrnoException;
      throw new StudioError(
        'storage_unavailable',
        `The picture could not be moved (${code ?? 'unknown reason'}).`,
        {
          hint: 'Check that the outputs folder is there and can be written, then try again.',
        },
        { cause: thrown },
      );
    }
  }

  /** A sheet says itself which grid it shows; of a cell its job knows. */
  async #view(row: Row): Promise<ImageView> {
    const { store } = this.#options;
    const job =
      row.grid_id === null
        ? await store.selectFrom('jobs').select('grid_id').where('id', '=', row.job_id).executeTakeFirst()
        : row;
    return toImageView(row, job?.grid_id ?? null);
  }

  async #find(id: string): Promise<Row> {
    const row = await this.#options.store.selectFrom('images').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined) throw unknownImage(id);
    return row;
  }

  async #findShown(id: string): Promise<Row> {
    const row = await this.#find(id);
    if (row.deleted_at !== null) throw unknownImage(id, 'In the bin, and not shown until it is restored, is picture');
    return row;
  }
}

const fileNameOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1);

/** Bytes of a regular file; null when there is none. */
const sizeOf = async (path: string): Promise<number | null> => {
  try {
    const stats = await lstat(path);
    return stats.isFile() ? stats.size : null;
  } catch (thrown) {
    if (isAbsent(thrown)) return null;
    throw new StudioError(
      'storage_unavailable',
      'The outputs folder cannot be read.',
      { hint: 'Check that its disk is there.' },
      { cause: thrown },
    );
  }
};

const isThere = async (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
