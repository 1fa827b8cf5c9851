import type { Catalogue } from '@easel/shared/catalogue';
import type { CheckpointOverrides } from '@easel/shared/checkpoint';
import type { StudioError } from '@easel/shared/errors';
import type { GenerationDefaults, GenerationParameters, GenerationRequest } from '@easel/shared/generation';
import { describeOption } from '@easel/shared/options/describe';
import { describe, expect, it } from 'vitest';

import { resolveRequest } from './resolve-request.ts';

const entry = (id: string, label: string, aliases: string[] = []) => ({ id, label, aliases, summary: '' });
const catalogue: Catalogue = {
  samplers: [
    { ...entry('euler', 'Euler', ['k_euler']), defaultSchedule: 'uniform', evaluationsPerStep: 1, isStochastic: false },
    {
      ...entry('dpmpp-2m', 'DPM++ 2M', ['k_dpmpp_2m']),
      defaultSchedule: 'karras',
      evaluationsPerStep: 1,
      isStochastic: false,
    },
  ],
  schedules: [entry('uniform', 'Uniform'), entry('karras', 'Karras'), entry('exponential', 'Exponential')],
  families: [],
  rngs: [],
  options: [],
};
const defaults: GenerationDefaults = {
  width: 512,
  height: 768,
  steps: 20,
  guidance: 7,
  sampler: 'euler',
  schedule: 'exponential',
  clipSkip: 1,
  rng: 'nv',
};
const resolve = (
  request: Partial<GenerationRequest>,
  suggested: Partial<GenerationDefaults> = {},
): GenerationParameters =>
  resolveRequest(
    { type: 'text-to-image', prompt: 'p', ...request },
    { id: 'm', defaults: { ...defaults, ...suggested } },
    catalogue,
    () => 4711,
  );
const refusal = (request: Partial<GenerationRequest>): StudioError => {
  try {
    resolve(request);
  } catch (thrown) {
    return thrown as StudioError;
  }
  throw new Error('not refused');
};

describe('resolveRequest', () => {
  it('takes every open field from the model and draws the seed', () => {
    expect(resolve({})).toEqual({
      type: 'text-to-image',
      prompt: 'p',
      negativePrompt: '',
      model: 'm',
      ...defaults,
      seed: 4711,
      count: 1,
    });
  });

  it('keeps what was asked, zero and all', () => {
    const asked = {
      negativePrompt: 'n',
      width: 64,
      height: 128,
      steps: 1,
      guidance: 1,
      seed: 0,
      count: 16,
      clipSkip: 2,
      rng: 'cpu',
    } as const;
    expect(resolve(asked)).toMatchObject(asked);
  });

  it('resolves to itself when it is asked again', () => {
    const parameters = resolve({ sampler: 'k_dpmpp_2m' });
    expect(resolve(parameters)).toEqual(parameters);
  });

  it('draws a seed for -1', () => {
    expect(resolve({ seed: -1 }).seed).toBe(4711);
  });

  it.each([
    ['Euler', undefined, 'euler', 'exponential'],
    ['euler', 'automatic', 'euler', 'uniform'],
    ['DPM++ 2M', undefined, 'dpmpp-2m', 'karras'],
    ['k_dpmpp_2m', 'Exponential', 'dpmpp-2m', 'exponential'],
    ['DPM++ 2M Exponential', undefined, 'dpmpp-2m', 'exponential'],
    ['dpm++ 2m karras', 'uniform', 'dpmpp-2m', 'uniform'],
    [undefined, 'KARRAS', 'euler', 'karras'],
  ])('takes sampler %j with schedule %j for %s and %s', (sampler, schedule, expectedSampler, expectedSchedule) => {
    expect(resolve({ sampler, schedule })).toMatchObject({ sampler: expectedSampler, schedule: expectedSchedule });
  });

  it('takes the schedule of the sampler when the model leaves it open', () => {
    expect(
      resolveRequest(
        { type: 'text-to-image', prompt: '' },
        { id: 'm', defaults: { ...defaults, sampler: 'dpmpp-2m', schedule: 'automatic' } },
        catalogue,
        () => 0,
      ).schedule,
    ).toBe('karras');
  });

  it('refuses an unknown sampler with all ids and the near ones', () => {
    const { code, details } = refusal({ sampler: 'eulerr' });
    expect(code).toBe('unknown_sampler');
    expect(details).toEqual({
      field: 'sampler',
      limit: ['euler', 'dpmpp-2m'],
      got: 'eulerr',
      hint: 'Did you mean euler?',
    });
    expect(refusal({ sampler: 'watercolour' }).details.hint).toBe('One of: euler, dpmpp-2m.');
  });

  it('refuses an unknown schedule likewise', () => {
    expect(refusal({ schedule: 'karas' })).toMatchObject({
      code: 'unknown_schedule',
      details: { field: 'schedule', hint: 'Did you mean karras?' },
    });
  });

  it('refuses a seed whose last picture would pass the limit', () => {
    expect(resolve({ seed: Number.MAX_SAFE_INTEGER, count: 1 }).seed).toBe(Number.MAX_SAFE_INTEGER);
    expect(refusal({ seed: Number.MAX_SAFE_INTEGER, count: 2 })).toMatchObject({
      code: 'out_of_range',
      details: { field: 'seed', limit: Number.MAX_SAFE_INTEGER - 1 },
    });
  });

  describe("a person's corrections of the model", () => {
    const offering: Catalogue = {
      ...catalogue,
      families: [
        { ...entry('stable-diffusion-2', 'Stable Diffusion 2'), latents: 'first', nativeSide: 768, options: [] },
      ] as unknown as Catalogue['families'],
      options: (['prediction', 'noiseSchedule'] as const).map(describeOption),
    };
    const corrected = (request: Partial<GenerationRequest>, overrides: CheckpointOverrides): GenerationParameters =>
      resolveRequest(
        { type: 'text-to-image', prompt: 'p', ...request },
        { id: 'm', defaults, overrides },
        offering,
        () => 4711,
      );

    it('stand with the request, so that the picture can be made again', () => {
      const overrides = { family: 'stable-diffusion-2', prediction: 'v', zeroTerminalSnr: true } as const;
      const parameters = corrected({}, overrides);
      expect(parameters).toMatchObject({
        family: 'stable-diffusion-2',
        prediction: 'v',
        noiseSchedule: 'zero-terminal-snr',
      });
      expect(corrected(parameters, {})).toEqual(parameters);
      expect(corrected({}, { zeroTerminalSnr: false })).toMatchObject({ noiseSchedule: 'default' });
    });

    it('give way to what the request says itself', () => {
      expect(corrected({ prediction: 'epsilon' }, { prediction: 'v' })).toMatchObject({ prediction: 'epsilon' });
    });

    it('are left out where there are none', () => {
      expect(corrected({}, {})).not.toHaveProperty('prediction');
      expect(corrected({}, {})).not.toHaveProperty('family');
    });

    it('name no family that is not there', () => {
      expect(() => corrected({ family: 'stable-diffusion-9' }, {})).toThrow('there is no family "stable-diffusion-9"');
    });
  });
});
