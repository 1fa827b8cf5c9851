/** Options of a request: settled, drawn, and refused by name where they mean nothing. */
import type { Catalogue } from '@easel/shared/catalogue';
import type { StudioError } from '@easel/shared/errors';
import { OPTION_IDS, optionRow, type OptionValues } from '@easel/shared/options/values';
import { describe, expect, it } from 'vitest';

import { resolveOptions, type OptionContext } from './resolve-options.ts';

const entry = (id: string, options: string[] = []) => ({ id, label: id, aliases: [], summary: '', options });
const sampler = (id: string, options: string[], ignoresSchedule = false) => ({
  ...entry(id, options),
  defaultSchedule: 'karras',
  evaluationsPerStep: 1,
  isStochastic: false,
  ignoresSchedule,
});
const catalogue: Catalogue = {
  samplers: [
    sampler('euler', ['sChurn', 'sTmin', 'sTmax']),
    sampler('euler-ancestral', ['eta', 'ensd']),
    sampler('ddim', ['eta'], true),
  ],
  schedules: [entry('karras', ['sigmaMin', 'sigmaMax', 'rho']), entry('uniform')],
  families: [
    { ...entry('xl', ['cropTop']), nativeSize: 1024, latents: 'xl' },
    { ...entry('refiner', ['aestheticScore']), nativeSize: 1024, latents: 'xl' },
    { ...entry('other'), nativeSize: 512, latents: 'first' },
  ],
  rngs: [],
  options: OPTION_IDS.filter((id) => id !== 'tokenMerging').map((id) => ({
    id,
    label: id,
    summary: '',
    group: 'seed',
    kind: 'toggle',
    neutral: optionRow(id).value.neutral,
    readBy: optionRow(id).readBy,
    isCommon: false,
  })),
};
const resolve = (asked: OptionValues, context: Partial<OptionContext> = {}): OptionValues =>
  resolveOptions(asked, {
    sampler: 'euler',
    schedule: 'karras',
    families: ['xl'],
    catalogue,
    count: 2,
    drawSeed: () => 4711,
    isLenient: false,
    ...context,
  });
const refusal = (asked: OptionValues, context: Partial<OptionContext> = {}): StudioError => {
  try {
    resolve(asked, context);
  } catch (thrown) {
    return thrown as StudioError;
  }
  throw new Error('not refused');
};

describe('resolveOptions', () => {
  it('keeps what says something, completes it and drops the rest', () => {
    expect(resolve({ sChurn: 2, guidanceRescale: 0, ngmsAllSteps: true, cropTop: 8 })).toEqual({
      sChurn: 2,
      sTmin: 0,
      sTmax: 0,
      cropTop: 8,
    });
  });

  it('draws a variation seed that is left open, and keeps one that is given', () => {
    expect(resolve({ variationStrength: 0.1 })).toEqual({ variationStrength: 0.1, variationSeed: 4711 });
    expect(resolve({ variationStrength: 0.1, variationSeed: 0 }).variationSeed).toBe(0);
    expect(refusal({ variationStrength: 0.1, variationSeed: Number.MAX_SAFE_INTEGER })).toMatchObject({
      code: 'out_of_range',
      details: { field: 'variationSeed', limit: Number.MAX_SAFE_INTEGER - 1 },
    });
  });

  it('gives again what it has given', () => {
    const settled = resolve(
      { variationStrength: 0.5, refiner: 'r', aestheticScore: 7 },
      { families: ['xl', 'refiner'] },
    );
    expect(resolve(settled, { families: ['xl', 'refiner'], drawSeed: () => 0 })).toEqual(settled);
  });

  it.each<[OptionValues, Partial<OptionContext>, object]>([
    [{ eta: 0.5 }, {}, { field: 'eta', got: 0.5, limit: ['euler-ancestral', 'ddim'] }],
    [{ rho: 5 }, { schedule: 'uniform' }, { field: 'rho', limit: ['karras'] }],
    [{ rho: 5 }, { sampler: 'ddim' }, { field: 'rho', limit: ['karras'] }],
    [{ cropTop: 8 }, { families: ['sd1'] }, { field: 'cropTop', limit: ['xl'] }],
    [{ aestheticScore: 9 }, {}, { field: 'aestheticScore', limit: ['refiner'] }],
    [{ tokenMerging: 0.5 }, {}, { field: 'tokenMerging', hint: 'Leave it out.' }],
    [{ guidanceRescale: 0.7, mimicScale: 7 }, {}, { field: 'guidanceRescale' }],
  ])('refuses %j where nothing would come of it', (asked, context, details) => {
    expect(refusal(asked, context)).toMatchObject({ code: 'not_allowed', details });
    expect(refusal(asked, context).details.hint).toBeTruthy();
  });

  it('refuses halves and crossed bounds', () => {
    expect(refusal({ seedResizeWidth: 512 })).toMatchObject({
      code: 'field_required',
      details: { field: 'seedResizeHeight' },
    });
    expect(refusal({ sigmaMin: 1, sigmaMax: 0.5 })).toMatchObject({
      code: 'out_of_range',
      details: { field: 'sigmaMin', limit: 0.5 },
    });
    expect(refusal({ sChurn: 1, sTmin: 5, sTmax: 5 }).details.field).toBe('sTmin');
    expect(resolve({ sChurn: 1, sTmin: 5 })).toMatchObject({ sTmin: 5, sTmax: 0 });
  });

  it('refuses a refiner that reads other latents, before anything is loaded', () => {
    expect(refusal({ refiner: 'r' }, { families: ['xl', 'other'] })).toMatchObject({
      code: 'not_allowed',
      details: { field: 'refiner', got: 'r' },
    });
    expect(resolve({ refiner: 'r' }, { families: ['xl', null] }).refiner).toBe('r');
    expect(resolve({ refiner: 'r' }, { families: ['xl', 'refiner'] }).refiner).toBe('r');
  });

  it('leaves out what would be refused where it is lenient', () => {
    expect(
      resolve({ eta: 0.5, rho: 5, tokenMerging: 0.5, sChurn: 1 }, { isLenient: true, schedule: 'uniform' }),
    ).toEqual({
      sChurn: 1,
      sTmin: 0,
      sTmax: 0,
    });
  });
});
