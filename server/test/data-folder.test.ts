/** The data folder: damaged, full, carried along. */
import { mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ImageList } from '@easel/shared/http/images';
import type { JobList } from '@easel/shared/http/jobs';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { QUEUE_LIMIT } from '../src/services/job-queue.ts';
import { openDatabase } from '../src/store/database.ts';
import {
  makeFolders,
  openTestStudio,
  removeFolders,
  type TestFolders,
  type TestStudio,
} from './support/test-studio.ts';

let folders: TestFolders;
beforeEach(async () => {
  folders = await makeFolders();
});
afterEach(async () => removeFolders(folders));

describe('a damaged database', () => {
  it.each([
    ['overwritten at its beginning', 0],
    ['overwritten in the middle', 4096 * 3],
  ])('%s is kept aside, and the pictures come back from their own metadata', async (_how, offset) => {
    const before = await openTestStudio({ folders });
    const job = await before.ended((await before.submit({ prompt: 'survivor', count: 2 })).id);
    await before.end();
    const file = await open(join(folders.data, 'easel.sqlite'), 'r+');
    await file.write(Buffer.alloc(4096, 0xa5), 0, 4096, offset);
    await file.close();

    const after = await openTestStudio({ folders });
    const { images } = (await after.app.inject('/api/v1/images')).json<ImageList>();
    expect(images.map(({ id, prompt }) => [id, prompt])).toEqual(job.images.toReversed().map((id) => [id, 'survivor']));
    expect(await after.ended((await after.submit()).id)).toMatchObject({ state: 'done' });
    await after.end();
    expect((await readdir(folders.data)).filter((name) => name.includes('.damaged-')).length).toBeGreaterThanOrEqual(1);
  });
});

describe('a database that cannot grow', () => {
  const LONG = 'x'.repeat(20_000);
  let studio: TestStudio;
  beforeEach(async () => {
    studio = await openTestStudio({ folders });
  });
  afterEach(async () => studio.end());

  /** As a full disk does, until there is room again. */
  const allowPages = async (pages: number): Promise<void> => {
    await sql`pragma max_page_count = ${sql.lit(pages)}`.execute(studio.store);
  };
  /** A job whose picture is about to be saved into a database that is full. */
  const fillUnder = async (): Promise<string> => {
    const { id } = await studio.submit({ prompt: `[slow=50] ${LONG}` });
    await studio.until((job) => job.state === 'running', id);
    await allowPages(1);
    await studio.until((job) => job.progress?.activity === 'saving', id);
    return id;
  };

  it('refuses new jobs with storage_unavailable, and still tells of the old', async () => {
    const first = await studio.ended((await studio.submit()).id);
    await allowPages(1);
    const refused = await studio.app.inject({
      method: 'POST',
      url: '/api/v1/jobs',
      payload: { type: 'text-to-image', prompt: LONG },
    });
    expect([refused.statusCode, refused.json().error.code]).toEqual([503, 'storage_unavailable']);
    expect(refused.body).toContain('the disk is full');
    expect(await studio.job(first.id)).toEqual(first);
  });

  it('is given a while: a picture is recorded when there is room again', async () => {
    const id = await fillUnder();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await studio.job(id)).toMatchObject({ state: 'running', images: [] });
    await allowPages(1_000_000);
    expect(await studio.ended(id)).toMatchObject({ state: 'done', attempt: 1, images: [expect.any(String)] });
  });

  it('fails the job once it can be written at all; the picture on disk is adopted by the next start', async () => {
    const id = await fillUnder();
    // Longer than a picture is waited with.
    await new Promise((resolve) => setTimeout(resolve, 6000));
    expect(await studio.job(id)).toMatchObject({ state: 'running' });
    await allowPages(1_000_000);
    expect(await studio.ended(id)).toMatchObject({
      state: 'failed',
      images: [],
      error: { code: 'storage_unavailable' },
    });
    expect(await studio.ended((await studio.submit()).id)).toMatchObject({ state: 'done' });
    await studio.end();
    studio = await openTestStudio({ folders });
    expect((await studio.job(id)).images).toHaveLength(1);
  });
});

describe('a data folder that cannot be written', () => {
  it('is refused with a sentence', async () => {
    await writeFile(join(folders.root, 'a file'), '');
    await expect(openTestStudio({ folders: { ...folders, data: join(folders.root, 'a file') } })).rejects.toThrow(
      'The data folder',
    );
    await mkdir(join(folders.data, 'lock.sqlite'));
    await expect(openTestStudio({ folders })).rejects.toThrow('it cannot be opened');
  });
});

describe('a queue as long as it may be', () => {
  it('is taken over in seconds, listed, and takes no more', async () => {
    const { store, close } = openDatabase(folders.data);
    const parameters = JSON.stringify({
      type: 'text-to-image',
      prompt: 'waiting',
      negativePrompt: '',
      model: 'tiny',
      width: 64,
      height: 64,
      steps: 4,
      guidance: 4,
      sampler: 'euler',
      schedule: 'uniform',
      seed: 1,
      count: 1,
      clipSkip: 1,
      rng: 'nv',
    });
    const createdAt = new Date().toISOString();
    await store.transaction().execute(async (transaction) => {
      for (let index = 0; index < QUEUE_LIMIT; index += 1) {
        await transaction
          .insertInto('jobs')
          .values({
            id: `job-${index}`,
            type: 'text-to-image',
            state: 'queued',
            parameters,
            origin: 'test',
            attempt: 1,
            error: null,
            created_at: createdAt,
            started_at: null,
            ended_at: null,
          })
          .execute();
      }
    });
    await close();

    const startedAt = Date.now();
    const studio = await openTestStudio({ folders, isIdle: true });
    expect(Date.now() - startedAt).toBeLessThan(5000);
    const refused = await studio.app.inject({
      method: 'POST',
      url: '/api/v1/jobs',
      payload: { type: 'text-to-image', prompt: 'one too many' },
    });
    expect(refused.statusCode).toBe(429);
    expect(refused.body).toContain('The queue is full');
    const { jobs } = (await studio.app.inject('/api/v1/jobs?limit=200')).json<JobList>();
    expect(jobs.map(({ id, position }) => [id, position]).slice(0, 2)).toEqual([
      ['job-0', 0],
      ['job-1', 1],
    ]);
    expect((await studio.app.inject({ method: 'DELETE', url: '/api/v1/jobs/job-5000' })).json()).toMatchObject({
      state: 'cancelled',
    });
    expect((await studio.job('job-9999')).position).toBe(9998);
    await studio.end();
  });
});
