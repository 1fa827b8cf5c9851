/** What does not fit is refused with what would; what fits is planned, told with the picture, and learned from. */
import type { CheckpointFootprint } from '@easel/shared/memory';
import { afterEach, describe, expect, it } from 'vitest';

import { makeFolders, openTestStudio, removeFolders, type TestStudio } from './support/test-studio.ts';

const line = (flops: number, bytes: number) =>
  [64, 65_536].map((cells) => ({ cells, flops: flops * cells, bytes: bytes * cells }));
const FOOTPRINT: CheckpointFootprint = {
  networks: [
    { role: 'unet', stage: 'denoise', weights: 860e6, fileBytes: 1720e6, passes: line(2e8, 25_000) },
    { role: 'vae-decoder', stage: 'decode', weights: 50e6, fileBytes: 100e6, passes: line(6e8, 160_000) },
  ],
  pieces: {
    decode: { whole: line(1e8, 20_000), piece: line(5e8, 160_000) },
    encode: { whole: line(1e8, 20_000), piece: line(2e8, 96_000) },
  },
  pixelsPerCell: 8,
};

let studio: TestStudio;
const open = async (memoryBudget: number, footprint: CheckpointFootprint | null = FOOTPRINT): Promise<void> => {
  const engine: Record<string, string> = footprint === null ? {} : { FAKE_ENGINE_FOOTPRINT: JSON.stringify(footprint) };
  studio = await openTestStudio({ folders: await makeFolders(), memoryBudget, engine });
};
const post = async (path: string, payload: object) => {
  const answer = await studio.app.inject({ method: 'POST', url: `/api/v1/${path}`, payload });
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
};

describe('memory', () => {
  afterEach(async () => {
    await studio.end();
    await removeFolders(studio.folders);
  });

  it('that is not there makes a refusal that says what would fit, and nothing is queued', async () => {
    await open(1.2e9);
    const { status, body } = await post('jobs', { prompt: 'x', width: 2048, height: 2048 });
    expect(status).toBe(422);
    expect(body['error']).toMatchObject({
      code: 'would_not_fit',
      field: 'width',
      limit: { haveBytes: 1.2e9, largest: { width: expect.any(Number), height: expect.any(Number) } },
    });
    const { error } = body as { error: { limit: { needBytes: number; largest: { width: number; height: number } } } };
    expect(error.limit.needBytes).toBeGreaterThan(1.2e9);
    expect((await studio.app.inject('/api/v1/jobs')).json()).toEqual({ jobs: [] });
    expect((await post('jobs', { prompt: 'x', ...error.limit.largest })).status).toBe(202);
  });

  it('is told before anything is asked for', async () => {
    await open(1.2e9);
    const large = await post('estimate', { prompt: 'x', width: 2048, height: 2048 });
    expect(large).toMatchObject({ status: 200, body: { estimate: { fits: false, durationMs: null } } });
    const small = await post('estimate', { prompt: 'x', width: 256, height: 256 });
    expect(small.body).toMatchObject({
      estimate: {
        fits: true,
        haveBytes: 1.2e9,
        fallbacks: ['low-memory-weights', 'component-offload', 'paged-weights'],
      },
    });
  });

  it('that is short is told with the picture, in the gallery as in the file, and jobs teach how long they take', async () => {
    await open(1.2e9);
    const request = { prompt: 'x', width: 256, height: 256 };
    const { body } = await post('jobs', request);
    const job = await studio.ended(String(body['id']));
    const [image] = job.images;
    const shown = (await studio.app.inject(`/api/v1/images/${image}`)).json<{ notes: string[] }>();
    expect(shown.notes).toEqual(['low-memory-weights', 'component-offload', 'paged-weights']);
    await expect
      .poll(async () => (await post('estimate', request)).body)
      .toMatchObject({ estimate: { isMeasured: true, durationMs: expect.any(Number) } });
  });

  it('is nobody’s guess where a model has not been looked at closely', async () => {
    await open(1e9, null);
    expect(await post('estimate', { prompt: 'x', width: 2048, height: 2048 })).toEqual({
      status: 200,
      body: { estimate: null },
    });
    expect((await post('jobs', { prompt: 'x', width: 2048, height: 2048 })).status).toBe(202);
  });
});
