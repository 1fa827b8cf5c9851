/** Every sampler through a real engine: it draws, at three steps too, and a picture is the same in a job of two and alone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { samplers } from '../../src/samplers/index.ts';
import { EngineProcess } from '../support/engine-process.ts';
import { readManifest, writeFormulaCheckpoint } from '../support/formula-weights.ts';

const MODELS = join(import.meta.dirname, '../../../fixtures/golden/core/models');

const folder = mkdtempSync(join(tmpdir(), 'easel-samplers-'));
const checkpoint = join(folder, 'sd15.safetensors');
let engine: EngineProcess;
let count = 0;

async function pictures(
  sampler: string,
  seed: number,
  pictureCount: number,
  more: { eta?: number } = {},
): Promise<Buffer[]> {
  const jobId = `job ${++count}`;
  engine.send({
    type: 'run',
    job: {
      jobId,
      checkpoint,
      imageIndexes: Array.from({ length: pictureCount }, (_, index) => index),
      previews: false,
      parameters: {
        type: 'text-to-image',
        prompt: 'a red house by the lake',
        negativePrompt: 'blurry',
        model: 'sd15',
        width: 64,
        height: 64,
        steps: 3,
        // About 1, where the forms of CFG++ are at home; those of the WebUI count down to it from 12.5.
        guidance: 1.5,
        sampler,
        schedule: 'automatic',
        seed,
        count: pictureCount,
        clipSkip: 1,
        rng: 'nv',
        ...more,
      },
    },
  });
  const ended = await Promise.race([
    engine.expect('finished', (message) => message.jobId === jobId),
    engine.expect('failed', (message) => message.jobId === jobId),
  ]);
  expect(ended).toMatchObject({ type: 'finished' });
  const images = engine.all('image').filter((message) => message.jobId === jobId);
  return images.toSorted((a, b) => a.imageIndex - b.imageIndex).map(({ rgb }) => Buffer.from(rgb));
}

beforeAll(() => {
  writeFormulaCheckpoint(readManifest(join(MODELS, 'sd15.manifest.json')), checkpoint);
  engine = new EngineProcess();
});
afterAll(async () => {
  await engine.kill();
  rmSync(folder, { recursive: true, force: true });
});

describe('in a real engine', () => {
  it.each(samplers.map(({ id }) => id))('%s makes picture 1 of a job as it makes it alone', async (id) => {
    const [first, second] = (await pictures(id, 7, 2)) as [Buffer, Buffer];
    const [alone] = (await pictures(id, 8, 1)) as [Buffer];
    expect(Buffer.compare(second, alone)).toBe(0);
    expect(Buffer.compare(first, second)).not.toBe(0);
  });

  it.each(['dpm-fast', 'dpm-adaptive'])('%s adds noise as in the WebUI, unless told not to', async (id) => {
    const [plain] = (await pictures(id, 7, 1)) as [Buffer];
    const [one] = (await pictures(id, 7, 1, { eta: 1 })) as [Buffer];
    const [none] = (await pictures(id, 7, 1, { eta: 0 })) as [Buffer];
    expect(Buffer.compare(plain, one)).toBe(0);
    expect(Buffer.compare(plain, none)).not.toBe(0);
  });
});
