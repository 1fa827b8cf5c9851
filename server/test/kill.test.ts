/** kill -9 of the server at every point of a save, and in the middle of a job: what was accepted is made, once. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { ImageList, ImageView } from '@easel/shared/http/images';
import type { PictureJobView } from '@easel/shared/http/jobs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { FAILPOINTS } from '../src/services/picture.ts';
import { buildServer, startServer, type ServerProcess } from './support/server-process.ts';
import { makeFolders, removeFolders, type TestFolders } from './support/test-studio.ts';

let folders: TestFolders;
let server: ServerProcess | null = null;
beforeAll(buildServer);
beforeEach(async () => {
  folders = await makeFolders();
});
afterEach(async () => {
  await server?.kill('SIGKILL');
  await removeFolders(folders);
});

const start = async (env: Record<string, string> = {}): Promise<ServerProcess> => {
  server = await startServer({ folders, env });
  return server;
};

/** Every picture of the job is on disk, decodes as a PNG, and is in the gallery once. */
const expectWhole = async (running: ServerProcess, job: PictureJobView): Promise<void> => {
  const { images, total } = await running.get<ImageList>('/api/v1/images');
  expect(total).toBe(job.images.length);
  expect(images.map(({ id }) => id).toSorted()).toEqual(job.images.toSorted());
  for (const id of job.images) {
    const view = await running.get<ImageView>(`/api/v1/images/${id}`);
    const file = Buffer.from(await (await fetch(`${running.address}/api/v1/images/${id}/file`)).arrayBuffer());
    expect(file.length).toBe(view.sizeBytes);
    expect(file.subarray(1, 4).toString()).toBe('PNG');
    expect(view.infotext).toContain('Steps: 4');
  }
  const days = (await readdir(folders.outputs)).filter((name) => !name.startsWith('.'));
  const files = (await Promise.all(days.map(async (day) => readdir(join(folders.outputs, day))))).flat();
  expect(files).toHaveLength(job.images.length);
  expect(await readdir(join(folders.outputs, '.tmp'))).toEqual([]);
};

describe('a server killed while it saves', () => {
  it.each(FAILPOINTS)('%s has, after the next start, the job done with each picture once', async (failpoint) => {
    const doomed = await start({ EASEL_FAILPOINT: failpoint });
    const { id } = await doomed.submit({ prompt: 'saved', count: 2, seed: 9 });
    expect(await doomed.exited).toBe('SIGKILL');

    const next = await start();
    const job = await next.ended(id);
    expect(job).toMatchObject({ state: 'done', parameters: { seed: 9 } });
    const seeds = await Promise.all(
      job.images.map(async (image) => (await next.get<ImageView>(`/api/v1/images/${image}`)).parameters.seed),
    );
    expect(seeds).toEqual([9, 10]);
    await expectWhole(next, job);
  });
});

describe('a server killed in the middle of a step', () => {
  it('finishes the job after the next start, and the waiting ones in their order', async () => {
    const doomed = await start();
    const running = await doomed.submit({ prompt: '[slow=60]', count: 2 });
    const waiting = await doomed.submit({ prompt: 'waiting' });
    for (;;) {
      const { progress } = await doomed.get<PictureJobView>(`/api/v1/jobs/${running.id}`);
      if (progress !== null && progress.step >= 2) break;
    }
    await doomed.kill('SIGKILL');

    const next = await start();
    const finished = await next.ended(running.id);
    expect(finished).toMatchObject({ state: 'done', attempt: 2 });
    expect(await next.ended(waiting.id)).toMatchObject({ state: 'done', attempt: 1 });
  });
});

describe('a server that is asked to end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s leaves within seconds, takes its engine along and answers with 0',
    async (signal) => {
      const asked = await start();
      const { id } = await asked.submit({ prompt: '[slow=100]', steps: 50 });
      for (;;) {
        if ((await asked.get<PictureJobView>(`/api/v1/jobs/${id}`)).state === 'running') break;
      }
      const before = Date.now();
      expect(await asked.kill(signal)).toBe(0);
      expect(Date.now() - before).toBeLessThan(6000);
      expect(asked.stderr()).toBe('');
    },
  );
});
