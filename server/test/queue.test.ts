/** Order, positions, cancelling, waiting. */
import type { JobList } from '@easel/shared/http/jobs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openTestStudio, removeFolders, type TestStudio } from './support/test-studio.ts';

let studio: TestStudio;
beforeAll(async () => {
  studio = await openTestStudio();
});
afterAll(async () => {
  await studio.end();
  await removeFolders(studio.folders);
});

const cancel = async (id: string) => studio.app.inject({ method: 'DELETE', url: `/api/v1/jobs/${id}` });

describe('the queue', () => {
  it('runs one job at a time, in the order they came, and tells each its place', async () => {
    const first = await studio.submit({ prompt: 'first [slow=20]' });
    await studio.until((job) => job.state === 'running', first.id);
    const second = await studio.submit({ prompt: 'second' });
    const third = await studio.submit({ prompt: 'third' });
    expect([second.position, third.position]).toEqual([0, 1]);
    const { jobs } = (await studio.app.inject('/api/v1/jobs')).json<JobList>();
    expect(jobs.map(({ id }) => id)).toEqual([first.id, second.id, third.id]);

    const ended = [await studio.ended(first.id), await studio.ended(second.id), await studio.ended(third.id)];
    const times = ended.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt]);
    expect(times).toEqual(times.map(String).toSorted((left, right) => left.localeCompare(right)));
    const over = (await studio.app.inject('/api/v1/jobs?state=done')).json<JobList>();
    expect(over.jobs.map(({ id }) => id)).toEqual([third.id, second.id, first.id]);
  });

  it('tells the step, and an estimate once a step has been timed', async () => {
    const { id } = await studio.submit({ prompt: '[slow=40]', steps: 8, count: 2 });
    const { progress } = await studio.until(({ progress: now }) => now !== null && now.step >= 4, id);
    expect(progress).toMatchObject({ steps: 8, image: 0, count: 2, activity: 'sampling' });
    expect(progress?.etaMs).toBeGreaterThan(40 * 8);
    expect(progress?.etaMs).toBeLessThan(3000);
    await studio.ended(id);
  });

  it('cancels a waiting job, which then never runs', async () => {
    const running = await studio.submit({ prompt: '[slow=20]' });
    const waiting = await studio.submit({ prompt: 'never' });
    const behind = await studio.submit({ prompt: 'behind' });
    expect((await cancel(waiting.id)).json()).toMatchObject({ state: 'cancelled', images: [] });
    expect((await studio.job(behind.id)).position).toBe(0);
    await studio.ended(running.id);
    await studio.ended(behind.id);
    expect(await studio.job(waiting.id)).toMatchObject({ state: 'cancelled', startedAt: null });
  });

  it('cancels a running job between its steps, keeps its finished pictures, and goes on with the next', async () => {
    const { id } = await studio.submit({ prompt: '[slow=30]', count: 3 });
    const next = await studio.submit({ prompt: 'next' });
    await studio.until((job) => job.images.length === 1, id);
    expect((await cancel(id)).json()).toMatchObject({ state: 'cancelled' });
    await studio.ended(next.id);
    const job = await studio.job(id);
    expect(job.state).toBe('cancelled');
    expect(job.images).toHaveLength(1);
  });

  it('answers a second cancel with the same state, a late one with already_done, an unknown one with unknown_job', async () => {
    const { id } = await studio.submit({ prompt: '[slow=30]' });
    await cancel(id);
    const again = await cancel(id);
    expect([again.statusCode, again.json().state]).toEqual([200, 'cancelled']);
    const done = await studio.ended((await studio.submit()).id);
    const late = await cancel(done.id);
    expect([late.statusCode, late.json().error.code]).toEqual([409, 'already_done']);
    const unknown = await cancel('nobody');
    expect([unknown.statusCode, unknown.json().error.code]).toEqual([404, 'unknown_job']);
  });

  it('asks the model again when the job runs: one that went meanwhile fails it with model_gone', async () => {
    const { rename } = await import('node:fs/promises');
    const { join } = await import('node:path');
    const running = await studio.submit({ prompt: '[slow=40]' });
    const waiting = await studio.submit({ prompt: 'without a model' });
    const file = join(studio.folders.models, 'checkpoints', 'tiny.safetensors');
    await rename(file, `${file}.away`);
    const failed = await studio.ended(waiting.id);
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'model_gone' } });
    await rename(`${file}.away`, file);
    await studio.ended(running.id);
    expect(await studio.ended((await studio.submit()).id)).toMatchObject({ state: 'done' });
  });
});
