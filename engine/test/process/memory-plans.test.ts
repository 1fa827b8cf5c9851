/** Every way of saving memory, forced on the demo model: what it changes in the picture, and that it is told. */
import { join } from 'node:path';

import type { EngineJob, JobMemory } from '@easel/shared/engine';
import { DEFAULT_PLAN, NO_CALIBRATION, planMemory, type MemoryPlan } from '@easel/shared/memory';
import { FALLBACKS } from '@easel/shared/picture-notes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { footprintOf } from '../../src/families/footprint.ts';
import { PLAIN } from '../../src/families/network-options.ts';
import { openPipeline } from '../../src/families/pipeline.ts';
import { recogniseCheckpoint } from '../../src/families/recognise.ts';
import type { Family } from '../../src/families/types.ts';
import { build } from '../../src/graph/build.ts';
import { multiHeadAttention } from '../../src/graph/ops/network.ts';
import type { Session, StartSession } from '../../src/graph/session.ts';
import { input } from '../../src/graph/value.ts';
import { timestep } from '../../src/numeric/sigma.ts';
import { watchPeak } from '../../src/runtime/process-memory.ts';
import { startSession } from '../../src/runtime/session.ts';
import { EngineProcess } from '../support/engine-process.ts';
import { wild } from '../support/run-graph.ts';

const DEMO = join(import.meta.dirname, '../../../models/checkpoints/easel-demo.safetensors');
const SIDE = 192;

const job = (jobId: string, memory?: JobMemory): EngineJob => ({
  jobId,
  checkpoint: DEMO,
  imageIndexes: [0],
  previews: false,
  parameters: {
    type: 'text-to-image',
    prompt: 'a red house by the sea',
    negativePrompt: '',
    model: 'easel-demo',
    width: SIDE,
    height: SIDE,
    steps: 2,
    guidance: 4,
    sampler: 'euler',
    schedule: 'automatic',
    seed: 7,
    count: 1,
    clipSkip: 1,
    rng: 'nv',
  },
  ...(memory === undefined ? {} : { memory }),
});

describe('a plan that saves memory', () => {
  let engine: EngineProcess;
  let plain: Uint8Array;
  const make = async (name: string, plan: Partial<MemoryPlan>, fallbacks: JobMemory['fallbacks']) => {
    const memory = { plan: { ...DEFAULT_PLAN, ...plan }, fallbacks, peakBytes: 5e8 };
    engine.send({ type: 'run', job: job(name, memory) });
    return engine.expect('image', (image) => image.jobId === name);
  };
  const worst = (a: Uint8Array, b: Uint8Array): number =>
    a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? 0))), 0);
  beforeAll(async () => {
    engine = new EngineProcess();
    engine.send({ type: 'run', job: job('plain') });
    plain = (await engine.expect('image')).rgb;
  });
  afterAll(async () => engine.kill());

  it('is not told of where there is none', () => {
    expect(engine.all('image')[0]?.notes).toBeUndefined();
  });

  it('changes no bit by holding one network at a time', async () => {
    const { rgb, notes } = await make('offload', { isOffloading: true }, ['component-offload']);
    expect(notes).toEqual(['component-offload']);
    expect(Buffer.compare(rgb, plain)).toBe(0);
  });

  it('changes next to nothing by giving memory back at once', async () => {
    const { rgb, notes } = await make('low', { weights: 'low' }, ['low-memory-weights']);
    expect(notes).toEqual(['low-memory-weights']);
    expect(worst(rgb, plain)).toBeLessThanOrEqual(1);
  });

  it('changes a few shades by decoding in pieces', async () => {
    const { rgb, notes } = await make('pieces', { pieceCells: 16 }, ['vae-pieces']);
    expect(notes).toEqual(['vae-pieces']);
    expect(Buffer.compare(rgb, plain)).not.toBe(0);
    expect(worst(rgb, plain)).toBeLessThanOrEqual(16);
  });

  it('goes together with the others', async () => {
    const everything = { weights: 'low', isOffloading: true, pieceCells: 16 } as const;
    const { rgb, notes } = await make('all', everything, FALLBACKS);
    expect(notes).toEqual([...FALLBACKS]);
    expect(worst(rgb, plain)).toBeLessThanOrEqual(16);
  });

  it('comes back to the plain picture where there is room again', async () => {
    expect(Buffer.compare((await make('again', {}, [])).rgb, plain)).toBe(0);
  });
});

describe('a measurement', () => {
  it('tells passes by stage, and the peak of an engine that held nothing; the estimate is near it', async () => {
    const engine = new EngineProcess();
    try {
      const footprint = footprintOf(await recogniseCheckpoint(DEMO));
      const work = { width: SIDE, height: SIDE, count: 1, passes: 4, prompts: 2, isEncoding: false };
      const planned = planMemory(footprint, work, 8e9, NO_CALIBRATION);
      const { plan, estimate, fallbacks } = planned ?? expect.fail('it fits');
      const memory = { plan, fallbacks: [...fallbacks], peakBytes: estimate.peakBytes };
      engine.send({ type: 'run', job: job('measured', memory) });
      const { measured } = await engine.expect('measured');
      expect(measured.stages).toMatchObject({ text: { runs: 2 }, denoise: { runs: 4 }, decode: { runs: 1 } });
      if (measured.peakBytes === null) return;
      expect(estimate.peakBytes / measured.peakBytes).toBeGreaterThan(0.75);
      expect(estimate.peakBytes / measured.peakBytes).toBeLessThan(1.6);
    } finally {
      await engine.kill();
    }
  });
});

describe('attention on the CPU', () => {
  it('never holds a table of all tokens by all tokens', async () => {
    const [tokens, width] = [8192, 64];
    const x = input('x', 'f32', ['n', 't', width]);
    const model = build('attention', { x }, { y: multiHeadAttention(x, x, x, 1) });
    const session = await startSession(model, 'low');
    const before = process.memoryUsage.rss();
    const watch = watchPeak(true);
    await session.run({ x: { data: wild(tokens * width), shape: [1, tokens, width] } });
    const peak = watch.peakBytes();
    await session.release();
    if (peak === null) return;
    const table = tokens * tokens * 4;
    expect(peak - before).toBeLessThan(table / 2);
  });
});

describe('what a U-Net makes of a text', () => {
  it('is made once for each text, and changes no bit of what it predicts', async () => {
    const checkpoint = await recogniseCheckpoint(DEMO);
    const { family } = checkpoint;
    const whole: Family = {
      ...family,
      build: (role, header, sidecar, options) =>
        family.build(role, header, sidecar, { ...(options ?? PLAIN), keepsText: false }),
    };
    const runs: string[] = [];
    const counting: StartSession = async (model, memory) => {
      const session = await startSession(model, memory);
      const run: Session['run'] = async (feeds, fetch) => {
        runs.push(session.name);
        return session.run(feeds, fetch);
      };
      const { name, residentBytes, inputs, outputs } = session;
      return { name, residentBytes, inputs, outputs, run, release: async () => session.release() };
    };
    const inParts = openPipeline(checkpoint, { startSession: counting });
    const atOnce = openPipeline({ ...checkpoint, family: whole }, { startSession: counting });
    const x = { data: wild(4 * 8 * 8), shape: [1, 4, 8, 8] };
    const options = { clipSkip: 1, isNegative: false, size: { width: 64, height: 64 } };
    const told = await inParts.condition(inParts.tokenize('a red house'), options);
    const other = await inParts.condition(inParts.tokenize('a small boat by the sea'), options);
    for (const [step, text] of [told, other, told, other].entries()) {
      const at = timestep(900 - 100 * step);
      const split = await inParts.network(x, at, text);
      expect(split.data).toEqual((await atOnce.network(x, at, text)).data);
    }
    expect(runs.filter((name) => name === 'unet-text')).toHaveLength(2);
    expect(runs.filter((name) => name === 'unet')).toHaveLength(8);
    await inParts.release();
    await atOnce.release();
  });
});

describe('a decoder that leaves the finite range', () => {
  const latent = { data: wild(4 * 8 * 8), shape: [1, 4, 8, 8] };
  /** As half precision does with some autoencoders: everything goes well until the picture. */
  const overflowing: StartSession = async (model, memory) => {
    const session = await startSession(model, memory);
    return {
      name: session.name,
      residentBytes: session.residentBytes,
      inputs: session.inputs,
      outputs: session.outputs,
      release: async () => session.release(),
      run: async (feeds, fetch) => {
        const results = await session.run(feeds, fetch);
        results['image']?.data.fill(Number.NaN, 0, 5);
        return results;
      },
    };
  };

  it('is run again in float32 where it was not, and the picture says so', async () => {
    const checkpoint = await recogniseCheckpoint(DEMO);
    const exact = openPipeline(checkpoint, { startSession });
    const half = openPipeline(checkpoint, { startSession: overflowing, startExactSession: startSession });
    expect((await half.decodeLatent(latent)).data).toEqual((await exact.decodeLatent(latent)).data);
    expect(half.takeNotes()).toEqual(['decoded-in-float32']);
    expect(half.takeNotes()).toEqual([]);
    await half.release();
    await exact.release();
  });

  it('is not blamed for a latent that was none before', async () => {
    const pipeline = openPipeline(await recogniseCheckpoint(DEMO), { startSession });
    const broken = { ...latent, data: latent.data.map((value, i) => (i === 3 ? Number.NaN : value)) };
    await expect(pipeline.decodeLatent(broken)).rejects.toThrow(/Sampling left the finite range/);
    await pipeline.release();
  });
});
