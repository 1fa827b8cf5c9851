/** The data folder: damaged, full, carried along. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { ImageList } from '@easel/shared/http/images';
import type { JobList } from '@easel/shared/http/jobs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { QUEUE_LIMIT } from '../src/services/job-queue.ts';
import { openDatabase } from '../src/store/database.ts';
import { makeFolders, openTestStudio, removeFolders, type TestFolders } from './support/test-studio.ts';

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
