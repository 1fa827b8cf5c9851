import { describe, expect, it } from 'vitest';

import type { Denoise, DenoiseBoth } from '../numeric/denoise.ts';
import { brownianNoise } from '../numeric/brownian.ts';
import { batchNoise, type NoiseSource } from '../numeric/noise-source.ts';
import { philoxNoise } from '../numeric/philox.ts';
import type { Sigma } from '../numeric/sigma.ts';
import { makeSigmaTable } from '../numeric/sigma-table.ts';
import { combine, concatBatch, scale, zeros, type Tensor } from '../numeric/tensor.ts';
import { schedules } from '../schedules/index.ts';
import { planSigmas } from '../schedules/plan.ts';
import { ancestralSplit } from './ancestral.ts';
import { euler } from './euler.ts';
import { eulerAncestral } from './euler-ancestral.ts';
import { findSampler, samplers } from './index.ts';
import type { SampleOptions, Sampler, Step } from './types.ts';

const table = makeSigmaTable();
const SHAPE = [1, 4, 3, 5];

/** A network that always sees the same picture. */
const picture = philoxNoise(99).draw(SHAPE);
const towards: Denoise = async () => picture;
/** One that depends on what it is shown. */
const shrinking: Denoise = async (x, sigma) => scale(x, 0.7 / (1 + sigma));

const silent: NoiseSource = { draw: (shape) => zeros(shape) };

async function walk(sampler: Sampler, denoise: Denoise, options: Partial<SampleOptions> = {}, steps = 12) {
  const sigmas = planSigmas(sampler, 'automatic', table, steps);
  const noise = options.noise ?? philoxNoise(5);
  const first = sigmas[0] as Sigma;
  const start = scale(philoxNoise(4).draw(SHAPE), sampler.initialScale?.(first) ?? first);
  const run = sampler.sample(denoise, start, sigmas, { ...options, noise });
  const walked: Step[] = [];
  for (;;) {
    const next = await run.next();
    if (next.done === true) return { steps: walked, end: next.value, sigmas };
    walked.push(next.value);
  }
}

const distance = (a: Tensor, b: Tensor): number =>
  Math.max(...a.data.map((value, i) => Math.abs(value - (b.data[i] as number))));

describe('the table of samplers', () => {
  it('has ids in kebab case, no name twice, and default schedules that exist', () => {
    const names = samplers.flatMap(({ id, label, aliases }) => [...new Set([id, ...aliases, label.toLowerCase()])]);
    expect(new Set(names).size).toBe(names.length);
    for (const { id, defaultSchedule } of samplers) {
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(schedules.map((schedule) => schedule.id)).toContain(defaultSchedule);
    }
  });

  it('answers an unknown id with the ids there are', () => {
    expect(() => findSampler('eulr')).toThrow(
      expect.objectContaining({
        code: 'unknown_sampler',
        details: expect.objectContaining({ limit: expect.arrayContaining(['euler']) }),
      }),
    );
  });
});

describe.each(samplers.map((sampler) => [sampler.id, sampler] as const))('sampler %s', (_id, sampler) => {
  it('arrives at the picture when the network always sees the same one', async () => {
    const { end, sigmas } = await walk(sampler, towards);
    const rest = sigmas.at(-1) as Sigma;
    expect(distance(end, picture)).toBeLessThan(rest === 0 ? 1e-4 : 5 * rest);
  });

  it.each([1, 2, 3, 40])('ends near the picture in %i steps too', async (steps) => {
    const { end, sigmas } = await walk(sampler, towards, {}, steps);
    expect(distance(end, picture)).toBeLessThan(0.01 + 5 * (sigmas.at(-1) as Sigma));
  });

  it('gives the same bytes for the same seed', async () => {
    const first = await walk(sampler, shrinking);
    expect((await walk(sampler, shrinking)).end).toEqual(first.end);
  });

  it(`${sampler.isStochastic ? 'depends' : 'does not depend'} on noise drawn on the way`, async () => {
    // Restart turns back from 20 steps on only.
    const asked = sampler.requestedEta === undefined ? {} : { eta: sampler.requestedEta };
    const one = await walk(sampler, shrinking, asked, 24);
    const other = await walk(sampler, shrinking, { ...asked, noise: philoxNoise(6) }, 24);
    expect(distance(one.end, other.end) > 0).toBe(sampler.isStochastic);
  });

  it('yields every step with the prediction for its latent, and counts them', async () => {
    const { steps } = await walk(sampler, shrinking);
    expect(steps.map(({ index }) => index)).toEqual(steps.map((_, i) => i));
    for (const { x, sigma, denoised } of steps) expect(denoised).toEqual(await shrinking(x, sigma));
    expect(steps.at(-1)?.count).toBe(steps.length);
  });

  it('does not write into the latent it was given, nor into one it has yielded', async () => {
    const sigmas = planSigmas(sampler, 'automatic', table, 4);
    const start = scale(philoxNoise(4).draw(SHAPE), 14);
    const copy = start.data.slice();
    const seen: [Tensor, Float32Array][] = [];
    for await (const step of sampler.sample(shrinking, start, sigmas, { noise: philoxNoise(5) }))
      seen.push([step.x, step.x.data.slice()]);
    expect(start.data).toEqual(copy);
    for (const [x, before] of seen) expect(x.data).toEqual(before);
  });

  it('names the step at which the picture was lost', async () => {
    const sigmas = planSigmas(sampler, 'automatic', table, 12);
    let isBroken = false;
    const breaking: Denoise = async (x) => (isBroken ? scale(x, NaN) : scale(x, 0.5));
    const run = sampler.sample(breaking, scale(philoxNoise(4).draw(SHAPE), 14), sigmas, { noise: philoxNoise(5) });
    for (let i = 0; i < 3; i++) await run.next();
    isBroken = true;
    await expect(run.next()).rejects.toThrow(
      expect.objectContaining({ code: 'not_finite', details: expect.objectContaining({ step: 4 }) }),
    );
  });

  it('lets the latent be corrected after every step', async () => {
    const levels: number[] = [];
    const { steps, sigmas } = await walk(sampler, shrinking, {
      correct: (x, sigma) => {
        levels.push(sigma);
        return scale(x, 0);
      },
    });
    expect(levels.at(-1)).toBeCloseTo(sigmas.at(-1) as Sigma, 6);
    expect(levels.length).toBeLessThanOrEqual(steps.length);
    expect(steps[1]?.denoised.data.every((value) => value === 0)).toBe(true);
  });
});

describe('ancestral samplers', () => {
  it('are deterministic Euler at eta 0', async () => {
    const ancestral = await walk(eulerAncestral, shrinking, { eta: 0 });
    expect(ancestral.end).toEqual((await walk(euler, shrinking)).end);
  });

  it('split a step so that both parts give the level back', () => {
    for (const eta of [0, 0.3, 1]) {
      const { down, up } = ancestralSplit(3, 1.4, eta);
      expect(Math.hypot(down, up)).toBeCloseTo(1.4, 6);
    }
    expect(ancestralSplit(3, 0, 1)).toEqual({ down: 0, up: 0 });
  });

  it('add noise in proportion to sNoise', async () => {
    expect((await walk(eulerAncestral, shrinking, { sNoise: 0 })).end).toEqual(
      (await walk(eulerAncestral, shrinking, { noise: silent })).end,
    );
  });
});

describe('DPM adaptive', () => {
  it('arrives even when the network has no smoothness at all', async () => {
    let count = 0;
    const jumping: Denoise = async (x) => scale(picture, count++ % 2 === 0 ? 1e4 : -1e4 / (1 + x.data.length));
    const { end } = await walk(findSampler('dpm-adaptive'), jumping);
    expect(end.data.every(Number.isFinite)).toBe(true);
  });
});

describe('churn', () => {
  it('raises the level of a step by at most the square root of 2', async () => {
    const { steps, sigmas } = await walk(euler, shrinking, { sChurn: 1000 });
    steps.forEach(({ sigma }, i) => expect(sigma / (sigmas[i] as number)).toBeCloseTo(Math.SQRT2, 6));
  });

  it('leaves levels outside its window alone', async () => {
    const { steps, sigmas } = await walk(euler, shrinking, { sChurn: 3, sTmin: 1, sTmax: 5 });
    steps.forEach(({ sigma }, i) => {
      const level = sigmas[i] as number;
      expect(sigma > level).toBe(level >= 1 && level <= 5);
    });
  });
});

describe('DDIM', () => {
  it('walks the levels of timesteps 1, 1 + d, 1 + 2d, ... whatever the schedule', () => {
    const ddim = findSampler('ddim');
    const levels = planSigmas(ddim, 'karras', table, 10);
    expect(levels).toHaveLength(10);
    expect(levels.at(-1)).toBeCloseTo(table.sigmas[1] as number, 6);
    expect(levels[0]).toBeCloseTo(table.sigmas[901] as number, 5);
  });

  it.each([1, 2, 3, 30, 150])('takes at least one step when asked for %i', async (steps) => {
    expect((await walk(findSampler('ddim'), towards, {}, steps)).steps.length).toBeGreaterThan(0);
  });
});

describe('CFG++', () => {
  const other: Denoise = async (x, sigma) => scale(x, 0.2 / (1 + sigma));
  const both: DenoiseBoth = async (x, sigma) => ({
    denoised: await shrinking(x, sigma),
    unconditional: await other(x, sigma),
  });

  it('is the ordinary method where both predictions agree', async () => {
    for (const [plusPlus, plain] of [
      ['euler-cfgpp', 'euler'],
      ['euler-ancestral-cfgpp', 'euler-ancestral'],
      ['ddim-cfgpp', 'ddim'],
      ['dpmpp-2m-cfgpp', 'dpmpp-2m'],
      ['dpmpp-2s-ancestral-cfgpp', 'dpmpp-2s-ancestral'],
      ['res-multistep-cfgpp', 'res-multistep'],
      ['res-multistep-ancestral-cfgpp', 'res-multistep-ancestral'],
    ] as const) {
      const { end } = await walk(findSampler(plusPlus), shrinking);
      expect(distance(end, (await walk(findSampler(plain), shrinking)).end)).toBeLessThan(1e-5);
    }
  });

  it('takes the picture from the guided prediction and the noise from the other', async () => {
    const never: Denoise = () => Promise.reject(new Error('asked for one prediction'));
    const { steps } = await walk(findSampler('euler-cfgpp'), never, { denoiseBoth: both });
    const [first, second] = steps as [Step, Step];
    const { denoised, unconditional } = await both(first.x, first.sigma);
    const noise = combine(1 / first.sigma, first.x, -1 / first.sigma, unconditional);
    expect(distance(second.x, combine(1, denoised, second.sigma, noise))).toBeLessThan(1e-4);
  });
});

describe('a batch', () => {
  const seeds = [7, 8, 9];
  /** What each row becomes depends on the row alone. */
  const rowwise: Denoise = async (x, sigma) => ({ ...x, data: x.data.map((value) => Math.tanh(value) / (1 + sigma)) });
  // It chooses its steps by the error of all rows together; jobs walk picture by picture.
  const stepwise = samplers.filter(({ id }) => id !== 'dpm-adaptive');

  const sourcesOf = (sampler: Sampler, seed: number, sigmas: readonly Sigma[]): NoiseSource =>
    sampler.usesBrownianNoise === true ? brownianNoise(seed, sigmas, philoxNoise) : philoxNoise(seed + 1000);

  async function endOf(sampler: Sampler, seedsOfRows: readonly number[]): Promise<Tensor> {
    const sigmas = planSigmas(sampler, 'automatic', table, 22);
    const first = sigmas[0] as Sigma;
    const start = scale(
      batchNoise(seedsOfRows.map(philoxNoise)).draw([seedsOfRows.length, ...SHAPE.slice(1)]),
      sampler.initialScale?.(first) ?? first,
    );
    const noise = batchNoise(seedsOfRows.map((seed) => sourcesOf(sampler, seed, sigmas)));
    const run = sampler.sample(rowwise, start, sigmas, { noise });
    let step = await run.next();
    while (step.done !== true) step = await run.next();
    return step.value;
  }

  it.each(stepwise.map((sampler) => [sampler.id, sampler] as const))(
    'gives with %s what its pictures would have become alone, to the last bit',
    async (_id, sampler) => {
      const together = await endOf(sampler, seeds);
      const alone: Tensor[] = [];
      for (const seed of seeds) alone.push(await endOf(sampler, [seed]));
      expect(together).toEqual(concatBatch(alone));
      expect(alone[0]?.data).not.toEqual(alone[1]?.data);
    },
  );
});

/**
 * Pictures that are normally distributed around 0: the flow has a closed form, x(sigma) = x0 sqrt(v + sigma^2) / sqrt(v +
 * sigma0^2), so how fast a sampler's error falls with its steps can be measured.
 */
describe('order of convergence', () => {
  const variance = 0.25;
  const gaussian: Denoise = async (x, sigma) => scale(x, variance / (variance + sigma * sigma));
  const [high, low] = [10, 0.5];

  async function errorIn(id: string, steps: number, options: Partial<SampleOptions> = {}): Promise<number> {
    const levels = Array.from({ length: steps + 1 }, (_, i) => (high * (low / high) ** (i / steps)) as Sigma);
    const start = scale(picture, high);
    const run = findSampler(id).sample(gaussian, start, levels, { noise: silent, ...options });
    let step = await run.next();
    while (step.done !== true) step = await run.next();
    const rest = findSampler(id).initialScale === undefined ? 1 : Math.hypot(low, 1);
    const exact = scale(start, Math.sqrt((variance + low * low) / (variance + high * high)));
    return distance(scale(step.value, rest), exact);
  }

  it.each([
    ['euler', 1],
    ['heun', 2],
    ['dpm-2', 2],
    ['lms', 3],
    ['plms', 2],
    ['ddim', 1],
    ['dpmpp-2m', 2],
    ['dpmpp-3m', 2],
    ['dpm-2m', 2],
    ['dpmpp-2s', 2],
    ['dpmpp-3s', 2],
    ['deis', 2],
    ['ipndm', 2],
    ['pndm', 2],
    ['res-multistep', 2],
    ['unipc', 2],
  ])('%s is of order %f or better', async (id, order) => {
    const [coarse, fine] = [await errorIn(id, 60), await errorIn(id, 120)];
    expect(Math.log2(coarse / fine)).toBeGreaterThan(order - 0.35);
  });

  it.each([
    ['dpmpp-2m-sde', 2],
    ['dpmpp-2m-sde-heun', 2],
    ['dpmpp-3m-sde', 2],
    ['sa-solver', 2],
    ['dpmpp-2s-ancestral', 2],
  ])('%s without noise is of order %f or better', async (id, order) => {
    const [coarse, fine] = [await errorIn(id, 60, { eta: 0 }), await errorIn(id, 120, { eta: 0 })];
    expect(Math.log2(coarse / fine)).toBeGreaterThan(order - 0.35);
  });
});
