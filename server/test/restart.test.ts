/** A server that ends and starts again: accepted means kept, in order, with its seed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openDatabase } from '../src/store/database.ts';
import { makeFolders, openTestStudio, removeFolders, type TestFolders } from './support/test-studio.ts';

let folders: TestFolders;
beforeEach(async () => {
  folders = await makeFolders();
});
afterEach(async () => removeFolders(folders));

describe('a server that is stopped in the middle of a job', () => {
  it('puts the job back without counting an attempt, and its successor makes the missing pictures first', async () => {
    const before = await openTestStudio({ folders });
    const running = await before.submit({ prompt: '[slow=30]', count: 3, seed: 7 });
    const waiting = await before.submit({ prompt: 'waiting' });
    const { images } = await before.until((job) => job.images.length === 1, running.id);
    await before.end();

    const after = await openTestStudio({ folders });
    const finished = await after.ended(running.id);
    expect(finished).toMatchObject({ state: 'done', attempt: 1, parameters: { seed: 7, count: 3 } });
    expect(finished.images).toHaveLength(3);
    expect(finished.images[0]).toBe(images[0]);
    const next = await after.ended(waiting.id);
    expect(String(next.startedAt) >= String(finished.endedAt)).toBe(true);
    await after.end();
  });

  it('keeps a cancelled job cancelled and a failed one failed', async () => {
    const before = await openTestStudio({ folders });
    const failed = await before.ended((await before.submit({ prompt: '[fail@1]' })).id);
    const cancelled = await before.submit({ prompt: '[slow=30]' });
    await before.app.inject({ method: 'DELETE', url: `/api/v1/jobs/${cancelled.id}` });
    await before.end();
    const after = await openTestStudio({ folders });
    expect(await after.job(failed.id)).toEqual(failed);
    expect(await after.job(cancelled.id)).toMatchObject({ state: 'cancelled' });
    await after.end();
  });
});

describe('a server that finds jobs marked as running', () => {
  /** As a killed server leaves them. */
  const leaveRunning = async (attempt: number): Promise<string> => {
    const before = await openTestStudio({ folders, isIdle: true, engine: {} });
    before.engine.start();
    const { id } = await before.submit({ prompt: 'left over', seed: 3 });
    await before.end();
    const database = openDatabase(folders.data);
    await database.store.updateTable('jobs').set({ state: 'running', attempt }).where('id', '=', id).execute();
    await database.close();
    return id;
  };

  it('runs them once more, before all others', async () => {
    const id = await leaveRunning(1);
    const after = await openTestStudio({ folders });
    const other = await after.submit({ prompt: 'other' });
    const job = await after.ended(id);
    expect(job).toMatchObject({ state: 'done', attempt: 2, parameters: { seed: 3 } });
    expect(String((await after.ended(other.id)).startedAt) >= String(job.endedAt)).toBe(true);
    await after.end();
  });

  it('gives up one that has had its two attempts, with a reason', async () => {
    const id = await leaveRunning(2);
    const after = await openTestStudio({ folders });
    expect(await after.ended(id)).toMatchObject({ state: 'failed', error: { code: 'crashed_twice' } });
    expect(await after.ended((await after.submit()).id)).toMatchObject({ state: 'done' });
    await after.end();
  });
});
