import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ENGINE_PROTOCOL, type EngineJob } from '@easel/shared/engine';
import type { TextToImageParameters } from '@easel/shared/generation';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { EngineProcess } from '../support/engine-process.ts';
import { readManifest, writeFormulaCheckpoint } from '../support/formula-weights.ts';

const MANIFEST = join(import.meta.dirname, '../../../fixtures/golden/core/models/sd15.manifest.json');

const folder = mkdtempSync(join(tmpdir(), 'easel-engine-'));
const checkpoint = join(folder, 'tiny.safetensors');
let engine: EngineProcess;

const job = (jobId: string, change: Partial<TextToImageParameters> = {}, rest: Partial<EngineJob> = {}): EngineJob => ({
  jobId,
  checkpoint,
  imageIndexes: [0],
  previews: true,
  parameters: {
    type: 'text-to-image',
    prompt: 'a photograph of an astronaut riding a horse',
    negativePrompt: '',
    model: 'tiny',
    width: 64,
    height: 96,
    steps: 4,
    guidance: 5,
    sampler: 'euler-ancestral',
    schedule: 'automatic',
    seed: 7,
    count: 1,
    clipSkip: 1,
    rng: 'nv',
    ...change,
  },
  ...rest,
});

const pictureOf = async (jobId: string, imageIndex = 0): Promise<Uint8Array> =>
  (await engine.expect('image', (image) => image.jobId === jobId && image.imageIndex === imageIndex)).rgb;

beforeAll(() => {
  writeFormulaCheckpoint(readManifest(MANIFEST), checkpoint);
});
afterEach(async () => engine.kill());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the engine process', () => {
  it('introduces itself with protocol, device and catalogue', async () => {
    engine = new EngineProcess();
    const ready = await engine.expect('ready');
    expect(ready.protocol).toBe(ENGINE_PROTOCOL);
    expect(ready.device).toBe('cpu');
    expect(ready.catalogue.samplers.map(({ id }) => id)).toContain('dpmpp-2m');
    expect(ready.catalogue.schedules[0]?.id).toBe('automatic');
  });

  it('reports every step with a preview, then the picture, then the end', async () => {
    engine = new EngineProcess();
    engine.send({ type: 'run', job: job('a') });
    await engine.expect('finished');
    await engine.expect('quiet', ({ budgetMs }) => budgetMs === 0);
    const steps = engine.all('progress').filter(({ activity }) => activity === 'sampling');
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    const previews = engine.all('preview');
    expect(previews.map(({ width, height, rgb }) => [width, height, rgb.length])).toEqual(
      Array(4).fill([8, 12, 8 * 12 * 3]),
    );
    const [picture] = engine.all('image');
    expect(picture).toMatchObject({ width: 64, height: 96, seed: 7, imageIndex: 0 });
    expect(picture?.rgb.length).toBe(64 * 96 * 3);
    expect(new Set(picture?.rgb).size).toBeGreaterThan(20);
    expect(engine.messages.at(-1)).toMatchObject({ type: 'quiet', budgetMs: 0 });
  });

  it('makes the same picture again, and another one from another seed', async () => {
    engine = new EngineProcess();
    engine.send({ type: 'run', job: job('a') });
    engine.send({ type: 'run', job: job('b') });
    engine.send({ type: 'run', job: job('c', { seed: 8 }) });
    const [a, b, c] = [await pictureOf('a'), await pictureOf('b'), await pictureOf('c')];
    expect(Buffer.compare(a, b)).toBe(0);
    expect(Buffer.compare(a, c)).not.toBe(0);
  });

  it('makes picture i of a job as it makes a job of its own with seed + i', async () => {
    engine = new EngineProcess();
    engine.send({ type: 'run', job: job('both', { count: 2 }, { imageIndexes: [0, 1] }) });
    engine.send({ type: 'run', job: job('second only', { count: 2 }, { imageIndexes: [1] }) });
    engine.send({ type: 'run', job: job('alone', { seed: 8 }) });
    const alone = await pictureOf('alone');
    expect(Buffer.compare(await pictureOf('both', 1), alone)).toBe(0);
    expect(Buffer.compare(await pictureOf('second only', 1), alone)).toBe(0);
  });

  it('obeys the prompt, the negative prompt, guidance, sampler, schedule, clip skip and the source of noise', async () => {
    engine = new EngineProcess();
    engine.send({ type: 'run', job: job('plain') });
    const changes: Partial<TextToImageParameters>[] = [
      { prompt: 'a red house' },
      { negativePrompt: 'blurry' },
      { guidance: 1 },
      { sampler: 'heun' },
      { schedule: 'karras' },
      { clipSkip: 2 },
      { rng: 'cpu' },
    ];
    for (const [i, change] of changes.entries()) engine.send({ type: 'run', job: job(`change ${i}`, change) });
    const plain = await pictureOf('plain');
    for (const [i, change] of changes.entries()) {
      expect(Buffer.compare(await pictureOf(`change ${i}`), plain), JSON.stringify(change)).not.toBe(0);
    }
  });

  it('stops between steps when asked, and goes on with the next job', async () => {
    engine = new EngineProcess();
    engine.send({ type: 'run', job: job('long', { steps: 150 }) });
    engine.send({ type: 'run', job: job('next') });
    await engine.expect('progress', ({ jobId, step }) => jobId === 'long' && step >= 2);
    engine.send({ type: 'cancel', jobId: 'long' });
    await engine.expect('cancelled', ({ jobId }) => jobId === 'long');
    expect(Math.max(...engine.all('progress').map(({ jobId, step }) => (jobId === 'long' ? step : 0)))).toBeLessThan(
      20,
    );
    await engine.expect('finished', ({ jobId }) => jobId === 'next');
    expect(engine.all('image').map(({ jobId }) => jobId)).toEqual(['next']);
  });

  it('takes back a job that has not begun', async () => {
    engine = new EngineProcess();
    engine.send({ type: 'run', job: job('first') });
    engine.send({ type: 'run', job: job('second') });
    engine.send({ type: 'cancel', jobId: 'second' });
    await engine.expect('cancelled', ({ jobId }) => jobId === 'second');
    expect(engine.all('image').map(({ jobId }) => jobId)).toEqual(['first']);
  });

  it('answers what a checkpoint is from its header, while it works', async () => {
    engine = new EngineProcess();
    engine.send({ type: 'run', job: job('a', { steps: 20 }) });
    await engine.expect('progress', ({ step }) => step >= 1);
    engine.send({ type: 'inspect', requestId: 1, file: checkpoint });
    const { inspection } = await engine.expect('inspected');
    expect(engine.all('finished')).toEqual([]);
    expect(inspection?.family).toBe('stable-diffusion-1');
    expect(inspection?.evidence).toContain('modelspec.architecture');
  });

  it('fails a job with the reason and stays alive', async () => {
    engine = new EngineProcess();
    const broken = join(folder, 'broken.safetensors');
    writeFileSync(broken, 'this is no checkpoint');
    engine.send({ type: 'run', job: job('missing', {}, { checkpoint: join(folder, 'nowhere.safetensors') }) });
    engine.send({ type: 'run', job: job('broken', {}, { checkpoint: broken }) });
    engine.send({ type: 'run', job: job('sampler', { sampler: 'eulerr' }) });
    engine.send({ type: 'run', job: job('good') });
    await engine.expect('finished', ({ jobId }) => jobId === 'good');
    const reasons = Object.fromEntries(engine.all('failed').map(({ jobId, error }) => [jobId, error.code]));
    expect(reasons).toEqual({ missing: 'model_gone', broken: 'model_invalid', sampler: 'unknown_sampler' });
  });

  it('announces how long it may be silent before every long pass', async () => {
    engine = new EngineProcess();
    engine.send({ type: 'run', job: job('a') });
    await engine.expect('finished');
    const budgets = engine.all('quiet');
    expect(budgets.slice(0, -1).every(({ budgetMs }) => budgetMs >= 10_000)).toBe(true);
    expect(new Set(budgets.map(({ activity }) => activity))).toEqual(
      new Set(['loading', 'sampling', 'decoding', 'idle']),
    );
  });

  it('ends by itself when the server is gone', async () => {
    engine = new EngineProcess();
    engine.send({ type: 'run', job: job('a') });
    await engine.expect('finished');
    engine.disconnect();
    expect(await engine.exited).toBe(0);
  });

  it('gives up a long job when the server is gone, though it was still loading', async () => {
    engine = new EngineProcess();
    await engine.expect('ready');
    engine.send({ type: 'run', job: job('a', { steps: 150, width: 256, height: 256 }) });
    // Announced before the file is opened: nothing is resident yet that could be released.
    await engine.expect('progress', ({ activity }) => activity === 'loading');
    const leftAt = performance.now();
    engine.disconnect();
    expect(await engine.exited).toBe(0);
    expect(performance.now() - leftAt).toBeLessThan(5000);
  });

  it('ends by itself when asked, though Ctrl+C alone does not end it', async () => {
    engine = new EngineProcess();
    await engine.expect('ready');
    engine.send({ type: 'shutdown' });
    expect(await engine.exited).toBe(0);
  });
});
