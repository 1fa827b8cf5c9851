/** What somebody corrects by hand rules what a file says of itself, and both are told apart. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { inspectCheckpoint } from '../../src/families/inspect.ts';
import { recogniseCheckpoint } from '../../src/families/recognise.ts';
import { readManifest, writeFormulaCheckpoint } from '../support/formula-weights.ts';

const MODELS = join(import.meta.dirname, '../../../fixtures/golden/core/models');

let folder = '';
const path = (name: string): string => join(folder, `${name}.safetensors`);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-overrides-'));
  for (const name of ['sd15', 'sd2']) {
    const { tensors } = readManifest(join(MODELS, `${name}.manifest.json`));
    writeFormulaCheckpoint({ metadata: {}, tensors }, path(name));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a config beside a file', () => {
  const config = (more: string): string => `model:\n  params:\n    linear_start: 0.00085\n${more}`;

  it('in YAML tells the prediction, and its silence that it is the ordinary one', async () => {
    const [beside, json] = [join(folder, 'sd2.yaml'), join(folder, 'sd2.json')];
    writeFileSync(beside, config(''));
    expect(await inspectCheckpoint(path('sd2'))).toMatchObject({
      defaults: { width: 512 },
      detection: { prediction: { value: 'epsilon', evidence: expect.stringContaining("sidecar's parameterization") } },
    });
    writeFileSync(beside, config('    parameterization: "v"\n'));
    expect((await recogniseCheckpoint(path('sd2'))).facts.prediction).toBe('v');
    writeFileSync(json, JSON.stringify({ prediction: 'epsilon' }));
    expect((await recogniseCheckpoint(path('sd2'))).facts.prediction).toBe('epsilon');
    rmSync(beside);
    rmSync(json);
  });
});

describe('a correction by hand', () => {
  it('changes what the network is taken to predict, and leaves what was detected to be seen', async () => {
    const { facts, detection, evidence } = await recogniseCheckpoint(path('sd15'), {
      prediction: 'v',
      zeroTerminalSnr: true,
    });
    expect(facts).toMatchObject({ prediction: 'v', zeroTerminalSnr: true });
    expect(facts.predictionEvidence).toBe('it predicts v from pure noise on, because somebody said so by hand');
    expect(detection).toMatchObject({ prediction: { value: 'epsilon' }, zeroTerminalSnr: { value: false } });
    expect(evidence).not.toContain('by hand');
  });

  it('brings the size that belongs to it', async () => {
    expect((await inspectCheckpoint(path('sd2'))).defaults).toMatchObject({ width: 768 });
    expect((await inspectCheckpoint(path('sd2'), { prediction: 'epsilon' })).defaults).toMatchObject({ width: 512 });
  });

  it('chooses the family, whose networks must then be there', async () => {
    const inspection = await inspectCheckpoint(path('sd15'), { family: 'stable-diffusion-1' });
    expect(inspection).toMatchObject({
      family: 'stable-diffusion-1',
      detection: { family: { value: 'stable-diffusion-1' } },
    });
    expect(inspection.evidence).toContain('by hand');
    await expect(inspectCheckpoint(path('sd15'), { family: 'stable-diffusion-xl' })).rejects.toMatchObject({
      code: 'model_incomplete',
    });
  });

  it('is refused where there is no such family', async () => {
    await expect(recogniseCheckpoint(path('sd15'), { family: 'stable-diffusion-9' })).rejects.toMatchObject({
      code: 'not_allowed',
      details: { field: 'family', limit: expect.arrayContaining(['stable-diffusion-xl']) },
    });
  });
});
