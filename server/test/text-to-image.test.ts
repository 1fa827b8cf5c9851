/** From a request to a saved picture, through every service but with the fake engine. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ImageList, ImageView } from '@easel/shared/http/images';
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

describe('a request for a picture', () => {
  it('is accepted at once, runs, and ends with a picture that is on disk and in the gallery', async () => {
    const accepted = await studio.submit({ prompt: 'first', seed: 5 });
    expect(accepted).toMatchObject({ state: 'queued', position: 0 });
    const done = await studio.ended(accepted.id);
    expect(done).toMatchObject({ state: 'done', attempt: 1, error: null });
    expect(done.images).toHaveLength(1);

    const image = (await studio.app.inject(`/api/v1/images/${done.images[0]}`)).json<ImageView>();
    expect(image).toMatchObject({ jobId: accepted.id, prompt: 'first', width: 64, height: 64, isDeleted: false });
    const file = await studio.app.inject(`/api/v1/images/${done.images[0]}/file`);
    expect(file.statusCode).toBe(200);
    expect(file.headers['cache-control']).toContain('immutable');
    expect(file.rawPayload).toHaveLength(image.sizeBytes);
    const list = (await studio.app.inject('/api/v1/images')).json<ImageList>();
    expect(list.images[0]?.id).toBe(image.id);
  });

  it('takes every open field from the model, and gives back what makes the same picture', async () => {
    const first = await studio.ended((await studio.submit({ prompt: 'second', sampler: 'DPM++ 2M' })).id);
    expect(first.parameters).toMatchObject({
      model: 'tiny',
      steps: 4,
      guidance: 4,
      sampler: 'dpmpp-2m',
      schedule: 'karras',
      count: 1,
      clipSkip: 1,
      rng: 'nv',
    });
    expect(first.parameters.seed).toBeGreaterThanOrEqual(0);

    const view = (await studio.app.inject(`/api/v1/images/${first.images[0]}`)).json<ImageView>();
    const again = await studio.ended((await studio.submit(view.parameters)).id);
    expect(again.parameters).toEqual(view.parameters);
    const pixels = async (id: string | undefined): Promise<Buffer> => {
      const { rawPayload } = await studio.app.inject(`/api/v1/images/${id}/file`);
      return rawPayload.subarray(rawPayload.indexOf('\n') + 1);
    };
    expect((await pixels(again.images[0])).equals(await pixels(first.images[0]))).toBe(true);
    const other = await studio.ended((await studio.submit({ ...view.parameters, seed: view.parameters.seed + 1 })).id);
    expect((await pixels(other.images[0])).equals(await pixels(first.images[0]))).toBe(false);
  });

  it('makes as many pictures as asked, each with the next seed and its own parameters', async () => {
    const job = await studio.ended((await studio.submit({ prompt: 'three', seed: 100, count: 3 })).id);
    expect(job.images).toHaveLength(3);
    const views = await Promise.all(
      job.images.map(async (id) => (await studio.app.inject(`/api/v1/images/${id}`)).json<ImageView>()),
    );
    expect(views.map(({ parameters }) => [parameters.seed, parameters.count])).toEqual([
      [100, 1],
      [101, 1],
      [102, 1],
    ]);
  });

  it('asks the engine only once for each picture', async () => {
    const runs = await readFile(join(studio.folders.notes, 'runs.txt'), 'utf8');
    expect(runs.split('\n').filter((line) => line.includes('three'))).toHaveLength(1);
  });
});
