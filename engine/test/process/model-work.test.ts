/** Work on models through a real engine process: told as it goes, ended within a tensor, refused by code. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { EngineModelJob } from '@easel/shared/engine';
import { convertRequest, mergeRequest, type ConvertRequest } from '@easel/shared/model-work';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { EngineProcess } from '../support/engine-process.ts';
import { readManifest, writeFormulaCheckpoint } from '../support/formula-weights.ts';
import { safetensors } from '../support/write-safetensors.ts';

const MANIFEST = join(import.meta.dirname, '../../../fixtures/golden/core/models/sd15.manifest.json');

let folder = '';
let engine: EngineProcess;
const path = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-model-work-'));
  writeFormulaCheckpoint(readManifest(MANIFEST), path('tiny.safetensors'));
  // One tensor of many chunks.
  const bytes = new Uint8Array(96 << 20);
  writeFileSync(
    path('wide.safetensors'),
    safetensors(new Map([['weight', { dtype: 'F32', shape: [24 << 20], bytes }]])),
  );
});
afterEach(async () => engine.kill());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const job = (jobId: string, source: string, fields: Partial<ConvertRequest> = {}): EngineModelJob => ({
  jobId,
  parameters: convertRequest.parse({ type: 'convert', model: source, output: jobId, ...fields }),
  sources: [{ id: source, file: path(source), sha256: null }],
  vae: null,
  base: null,
  target: path(`${jobId}.safetensors`),
});

describe('the engine at work on models', () => {
  it('tells bytes up to the last, then what it made', async () => {
    engine = new EngineProcess();
    engine.send({ type: 'work', job: job('made', 'tiny.safetensors', { precision: 'fp32' }) });
    await engine.expect('finished');
    const [made] = engine.all('model-made');
    expect(made?.result).toMatchObject({ file: 'made.safetensors', notes: [] });
    const progress = engine.all('model-progress').map(({ progress: told }) => told);
    expect(progress.at(-1)).toEqual({
      doneBytes: made?.result.sizeBytes,
      totalBytes: made?.result.sizeBytes,
      activity: 'finishing',
    });
    expect(engine.all('quiet').length).toBeGreaterThan(2);
    expect(existsSync(path('made.safetensors'))).toBe(true);
  });

  it('is ended within a tensor, and leaves nothing', async () => {
    engine = new EngineProcess();
    engine.send({ type: 'work', job: job('never', 'wide.safetensors', { precision: 'fp16' }) });
    await engine.expect('model-progress', ({ progress }) => progress.doneBytes > 0);
    engine.send({ type: 'cancel', jobId: 'never' });
    await engine.expect('cancelled', ({ jobId }) => jobId === 'never');
    const done = Math.max(...engine.all('model-progress').map(({ progress }) => progress.doneBytes));
    expect(done).toBeLessThan(48 << 20);
    expect(readdirSync(folder).filter((name) => name.includes('never'))).toEqual([]);
  });

  it('refuses by code, and goes on', async () => {
    engine = new EngineProcess();
    engine.send({ type: 'work', job: job('tiny', 'tiny.safetensors') });
    const merge: EngineModelJob = {
      ...job('sum', 'tiny.safetensors'),
      parameters: mergeRequest.parse({
        type: 'merge',
        method: 'weighted-sum',
        models: ['tiny', 'wide'],
        weights: [0.5],
        output: 'sum',
      }),
      sources: ['tiny.safetensors', 'wide.safetensors'].map((id) => ({ id, file: path(id), sha256: null })),
    };
    engine.send({ type: 'work', job: merge });
    const codes = await Promise.all(
      ['tiny', 'sum'].map(async (jobId) => (await engine.expect('failed', (each) => each.jobId === jobId)).error.code),
    );
    expect(codes).toEqual(['name_taken', 'models_differ']);
    engine.send({ type: 'work', job: job('after', 'tiny.safetensors') });
    await engine.expect('finished', ({ jobId }) => jobId === 'after');
  });
});
