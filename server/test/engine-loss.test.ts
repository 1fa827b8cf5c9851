/** The engine dies, hangs or refuses: the job is tried once more with its seed, and the queue goes on. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { HealthView } from '@easel/shared/http/health';
import type { ImageView } from '@easel/shared/http/images';
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

const pixels = async (id: string | undefined): Promise<string> => {
  const { rawPayload } = await studio.app.inject(`/api/v1/images/${id}/file`);
  return rawPayload.subarray(rawPayload.indexOf('\n') + 1).toString('base64');
};
const runsOf = async (word: string): Promise<string[]> =>
  (await readFile(join(studio.folders.notes, 'runs.txt'), 'utf8')).split('\n').filter((line) => line.includes(word));

describe('an engine that dies in the middle of a job', () => {
  it('is started again, and the job makes the same picture as one without an accident', async () => {
    const hurt = await studio.ended((await studio.submit({ prompt: 'a [die-once@3]' })).id);
    expect(hurt).toMatchObject({ state: 'done', attempt: 2 });
    const calm = await studio.ended((await studio.submit({ prompt: 'b', seed: hurt.parameters.seed })).id);
    expect(calm.attempt).toBe(1);
    expect(await pixels(hurt.images[0])).toBe(await pixels(calm.images[0]));
  });

  it('keeps its place: the one behind it waits for the second attempt', async () => {
    const hurt = await studio.submit({ prompt: '[die-once@2]' });
    const behind = await studio.submit({ prompt: 'behind' });
    const [first, second] = [await studio.ended(hurt.id), await studio.ended(behind.id)];
    expect(first.attempt).toBe(2);
    expect(String(second.startedAt) >= String(first.endedAt)).toBe(true);
  });

  it('makes only the missing pictures the second time', async () => {
    const job = await studio.ended((await studio.submit({ prompt: 'partly [die-image@1]', count: 4, seed: 10 })).id);
    expect(job).toMatchObject({ state: 'done', attempt: 2 });
    expect(await runsOf('partly')).toEqual([expect.stringContaining('[0,1,2,3]'), expect.stringContaining('[2,3]')]);
    const seeds = await Promise.all(
      job.images.map(async (id) => (await studio.app.inject(`/api/v1/images/${id}`)).json<ImageView>().parameters.seed),
    );
    expect(seeds).toEqual([10, 11, 12, 13]);
  });

  it('fails the job the second time, saying so, and the next job is made', async () => {
    const dying = await studio.submit({ prompt: 'deadly [die@2]' });
    const next = await studio.submit({ prompt: 'next' });
    expect(await studio.ended(dying.id)).toMatchObject({
      state: 'failed',
      attempt: 2,
      error: { code: 'crashed_twice' },
    });
    expect(await runsOf('deadly')).toHaveLength(2);
    expect(await studio.ended(next.id)).toMatchObject({ state: 'done', attempt: 1 });
  });
});

describe('an engine that dies of a job while it examines a model', () => {
  it('does not leave the model blamed', async () => {
    const { writeFile } = await import('node:fs/promises');
    const dying = await studio.submit({ prompt: '[die@2] [slow=300]' });
    await studio.until((view) => view.state === 'running', dying.id);
    // The fake engine answers at once; held up, it still owes the answer when it dies.
    await writeFile(join(studio.folders.models, 'checkpoints', 'innocent.safetensors'), 'slow 5000');
    await studio.app.inject('/api/v1/models?refresh=1');
    expect(await studio.ended(dying.id)).toMatchObject({ state: 'failed' });
    const isKnown = async (): Promise<boolean> =>
      (await studio.app.inject('/api/v1/models'))
        .json<{ models: { id: string; isUsable: boolean }[] }>()
        .models.some(({ id, isUsable }) => id === 'innocent' && isUsable);
    const deadline = Date.now() + 15_000;
    while (!(await isKnown()) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await isKnown()).toBe(true);
  });
});

describe('an engine that says no', () => {
  it('fails the job with its reason, at once', async () => {
    const job = await studio.ended((await studio.submit({ prompt: '[fail@2]' })).id);
    expect(job).toMatchObject({
      state: 'failed',
      attempt: 1,
      error: { code: 'not_finite', message: 'step 2: the latent is not finite.' },
    });
  });
});

describe('an engine that hangs', () => {
  it('is found out by its silence and replaced', async () => {
    const job = await studio.submit({ prompt: '[hang@2]' });
    const next = await studio.submit({ prompt: 'after' });
    const ended = await studio.until((view) => view.state === 'done', job.id);
    expect(ended.attempt).toBe(2);
    expect(await studio.ended(next.id)).toMatchObject({ state: 'done' });
  });
});

describe('an engine that cannot be started', () => {
  it('leaves the server answering, with the state and the reason', async () => {
    const broken = await openTestStudio({ engine: { FAKE_ENGINE_DIES_AT_START: '1' } });
    const deadline = Date.now() + 10_000;
    let health: HealthView;
    do {
      health = (await broken.app.inject('/api/v1/health')).json<HealthView>();
      await new Promise((resolve) => setTimeout(resolve, 50));
    } while (health.engine.state !== 'failed' && Date.now() < deadline);
    expect(health).toMatchObject({
      status: 'ok',
      engine: { state: 'failed', reason: expect.stringContaining('it ended with code 3') },
    });
    const refused = await broken.app.inject({
      method: 'POST',
      url: '/api/v1/jobs',
      payload: { type: 'text-to-image', prompt: 'x' },
    });
    expect(refused.statusCode).toBe(503);
    expect(refused.json()).toMatchObject({
      error: { code: 'engine_lost', message: expect.stringContaining('The engine is not ready') },
    });
    await broken.end();
    await removeFolders(broken.folders);
  });

  it('is not talked to when it speaks another protocol', async () => {
    const foreign = await openTestStudio({ engine: { FAKE_ENGINE_PROTOCOL: '99' } });
    await foreign.engine.whenReady().catch(() => null);
    expect(foreign.engine.state).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('speaks protocol 99'),
    });
    await foreign.end();
    await removeFolders(foreign.folders);
  });
});
