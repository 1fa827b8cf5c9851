/** Options that change networks from inside, asked of an engine as the server asks: neutral ones change not a byte. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { EngineJob } from '@easel/shared/engine';
import { OPTIONS } from '@easel/shared/options/table';
import type { OptionValues } from '@easel/shared/options/values';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { EngineProcess } from '../support/engine-process.ts';
import { readManifest, writeFormulaCheckpoint } from '../support/formula-weights.ts';

const MANIFEST = join(import.meta.dirname, '../../../fixtures/golden/core/models/sd15.manifest.json');
const DEMO = join(import.meta.dirname, '../../../models/checkpoints/easel-demo.safetensors');

const folder = mkdtempSync(join(tmpdir(), 'easel-tuning-'));
const tiny = join(folder, 'tiny.safetensors');
const [WIDTH, HEIGHT] = [128, 96];
let engine: EngineProcess;

const job = (jobId: string, options: OptionValues, checkpoint = tiny): EngineJob => ({
  jobId,
  checkpoint,
  imageIndexes: [0],
  previews: false,
  parameters: {
    type: 'text-to-image',
    prompt: 'a red house by the sea',
    negativePrompt: '',
    model: 'tiny',
    width: WIDTH,
    height: HEIGHT,
    steps: checkpoint === tiny ? 3 : 12,
    guidance: 5,
    sampler: 'euler',
    schedule: 'automatic',
    seed: 7,
    count: 1,
    clipSkip: 1,
    rng: 'nv',
    ...options,
  },
});

const make = async (options: OptionValues, checkpoint = tiny): Promise<Uint8Array> => {
  const jobId = String(engine.all('image').length);
  engine.send({ type: 'run', job: job(jobId, options, checkpoint) });
  const failed = engine.expect('failed', (failure) => failure.jobId === jobId);
  const answer = await Promise.race([engine.expect('image', (image) => image.jobId === jobId), failed]);
  if (answer.type === 'failed') throw new Error(answer.error.message);
  return answer.rgb;
};

beforeAll(() => {
  writeFormulaCheckpoint(readManifest(MANIFEST), tiny);
  engine = new EngineProcess();
});
afterAll(async () => {
  await engine.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** Mean difference of neighbouring columns, by the number of the right one; of column 0 to the last one first. */
function columnSteps(rgb: Uint8Array): number[] {
  const pixel = (x: number, y: number, c: number): number => rgb[(y * WIDTH + x) * 3 + c] as number;
  return Array.from({ length: WIDTH }, (_, x) => {
    let sum = 0;
    for (let y = 0; y < HEIGHT; y++)
      for (let c = 0; c < 3; c++) sum += Math.abs(pixel(x, y, c) - pixel((x + WIDTH - 1) % WIDTH, y, c));
    return sum / (HEIGHT * 3);
  });
}

/** The same for rows. */
const rowSteps = (rgb: Uint8Array): number[] =>
  Array.from({ length: HEIGHT }, (_, y) => {
    const above = (y + HEIGHT - 1) % HEIGHT;
    let sum = 0;
    for (let i = 0; i < WIDTH * 3; i++)
      sum += Math.abs((rgb[y * WIDTH * 3 + i] as number) - (rgb[above * WIDTH * 3 + i] as number));
    return sum / (WIDTH * 3);
  });

describe('options inside the networks', () => {
  it('change the picture, and leave nothing behind for the next one', async () => {
    const plain = await make({});
    const changes: OptionValues[] = [
      { tiling: 'both' },
      { tiling: 'x' },
      { tokenMerging: 0.5 },
      { pagScale: 3 },
      { freeuBackbone1: 1.3 },
      { freeuBackbone1: 1.3, freeuVersion: '1' },
    ];
    const pictures = [plain];
    for (const change of changes) pictures.push(await make(change));
    const seen = new Set(pictures.map((picture) => Buffer.from(picture).toString('base64')));
    expect(seen.size).toBe(1 + changes.length);
    expect(Buffer.compare(await make({}), plain)).toBe(0);
  });

  it('change not a byte where they are neutral', async () => {
    const ids = ['tiling', 'tokenMerging', 'pagScale', 'freeuBackbone1', 'freeuSkip2', 'freeuVersion'] as const;
    const neutral = Object.fromEntries(ids.map((id) => [id, OPTIONS[id].value.neutral])) as OptionValues;
    expect(Buffer.compare(await make(neutral), await make({}))).toBe(0);
  });

  it('make a picture that continues at its opposite edge, in the directions asked for', async () => {
    const [both, sideways] = [await make({ tiling: 'both' }, DEMO), await make({ tiling: 'x' }, DEMO)];
    const seam = (steps: number[]): { edge: number; inner: number } => ({
      edge: steps[0] as number,
      inner: Math.max(...steps.slice(1)),
    });
    for (const { edge, inner } of [seam(columnSteps(both)), seam(rowSteps(both)), seam(columnSteps(sideways))])
      expect(edge).toBeLessThanOrEqual(inner);
    // The same measure sees a seam where none was asked to be closed.
    expect(seam(rowSteps(sideways)).edge).toBeGreaterThan(2 * seam(rowSteps(sideways)).inner);
  });
});
