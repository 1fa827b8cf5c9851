/**
 * The proof that the cases of fixtures/golden/options notice whether an option is on; and what wrapping means, without a
 * reference: a picture moved around its edges comes out as the same picture, moved.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Conditioning } from '../../src/denoisers/types.ts';
import { PLAIN } from '../../src/families/network-options.ts';
import { openPipeline } from '../../src/families/pipeline.ts';
import { recogniseCheckpoint } from '../../src/families/recognise.ts';
import { readTuning } from '../../src/families/tuning.ts';
import type { Pipeline } from '../../src/families/types.ts';
import { timestep } from '../../src/numeric/sigma.ts';
import type { Tensor } from '../../src/numeric/tensor.ts';
import { startSession } from '../../src/runtime/session.ts';
import { readManifest, writeFormulaCheckpoint } from '../support/formula-weights.ts';
import { largestDifference, wild } from '../support/run-graph.ts';
import { kinds } from './kinds/index.ts';
import { runGolden } from './runner.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/golden');

let scratch = '';
let pipeline: Pipeline;
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'easel-options-test-'));
  const path = join(scratch, 'tiny.safetensors');
  writeFormulaCheckpoint(readManifest(join(FIXTURES, 'core/models/sd15.manifest.json')), path);
  pipeline = openPipeline(await recogniseCheckpoint(path), { startSession });
});
afterAll(async () => {
  await pipeline.release();
  rmSync(scratch, { recursive: true, force: true });
});

/** A copy of a case in which one text of case.json was replaced everywhere. */
function changed(name: string, from: string | RegExp, to: string): string {
  const folder = join(scratch, 'golden/options', name);
  mkdirSync(join(scratch, 'golden/core'), { recursive: true });
  cpSync(join(FIXTURES, 'core/models'), join(scratch, 'golden/core/models'), { recursive: true });
  cpSync(join(FIXTURES, 'options', name), folder, { recursive: true });
  const path = join(folder, 'case.json');
  const json = readFileSync(path, 'utf8');
  const other = json.replaceAll(from, to);
  expect(other).not.toBe(json);
  writeFileSync(path, other);
  return folder;
}

describe('cases of options', () => {
  it.each([
    ['unet-tiling', /"tiling": "\w+"/g, '"tiling": "off"', 5],
    ['vae-tiling', /"tiling": "both"/g, '"tiling": "y"', 2],
    ['unet-freeu', /"version": "1"/g, '"version": "2"', 4],
    ['unet-freeu', /"s2": 0.2/g, '"s2": 0.3', 7],
    // Of the large line nothing is merged: its finest level has no attention.
    ['unet-token-merging', /"tokenMerging": [\d.]+/g, '"tokenMerging": 0.1', 4],
    ['pipeline-pag', /"pag_scale": 3.0/g, '"pag_scale": 2.9', 1],
  ])('of %s fail when %s is %s', async (name, from, to, misses) => {
    const lines: string[] = [];
    const { failed } = await runGolden([changed(name, from, to)], kinds, (line) => lines.push(line));
    expect(failed, lines.join('\n')).toBeGreaterThanOrEqual(misses);
    // By their numbers, not because they could not be run.
    expect(lines.filter((line) => line.startsWith('FAIL') && line.includes(' - '))).toEqual([]);
  });
});

/** x [1, c, h, w] moved right and down, what leaves coming back at the other side. */
function rolled({ data, shape }: Tensor, down: number, across: number): Tensor {
  const [, c = 0, h = 0, w = 0] = shape;
  const out = new Float32Array(data.length);
  for (let i = 0; i < c * h; i++) {
    const y = (Math.floor(i / h) * h + (((i % h) + down + h) % h)) * w;
    for (let x = 0; x < w; x++) out[y + ((x + across + w) % w)] = data[i * w + x] as number;
  }
  return { data: out, shape };
}

describe('networks that wrap around', () => {
  const latent: Tensor = { data: wild(4 * 16 * 24), shape: [1, 4, 16, 24] };
  const context: Tensor = { data: wild(77 * 128, 2), shape: [1, 77, 128] };
  const predict = (x: Tensor): Promise<Tensor> => pipeline.network(x, timestep(400), { context });
  const differ = async (
    f: (x: Tensor) => Promise<Tensor>,
    down: number,
    across: number,
    factor = 1,
  ): Promise<number> => {
    const moved = rolled(await f(latent), down * factor, across * factor);
    return largestDifference((await f(rolled(latent, down, across))).data, moved.data);
  };

  it.each([
    ['both', 8, 8],
    ['x', 0, 16],
    ['y', 8, 0],
  ] as const)('tiling %s: what is moved by %i and %i cells comes out moved', async (tiling, down, across) => {
    await pipeline.configure(readTuning({ tiling }).networks);
    expect(await differ(predict, down, across)).toBeLessThan(1e-4);
    expect(await differ((x) => pipeline.decodeLatent(x), down, across, 8)).toBeLessThan(1e-4);
  });

  it('do so in their own direction only, and without tiling not at all', async () => {
    await pipeline.configure(readTuning({ tiling: 'x' }).networks);
    expect(await differ(predict, 8, 0)).toBeGreaterThan(1e-2);
    await pipeline.configure(PLAIN);
    expect(await differ(predict, 0, 8)).toBeGreaterThan(1e-2);
    expect(await differ((x) => pipeline.decodeLatent(x), 0, 8, 8)).toBeGreaterThan(1e-2);
  });
});

describe('neutral options', () => {
  it('build the very networks that know nothing of them', async () => {
    const { header, sidecar, family } = await recogniseCheckpoint(join(scratch, 'tiny.safetensors'));
    const neutral = readTuning({ tiling: 'off', tokenMerging: 0, pagScale: 0, freeuBackbone1: 1, freeuVersion: '1' });
    expect(neutral.networks).toEqual(PLAIN);
    for (const role of family.roles) {
      const plain = Buffer.from(family.build(role, header, sidecar).bytes);
      expect(plain.equals(family.build(role, header, sidecar, neutral.networks).bytes), role).toBe(true);
    }
  });

  it.each([{ pagScale: 3 }, { freeuBackbone1: 1, freeuSkip1: 1.0000001 }] as const)(
    'inside a network built for %o give the same bits',
    async (options) => {
      const latent: Tensor = { data: wild(4 * 8 * 8), shape: [1, 4, 8, 8] };
      const context: Tensor = { data: wild(77 * 128, 2), shape: [1, 77, 128] };
      await pipeline.configure(PLAIN);
      const plain = await pipeline.network(latent, timestep(400), { context });
      await pipeline.configure(readTuning(options).networks);
      const freeu = { data: Float32Array.of(1, 1, 1, 1), shape: [4] };
      const told: Conditioning = 'pagScale' in options ? {} : { freeu };
      const tuned = await pipeline.network(latent, timestep(400), { context, ...told });
      expect([...tuned.data]).toEqual([...plain.data]);
    },
  );
});
