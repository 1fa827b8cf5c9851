/**
 * Makes the index and the disk agree after whatever ended the last server.
 *
 * A finished picture without a row is adopted from its own metadata; a row without its file is marked, never dropped;
 * a file found in the bin is deleted and one found outside is not, whatever the row says; leftovers of a save are swept.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Store } from '../store/database.ts';
import type { Events } from './events.ts';
import { BIN_FOLDER } from './gallery.ts';
import { toImageRow, toImageSummary } from './image-row.ts';
import type { FoundPicture, PictureFiles } from './picture.ts';

export interface ReconcileOptions {
  store: Store;
  pictures: PictureFiles;
  events: Events;
  /** Absolute folder. */
  outputs: string;
}

export interface ReconcileReport {
  /** Pictures that got a row. */
  adopted: number;
  /** Rows whose file was newly found to be gone. */
  missing: number;
  /** Rows whose claim (deleted, missing) was put right. */
  corrected: number;
}

/** Folders inside folders; deeper is not ours. */
const DEEPEST = 8;
/** More than this is a rebuilt index: clients reload rather than hear of each. */
const MOST_ANNOUNCED = 200;

/** Every PNG below a folder, relative to it with forward slashes. Links and hidden folders are left alone. */
const listPictures = async (folder: string, below = '', depth = 0): Promise<string[]> => {
  if (depth > DEEPEST) return [];
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch((thrown: unknown) => {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw thrown;
  });
  const files: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) files.push(...(await listPictures(folder, path, depth + 1)));
    else if (entry.isFile() && entry.name.toLowerCase().endsWith('.png')) files.push(path);
  }
  return files;
};

interface Orphan {
  file: string;
  isInBin: boolean;
  found: FoundPicture;
}

const inOutputs = (file: string, isInBin: boolean): string => (isInBin ? `${BIN_FOLDER}/${file}` : file);

/** Puts the claims of the rows right. @returns the files that have a row */
const correctRows = async (
  { store, pictures }: ReconcileOptions,
  shown: ReadonlySet<string>,
  binned: ReadonlySet<string>,
  report: ReconcileReport,
): Promise<Set<string>> => {
  const rows = await store
    .selectFrom('images')
    .select(['id', 'file', 'thumbnail', 'deleted_at', 'is_missing'])
    .execute();
  for (const row of rows) {
    const isShown = shown.has(row.file);
    const isBinned = !isShown && binned.has(row.file);
    const isMissing = !isShown && !isBinned;
    // Of a row without a file nobody knows more than it says itself.
    const isDeleted = isMissing ? row.deleted_at !== null : isBinned;
    if (isMissing && row.is_missing === 0) report.missing += 1;
    if (isMissing !== (row.is_missing === 1) || isDeleted !== (row.deleted_at !== null)) {
      report.corrected += 1;
      const deletedAt = isDeleted ? (row.deleted_at ?? new Date().toISOString()) : null;
      await store
        .updateTable('images')
        .set({ is_missing: isMissing ? 1 : 0, deleted_at: deletedAt })
        .where('id', '=', row.id)
        .execute();
    }
    if (row.thumbnail === null && isShown) {
      const thumbnail = await pictures.makeThumbnail(row.file, row.id);
      await store.updateTable('images').set({ thumbnail }).where('id', '=', row.id).execute();
    }
  }
  return new Set(rows.map(({ file }) => file));
};

const isKnown = async (store: Store, { imageId, jobId, imageIndex }: FoundPicture): Promise<boolean> => {
  const row = await store
    .selectFrom('images')
    .select('id')
    .where((is) =>
      is.or([is('id', '=', imageId), is.and([is('job_id', '=', jobId), is('image_index', '=', imageIndex)])]),
    )
    .executeTakeFirst();
  return row !== undefined;
};

const adopt = async (
  { store, pictures }: ReconcileOptions,
  { file, isInBin, found }: Orphan,
): Promise<ReturnType<typeof toImageRow>> => {
  const thumbnail = await pictures.makeThumbnail(inOutputs(file, isInBin), found.imageId);
  const row = {
    ...toImageRow(found, { file, thumbnail, sizeBytes: found.sizeBytes, infotext: found.infotext }),
    deleted_at: isInBin ? new Date().toISOString() : null,
  };
  await store.insertInto('images').values(row).execute();
  return row;
};

/** To be awaited before jobs run: a job whose pictures are all on disk is done. */
export async function reconcile(options: ReconcileOptions): Promise<ReconcileReport> {
  const { store, pictures, events, outputs } = options;
  const report: ReconcileReport = { adopted: 0, missing: 0, corrected: 0 };
  await pictures.sweep();
  const shown = await listPictures(outputs);
  const binned = await listPictures(join(outputs, BIN_FOLDER));
  const known = await correctRows(options, new Set(shown), new Set(binned), report);

  const orphans: Orphan[] = [];
  for (const [files, isInBin] of [
    [shown, false],
    [binned, true],
  ] as const) {
    for (const file of files) {
      const found = known.has(file) ? null : await pictures.read(inOutputs(file, isInBin));
      if (found !== null) orphans.push({ file, isInBin, found });
    }
  }
  // The index counts in the order of arrival, so the oldest comes first.
  orphans.sort((left, right) => (left.found.createdAt < right.found.createdAt ? -1 : 1));
  for (const orphan of orphans) {
    // A copy of a picture that has its row: it stays on disk and out of the index.
    if (await isKnown(store, orphan.found)) continue;
    const row = await adopt(options, orphan);
    report.adopted += 1;
    if (!orphan.isInBin && orphans.length <= MOST_ANNOUNCED) {
      events.publish('image:created', { image: toImageSummary({ ...row, is_missing: 0 }) });
    }
  }
  return report;
}
