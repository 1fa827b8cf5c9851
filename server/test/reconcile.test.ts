/** Disk and index after accidents: nothing finished is lost, nothing is dropped silently. */
import { copyFile, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { ImageList, ImageView } from '@easel/shared/http/images';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openDatabase } from '../src/store/database.ts';
import { makeFolders, openTestStudio, removeFolders, type TestFolders } from './support/test-studio.ts';

let folders: TestFolders;
let made: ImageView[];

/** Two pictures, then the server ends. */
beforeEach(async () => {
  folders = await makeFolders();
  const studio = await openTestStudio({ folders });
  const job = await studio.ended((await studio.submit({ prompt: 'kept', count: 2, seed: 1 })).id);
  made = await Promise.all(
    job.images.map(async (id) => (await studio.app.inject(`/api/v1/images/${id}`)).json<ImageView>()),
  );
  await studio.end();
});
afterEach(async () => removeFolders(folders));

const fileOf = ({ fileName, createdAt }: ImageView, ...below: string[]): string =>
  join(folders.outputs, ...below, createdAt.slice(0, 10), fileName);
const first = (): ImageView => made[0] as ImageView;

const withDatabase = async (
  work: (store: ReturnType<typeof openDatabase>['store']) => Promise<unknown>,
): Promise<void> => {
  const database = openDatabase(folders.data);
  await work(database.store);
  await database.close();
};

const listAfterRestart = async (): Promise<ImageList> => {
  const studio = await openTestStudio({ folders });
  const list = (await studio.app.inject('/api/v1/images')).json<ImageList>();
  await studio.end();
  return list;
};

describe('after an accident', () => {
  it('adopts a finished picture that has no row, with everything it was made from', async () => {
    await withDatabase(async (store) => store.deleteFrom('images').where('id', '=', first().id).execute());
    const studio = await openTestStudio({ folders });
    expect((await studio.app.inject(`/api/v1/images/${first().id}`)).json()).toEqual(first());
    await studio.end();
  });

  it('rebuilds the whole index from the pictures, in the order they were made', async () => {
    await rm(join(folders.data, 'easel.sqlite'));
    for (const end of ['-wal', '-shm']) await rm(join(folders.data, `easel.sqlite${end}`), { force: true });
    const { images, total } = await listAfterRestart();
    expect(total).toBe(2);
    expect(images.map(({ id }) => id)).toEqual(made.map(({ id }) => id).toReversed());
  });

  it('ends a running job whose pictures are all on disk, without making any again', async () => {
    const jobId = first().jobId;
    await withDatabase(async (store) => {
      await store.deleteFrom('images').execute();
      await store
        .updateTable('jobs')
        .set({ state: 'running', ended_at: null, attempt: 2 })
        .where('id', '=', jobId)
        .execute();
    });
    const studio = await openTestStudio({ folders });
    expect(await studio.ended(jobId)).toMatchObject({ state: 'done', images: made.map(({ id }) => id) });
    await studio.end();
  });

  it('marks a row whose file is gone, and takes the mark away when it is back', async () => {
    await rename(fileOf(first()), join(folders.root, 'elsewhere.png'));
    const gone = await listAfterRestart();
    expect(gone.total).toBe(2);
    expect(gone.images.find(({ id }) => id === first().id)).toMatchObject({ isMissing: true });
    await rename(join(folders.root, 'elsewhere.png'), fileOf(first()));
    const back = await listAfterRestart();
    expect(back.images.some(({ isMissing }) => isMissing === true)).toBe(false);
  });

  it('believes the bin: a delete or restore that was interrupted after the move is completed', async () => {
    await mkdir(dirname(fileOf(first(), '.bin')), { recursive: true });
    await rename(fileOf(first()), fileOf(first(), '.bin'));
    expect((await listAfterRestart()).images.map(({ id }) => id)).toEqual([made[1]?.id]);
    await rename(fileOf(first(), '.bin'), fileOf(first()));
    expect((await listAfterRestart()).total).toBe(2);
  });

  it('leaves copies, links, hidden folders and foreign pictures on disk and out of the index', async () => {
    await copyFile(fileOf(first()), join(folders.outputs, 'copy of a picture.png'));
    await writeFile(join(folders.outputs, 'holiday.png'), 'not ours');
    await symlink('/etc', join(folders.outputs, 'etc'));
    await symlink(fileOf(first()), join(folders.outputs, 'link.png'));
    expect((await listAfterRestart()).total).toBe(2);
    expect(await readdir(folders.outputs)).toEqual(
      expect.arrayContaining(['copy of a picture.png', 'holiday.png', 'etc', 'link.png']),
    );
  });

  it('sweeps what an interrupted save left', async () => {
    await writeFile(join(folders.outputs, '.tmp', 'half'), 'half a picture');
    await listAfterRestart();
    expect(await readdir(join(folders.outputs, '.tmp'))).toEqual([]);
  });
});
