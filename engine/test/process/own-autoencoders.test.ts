/** Autoencoders of files of their own, in a real engine: tiny ones for previews, and a VAE in place of the model's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { EngineJob } from '@easel/shared/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { EngineProcess } from '../support/engine-process.ts';
import { readManifest, writeFormulaCheckpoint } from '../support/formula-weights.ts';

const MODELS = join(import.meta.dirname, '../../../fixtures/golden/core/models');
const folder = mkdtempSync(join(tmpdir(), 'easel-previews-'));
const tiny = join(folder, 'taesd_decoder.safetensors');
const checkpoint = join(folder, 'tiny.safetensors');

const job = (jobId: string, more: Partial<EngineJob>): EngineJob => ({
  jobId,
  checkpoint,
  imageIndexes: [0],
  previews: true,
  parameters: {
    type: 'text-to-image',
    prompt: 'a red house',
    negativePrompt: '',
    model: 'tiny',
    width: 64,
    height: 96,
    steps: 2,
    guidance: 1,
    sampler: 'euler',
    schedule: 'automatic',
    seed: 7,
    count: 1,
    clipSkip: 1,
    rng: 'nv',
  },
  ...more,
});

describe('previews', () => {
  let engine: EngineProcess;
  beforeAll(() => {
    writeFormulaCheckpoint(readManifest(join(MODELS, 'sd15.manifest.json')), checkpoint);
    writeFormulaCheckpoint(readManifest(join(MODELS, 'taesd_decoder.manifest.json')), tiny);
    engine = new EngineProcess();
  });
  afterAll(async () => {
    await engine.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are pictures where a tiny autoencoder is given, and change nothing of the result', async () => {
    engine.send({ type: 'run', job: job('plain', {}) });
    engine.send({ type: 'run', job: job('tiny', { previewDecoder: { files: [tiny] } }) });
    const sizeOf = async (jobId: string) => {
      const { width, height } = await engine.expect('preview', (preview) => preview.jobId === jobId);
      return [width, height];
    };
    expect(await sizeOf('plain')).toEqual([8, 12]);
    expect(await sizeOf('tiny')).toEqual([64, 96]);
    const [plain, made] = [
      await engine.expect('image', ({ jobId }) => jobId === 'plain'),
      await engine.expect('image', ({ jobId }) => jobId === 'tiny'),
    ];
    expect(Buffer.compare(plain.rgb, made.rgb)).toBe(0);
  });

  it('has nothing to do with the VAE, which may be another than the model’s own', async () => {
    const vae = join(folder, 'vae-alone.safetensors');
    writeFormulaCheckpoint(readManifest(join(MODELS, 'vae-alone.manifest.json')), vae);
    const pictureOf = async (jobId: string, more: Partial<EngineJob>) => {
      engine.send({ type: 'run', job: job(jobId, { previews: false, ...more }) });
      return (await engine.expect('image', (image) => image.jobId === jobId)).rgb;
    };
    const own = await pictureOf('own', {});
    expect(Buffer.compare(await pictureOf('other', { vae: { file: vae } }), own)).not.toBe(0);
    expect(Buffer.compare(await pictureOf('own again', {}), own)).toBe(0);
    engine.send({ type: 'run', job: job('none', { vae: { file: tiny } }) });
    expect((await engine.expect('failed', ({ jobId }) => jobId === 'none')).error.code).toBe('model_unsupported');
  });

  it('are colours of cells where memory is short', async () => {
    const memory = {
      plan: { weights: 'low', isOffloading: false, pieceCells: null },
      fallbacks: ['low-memory-weights'],
      peakBytes: 1e9,
    } as const;
    engine.send({ type: 'run', job: job('short', { previewDecoder: { files: [tiny] }, memory }) });
    expect((await engine.expect('preview', ({ jobId }) => jobId === 'short')).width).toBe(8);
  });
});
