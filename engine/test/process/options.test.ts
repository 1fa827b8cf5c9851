/** Every option through a real engine: neutral it changes no bit, set it changes the picture, and pictures do not depend on their batch. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { EngineJob } from '@easel/shared/engine';
import { parametersOfPicture, type TextToImageParameters } from '@easel/shared/generation';
import type { OptionId } from '@easel/shared/options/table';
import { OPTION_IDS, optionRow, settleOptions, type OptionValues } from '@easel/shared/options/values';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { EngineProcess } from '../support/engine-process.ts';
import { readManifest, writeFormulaCheckpoint } from '../support/formula-weights.ts';

const MODELS = join(import.meta.dirname, '../../../fixtures/golden/core/models');
const DEMO = join(import.meta.dirname, '../../../models/checkpoints/easel-demo.safetensors');

const folder = mkdtempSync(join(tmpdir(), 'easel-options-'));
const fileOf = (model: string): string => (model === 'demo' ? DEMO : join(folder, `${model}.safetensors`));
let engine: EngineProcess;
let count = 0;

type Change = Partial<TextToImageParameters>;
interface Source {
  model?: string;
  refiner?: string;
  upscaler?: string;
  vae?: string;
}

const jobOf = (change: Change, { model = 'sd15', refiner, upscaler, vae }: Source = {}): EngineJob => {
  const parameters: TextToImageParameters = {
    type: 'text-to-image',
    prompt: 'a red house by the lake',
    negativePrompt: 'blurry',
    model,
    width: 64,
    height: 96,
    steps: 5,
    guidance: 6,
    sampler: 'euler-ancestral',
    schedule: 'karras',
    seed: 7,
    count: 1,
    clipSkip: 1,
    rng: 'nv',
    ...change,
  };
  return {
    jobId: `job ${++count}`,
    checkpoint: fileOf(model),
    ...(refiner === undefined ? {} : { refiner: { checkpoint: fileOf(refiner) } }),
    ...(upscaler === undefined ? {} : { upscaler: { file: fileOf(upscaler) } }),
    ...(vae === undefined ? {} : { vae: { file: fileOf(vae) } }),
    imageIndexes: Array.from({ length: parameters.count }, (_, index) => index),
    previews: false,
    parameters,
  };
};

/** The pictures of a job, in their order. */
async function pictures(change: Change = {}, source: Source = {}, on = engine): Promise<Buffer[]> {
  const job = jobOf(change, source);
  on.send({ type: 'run', job });
  const ended = await Promise.race([
    on.expect('finished', ({ jobId }) => jobId === job.jobId),
    on.expect('failed', ({ jobId }) => jobId === job.jobId),
  ]);
  expect(ended).toMatchObject({ type: 'finished' });
  return on
    .all('image')
    .filter(({ jobId }) => jobId === job.jobId)
    .sort((a, b) => a.imageIndex - b.imageIndex)
    .map(({ rgb }) => Buffer.from(rgb));
}
const picture = async (change: Change = {}, source: Source = {}, on = engine): Promise<Buffer> =>
  (await pictures(change, source, on))[0] as Buffer;

beforeAll(() => {
  for (const model of ['sd15', 'sdxl', 'sdxl-refiner', 'vae-alone']) {
    writeFormulaCheckpoint(readManifest(join(MODELS, `${model}.manifest.json`)), fileOf(model));
  }
  const upscaler = join(MODELS, '../../upscale/compact_x2_tiny/model.manifest.json');
  writeFormulaCheckpoint(readManifest(upscaler), fileOf('compact'));
  engine = new EngineProcess();
});
afterAll(async () => {
  await engine.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** A value at which each option shows, with what else it takes to show; `bare` = what it is compared with. */
const SHOWS: Readonly<Record<OptionId, { set: OptionValues; base?: Change; source?: Source; bare?: Source }>> = {
  variationStrength: { set: { variationStrength: 0.4, variationSeed: 3 } },
  variationSeed: {
    set: { variationStrength: 0.4, variationSeed: 4 },
    base: { variationStrength: 0.4, variationSeed: 3 },
  },
  seedResizeWidth: { set: { seedResizeWidth: 48, seedResizeHeight: 96 } },
  seedResizeHeight: { set: { seedResizeWidth: 64, seedResizeHeight: 64 } },
  refiner: { set: { refiner: 'r', refinerSwitchAt: 0.3 }, source: { model: 'sdxl', refiner: 'sdxl-refiner' } },
  refinerMethod: {
    set: { refiner: 'r', refinerMethod: 'pass', refinerStrength: 0.5 },
    source: { model: 'sdxl', refiner: 'sdxl-refiner' },
  },
  refinerSwitchAt: {
    set: { refiner: 'r', refinerSwitchAt: 0.1 },
    base: { refiner: 'r', refinerSwitchAt: 0.5 },
    source: { model: 'sdxl', refiner: 'sdxl-refiner' },
  },
  refinerStrength: {
    set: { refiner: 'r', refinerMethod: 'pass', refinerStrength: 0.9 },
    base: { refiner: 'r', refinerMethod: 'pass', refinerStrength: 0.5 },
    source: { model: 'sdxl', refiner: 'sdxl-refiner' },
  },
  upscaler: { set: { upscaler: 'compact' }, source: { upscaler: 'compact' } },
  vae: { set: { vae: 'vae-alone' }, source: { vae: 'vae-alone' }, bare: {} },
  guidanceRescale: { set: { guidanceRescale: 0.7 } },
  mimicScale: { set: { mimicScale: 2, thresholdPercentile: 100 } },
  thresholdPercentile: {
    set: { mimicScale: 5, thresholdPercentile: 92 },
    base: { mimicScale: 5, thresholdPercentile: 100 },
  },
  skipEarlyGuidance: { set: { skipEarlyGuidance: 0.3 } },
  guidanceEnd: { set: { guidanceEnd: 0.5 } },
  ngms: { set: { ngms: 10 } },
  ngmsAllSteps: { set: { ngms: 10, ngmsAllSteps: true }, base: { ngms: 10 } },
  eta: { set: { eta: 0.5 } },
  sNoise: { set: { sNoise: 0.9 } },
  sChurn: { set: { sChurn: 3 }, base: { sampler: 'euler' } },
  sTmin: { set: { sChurn: 3, sTmin: 5 }, base: { sampler: 'euler', sChurn: 3 } },
  sTmax: { set: { sChurn: 3, sTmax: 5 }, base: { sampler: 'euler', sChurn: 3 } },
  ensd: { set: { ensd: 31337 } },
  sgmNoiseMultiplier: { set: { sgmNoiseMultiplier: true }, base: { schedule: 'exponential', sigmaMax: 2 } },
  discardPenultimateSigma: { set: { discardPenultimateSigma: true } },
  sigmaMin: { set: { sigmaMin: 0.2 } },
  sigmaMax: { set: { sigmaMax: 8 } },
  rho: { set: { rho: 3 } },
  unipcOrder: { set: { unipcOrder: 1 }, base: { sampler: 'unipc' } },
  betaAlpha: { set: { betaAlpha: 0.3 }, base: { schedule: 'beta' } },
  betaBeta: { set: { betaBeta: 0.3 }, base: { schedule: 'beta' } },
  prediction: { set: { prediction: 'v' } },
  padConds: { set: { padConds: true }, base: { prompt: 'a red house by the lake, '.repeat(20) } },
  noiseSchedule: { set: { noiseSchedule: 'zero-terminal-snr' } },
  tiling: { set: { tiling: 'x' } },
  tokenMerging: { set: { tokenMerging: 0.5 } },
  pagScale: { set: { pagScale: 3 } },
  freeuBackbone1: { set: { freeuBackbone1: 1.3 } },
  freeuBackbone2: { set: { freeuBackbone2: 1.4 } },
  freeuSkip1: { set: { freeuSkip1: 0.6 } },
  freeuSkip2: { set: { freeuSkip2: 0.4 } },
  freeuVersion: { set: { freeuBackbone1: 1.3, freeuVersion: '1' }, base: { freeuBackbone1: 1.3 } },
  emphasis: { set: { emphasis: 'compel' }, base: { prompt: 'a (red:0.4) fox' } },
  originalWidth: { set: { originalWidth: 512 }, source: { model: 'sdxl' } },
  originalHeight: { set: { originalHeight: 512 }, source: { model: 'sdxl' } },
  cropTop: { set: { cropTop: 256 }, source: { model: 'sdxl' } },
  cropLeft: { set: { cropLeft: 256 }, source: { model: 'sdxl' } },
  targetWidth: { set: { targetWidth: 512 }, source: { model: 'sdxl' } },
  targetHeight: { set: { targetHeight: 512 }, source: { model: 'sdxl' } },
  negativeOriginalWidth: { set: { negativeOriginalWidth: 512 }, source: { model: 'sdxl' } },
  negativeOriginalHeight: { set: { negativeOriginalHeight: 512 }, source: { model: 'sdxl' } },
  negativeCropTop: { set: { negativeCropTop: 256 }, source: { model: 'sdxl' } },
  negativeCropLeft: { set: { negativeCropLeft: 256 }, source: { model: 'sdxl' } },
  negativeTargetWidth: { set: { negativeTargetWidth: 512 }, source: { model: 'sdxl' } },
  negativeTargetHeight: { set: { negativeTargetHeight: 512 }, source: { model: 'sdxl' } },
  aestheticScore: { set: { aestheticScore: 9 }, source: { model: 'sdxl-refiner' } },
  negativeAestheticScore: { set: { negativeAestheticScore: 9 }, source: { model: 'sdxl-refiner' } },
};

describe('an option', () => {
  /** Pictures without the option, which many share. */
  const made = new Map<string, Promise<Buffer>>();
  const shared = (change: Change, source: Source = {}): Promise<Buffer> => {
    const key = JSON.stringify([change, source]);
    const known = made.get(key) ?? picture(change, source);
    made.set(key, known);
    return known;
  };

  it.each(OPTION_IDS)('%s changes the picture', async (id) => {
    const { catalogue } = await engine.expect('ready');
    if (!catalogue.options.some((option) => option.id === id)) return;
    const { set, base = {}, source, bare = source } = SHOWS[id];
    const without = await shared({ ...base, ...settleOptions({ ...base }) }, bare);
    const change = { ...base, ...settleOptions({ ...base, ...set }) };
    expect((await picture(change, source)).equals(without)).toBe(false);
  });

  it.each([{ model: 'sd15' }, { model: 'sdxl' }, { model: 'sdxl-refiner' }])(
    'at its neutral value changes no bit of a picture of %j',
    async (source) => {
      const neutral = Object.fromEntries(
        OPTION_IDS.map((id) => [id, optionRow(id).value.neutral]).filter(([, value]) => value !== null),
      ) as Change;
      for (const sampler of ['euler', 'dpmpp-2m-sde', 'ddim']) {
        expect((await picture({ ...neutral, sampler }, source)).equals(await picture({ sampler }, source))).toBe(true);
      }
    },
  );
});

describe('what XL is led away from', () => {
  it('is told what the prompt is told, where it has nothing of its own', async () => {
    const source = { model: 'sdxl' };
    const own = { originalWidth: 512, originalHeight: 768, cropTop: 64, cropLeft: 32, targetWidth: 128 };
    const repeated = {
      negativeOriginalWidth: 512,
      negativeOriginalHeight: 768,
      negativeCropTop: 64,
      negativeCropLeft: 32,
      negativeTargetWidth: 128,
    };
    const inherited = await picture(own, source);
    expect(inherited.equals(await picture({ ...own, ...repeated }, source))).toBe(true);
    expect(inherited.equals(await picture({ ...own, ...repeated, negativeCropTop: 0 }, source))).toBe(false);
  });
});

describe('samplers that guide the CFG++ way', () => {
  it.each(['euler-cfgpp', 'ddim-cfgpp'])('%s walks by the negative prediction, at guidance 1 too', async (sampler) => {
    const guidance = sampler === 'ddim-cfgpp' ? 12.5 : 1;
    const one = await picture({ sampler, guidance });
    expect(one.equals(await picture({ sampler, guidance, negativePrompt: 'fog' }))).toBe(false);
    // Where guidance is off there is nothing to lead away from.
    const off = { sampler, guidance, skipEarlyGuidance: 1 };
    expect((await picture(off)).equals(await picture({ ...off, negativePrompt: 'fog' }))).toBe(true);
  });
});

describe('pictures of one job', () => {
  const jobs: Change[] = [
    {},
    { sampler: 'dpmpp-2m-sde' },
    { variationStrength: 0.3, variationSeed: 50 },
    { sampler: 'euler', sChurn: 4, sTmin: 0, sTmax: 0, ensd: 5, rng: 'cpu' },
    { guidanceEnd: 0.6, ngms: 4, ngmsAllSteps: false },
    { seedResizeWidth: 128, seedResizeHeight: 64 },
  ];
  it.each(jobs)('are to the last bit what each alone is, with %j, by the demo model', async (change) => {
    const all = { width: 128, height: 96, count: 3, ...change };
    const together = await pictures(all, { model: 'demo' });
    expect(new Set(together.map((each) => each.toString('base64'))).size).toBe(3);
    for (const [index, each] of together.entries()) {
      const { parameters } = jobOf(all, { model: 'demo' });
      const alone = parametersOfPicture(parameters, index);
      expect(each.equals(await picture(alone, { model: 'demo' }))).toBe(true);
    }
  });

  it('keep the seed and count their variations', () => {
    const { parameters } = jobOf({ count: 3, variationStrength: 0.3, variationSeed: 50 });
    expect(parametersOfPicture(parameters, 2)).toMatchObject({ seed: 7, variationSeed: 52, count: 1 });
    expect(parametersOfPicture(jobOf({ count: 3 }).parameters, 2)).toMatchObject({ seed: 9, count: 1 });
  });
});

describe('a refiner', () => {
  const sampler = 'dpmpp-2m';
  const both: Source = { model: 'sdxl', refiner: 'sdxl-refiner' };
  const at = (refinerSwitchAt: number): Change => ({ sampler, refiner: 'r', refinerMethod: 'switch', refinerSwitchAt });

  it('that is the model itself changes nothing, wherever it takes over', async () => {
    const alone = await picture({ sampler }, { model: 'sdxl' });
    for (const share of [0, 0.4, 0.8, 1]) {
      expect((await picture(at(share), { model: 'sdxl', refiner: 'sdxl' })).equals(alone)).toBe(true);
    }
  });

  it('from the first step on is the refiner alone, with its own conditions; never, the model alone', async () => {
    expect((await picture(at(0), both)).equals(await picture({ sampler }, { model: 'sdxl-refiner' }))).toBe(true);
    expect((await picture(at(1), both)).equals(await picture({ sampler }, { model: 'sdxl' }))).toBe(true);
  });

  it('reports every step of both passes', async () => {
    const job = jobOf({ ...at(1), refinerMethod: 'pass', refinerStrength: 0.5 }, both);
    engine.send({ type: 'run', job });
    await engine.expect('finished', ({ jobId }) => jobId === job.jobId);
    const steps = engine.all('progress').filter((each) => each.jobId === job.jobId && each.activity === 'sampling');
    // Five, and of five at strength 0.5 the WebUI's int(0.5 * 5) + 1.
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(new Set(steps.map((each) => each.steps))).toEqual(new Set([8]));
  });

  it('makes each picture as it would be made alone where memory holds one model at a time', async () => {
    const tight = new EngineProcess('--memory-budget', '1');
    try {
      const [, second] = await pictures({ ...at(0.4), count: 2 }, both, tight);
      expect(second?.equals(await picture({ ...at(0.4), seed: 8 }, both, tight))).toBe(true);
    } finally {
      await tight.kill();
    }
  });

  it('of another line is refused by name', async () => {
    const job = jobOf(at(0.5), { model: 'sdxl', refiner: 'sd15' });
    engine.send({ type: 'run', job });
    const { error } = await engine.expect('failed', ({ jobId }) => jobId === job.jobId);
    expect(error).toMatchObject({ code: 'not_allowed', details: { field: 'refiner' } });
  });
});
