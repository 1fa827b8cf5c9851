/** Every family through a real engine: a small checkpoint of its kind, one job, one picture or one clear refusal. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { EngineJob } from '@easel/shared/engine';
import type { TextToImageParameters } from '@easel/shared/generation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { EngineProcess } from '../support/engine-process.ts';
import { readManifest, writeFormulaCheckpoint, type Manifest, type ManifestRow } from '../support/formula-weights.ts';

const MODELS = join(import.meta.dirname, '../../../fixtures/golden/core/models');

const folder = mkdtempSync(join(tmpdir(), 'easel-families-'));
let engine: EngineProcess;

const fileOf = (model: string): string => join(folder, `${model}.safetensors`);

const job = (jobId: string, model: string, change: Partial<TextToImageParameters> = {}): EngineJob => ({
  jobId,
  checkpoint: fileOf(model),
  imageIndexes: [0],
  previews: true,
  parameters: {
    type: 'text-to-image',
    prompt: 'a photograph of an astronaut riding a horse',
    negativePrompt: '',
    model,
    width: 64,
    height: 96,
    steps: 2,
    guidance: 5,
    sampler: 'euler',
    schedule: 'automatic',
    seed: 7,
    count: 1,
    clipSkip: 1,
    rng: 'nv',
    ...change,
  },
});

async function pictureOf(jobId: string, model: string, change: Partial<TextToImageParameters> = {}): Promise<Buffer> {
  engine.send({ type: 'run', job: job(jobId, model, change) });
  const ended = await Promise.race([
    engine.expect('finished', (message) => message.jobId === jobId),
    engine.expect('failed', (message) => message.jobId === jobId),
  ]);
  expect(ended).toMatchObject({ type: 'finished' });
  const image = await engine.expect('image', (message) => message.jobId === jobId);
  expect([image.width, image.height]).toEqual([64, 96]);
  return Buffer.from(image.rgb);
}

const PAINTERS = ['sd2', 'sdxl', 'sdxl-refiner', 'sd15-inpaint'];
/** Whose own text state is the one before the last. */
const SKIPPERS = ['sd2', 'sdxl', 'sdxl-refiner'];

const manifestOf = (model: string): Manifest => readManifest(join(MODELS, `${model}.manifest.json`));

/** Stable Diffusion 1 whose U-Net takes eight channels. */
function pix2pix(): Manifest {
  const sd15 = manifestOf('sd15');
  const entry = 'model.diffusion_model.input_blocks.0.0.weight';
  const widened = ([name, dtype, [o = 0, , h = 0, w = 0], mean, scale]: ManifestRow): ManifestRow => [
    name,
    dtype,
    [o, 8, h, w],
    mean,
    scale,
  ];
  return { ...sd15, tensors: sd15.tensors.map((row) => (row[0] === entry ? widened(row) : row)) };
}

/** A latent consistency model, whose U-Net is told the guidance. */
function toldGuidance(): Manifest {
  const sd15 = manifestOf('sd15');
  const row: ManifestRow = ['model.diffusion_model.time_embed.cond_proj.weight', 'F16', [32, 256], 0, 0.5];
  return { ...sd15, tensors: [...sd15.tensors, row] };
}

beforeAll(() => {
  writeFormulaCheckpoint(toldGuidance(), fileOf('lcm'));
  for (const model of PAINTERS) writeFormulaCheckpoint(manifestOf(model), fileOf(model));
  writeFormulaCheckpoint(pix2pix(), fileOf('pix2pix'));
  engine = new EngineProcess();
});
afterAll(async () => {
  await engine.kill();
  rmSync(folder, { recursive: true, force: true });
});

describe('a job on a small checkpoint', () => {
  it.each(PAINTERS)('of %s makes a picture that its prompts decide', async (model) => {
    const first = await pictureOf(`${model}-first`, model);
    expect(new Set(first).size).toBeGreaterThan(20);
    expect(first.equals(await pictureOf(`${model}-again`, model))).toBe(true);
    expect(first.equals(await pictureOf(`${model}-prompt`, model, { prompt: 'a boat' }))).toBe(false);
    expect(first.equals(await pictureOf(`${model}-negative`, model, { negativePrompt: 'blurry' }))).toBe(false);
  });

  it.each(SKIPPERS)('of %s counts a clip skip of 1 and of 2 as its own, and 3 as another', async (model) => {
    const own = await pictureOf(`${model}-1`, model);
    expect(own.equals(await pictureOf(`${model}-2`, model, { clipSkip: 2 }))).toBe(true);
    expect(own.equals(await pictureOf(`${model}-3`, model, { clipSkip: 3 }))).toBe(false);
    engine.send({ type: 'run', job: job(`${model}-9`, model, { clipSkip: 9 }) });
    const { error } = await engine.expect('failed', ({ jobId }) => jobId === `${model}-9`);
    expect(error).toMatchObject({ code: 'out_of_range', details: { field: 'clipSkip' } });
  });

  it('of a latent consistency model obeys the guidance it is told, and no negative prompt', async () => {
    const few = { sampler: 'lcm', guidance: 8 };
    const first = await pictureOf('lcm-first', 'lcm', few);
    expect(first.equals(await pictureOf('lcm-guidance', 'lcm', { ...few, guidance: 2 }))).toBe(false);
    expect(first.equals(await pictureOf('lcm-negative', 'lcm', { ...few, negativePrompt: 'blurry' }))).toBe(true);
  });

  it('of InstructPix2Pix is refused with the reason', async () => {
    engine.send({ type: 'run', job: job('edit', 'pix2pix') });
    const { error } = await engine.expect('failed', ({ jobId }) => jobId === 'edit');
    expect(error.code).toBe('model_unusable');
    expect(error.message).toContain('changes a given picture');
  });

  it('takes a prompt of several rows', async () => {
    const long = Array.from({ length: 40 }, () => 'a red boat on the lake').join(', ');
    await pictureOf('long', 'sdxl', { prompt: long });
  });
});
