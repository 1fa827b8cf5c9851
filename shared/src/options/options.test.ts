/** The table of options keeps its promises: ids, neutral values, what belongs to what, and the way through an infotext. */
import { describe, expect, it } from 'vitest';

import { textToImageParameters, textToImageRequest, type TextToImageParameters } from '../generation.ts';
import { readInfotext } from '../infotext/read.ts';
import { toRequest } from '../infotext/to-request.ts';
import { writeInfotext } from '../infotext/write.ts';
import { optionFromSetting, optionFromWebui, optionItems, WEBUI_FIELDS, WEBUI_SETTINGS } from './text.ts';
import {
  isNeutral,
  isRead,
  isWanted,
  OPTION_IDS,
  optionFields,
  optionOf,
  optionRow,
  pickOptions,
  settleOptions,
  type OptionValues,
} from './values.ts';

/** Numbers in [0, 1) that are the same each time. */
function* dice(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** A value an option may have: its neutral one now and then, the limits, and what lies between. */
function anyValue(id: (typeof OPTION_IDS)[number], roll: () => number): unknown {
  const { value } = optionRow(id);
  switch (value.kind) {
    case 'toggle':
      return roll() < 0.5;
    case 'choice':
      return value.choices[Math.floor(roll() * value.choices.length)]?.id;
    case 'model':
      return ['xl/sd_xl_refiner_1.0', 'fein, 国风: x', '512x512', 'None of these'][Math.floor(roll() * 4)];
    case 'number': {
      const { minimum, maximum, integer, multipleOf } = value.limit;
      const kind = roll();
      if (kind < 0.2 && value.neutral !== null) return value.neutral;
      if (kind < 0.3) return minimum;
      if (kind < 0.4) return maximum;
      const between = minimum + roll() * (maximum - minimum);
      if (multipleOf !== undefined) return Math.floor(between / multipleOf) * multipleOf;
      return integer ? Math.floor(between) : between;
    }
  }
}

const anyValues = (roll: () => number, share: number): OptionValues =>
  Object.fromEntries(OPTION_IDS.filter(() => roll() < share).map((id) => [id, anyValue(id, roll)])) as OptionValues;

const basics: TextToImageParameters = {
  type: 'text-to-image',
  prompt: 'a cat',
  negativePrompt: '',
  model: 'm',
  width: 512,
  height: 512,
  steps: 20,
  guidance: 7,
  sampler: 'euler',
  schedule: 'karras',
  seed: 1,
  count: 1,
  clipSkip: 1,
  rng: 'nv',
};
const descriptor = (id: string, label: string) => ({ id, label, aliases: [], summary: '' });
const catalogue = {
  samplers: [
    { ...descriptor('euler', 'Euler'), defaultSchedule: 'uniform', evaluationsPerStep: 1, isStochastic: false },
    { ...descriptor('ddim', 'DDIM'), defaultSchedule: 'uniform', evaluationsPerStep: 1, isStochastic: false },
  ],
  schedules: [descriptor('karras', 'Karras')],
};
const infotextOf = (values: OptionValues, sampler = 'euler'): string =>
  writeInfotext(
    { ...basics, ...values, sampler },
    {
      version: 'Easel 0',
      samplerLabel: sampler === 'ddim' ? 'DDIM' : 'Euler',
      scheduleLabel: 'Karras',
      modelName: null,
      modelSha256: null,
    },
  );
const readBack = (text: string): OptionValues => pickOptions(toRequest(readInfotext(text), catalogue).request);

describe('the table of options', () => {
  it.each(OPTION_IDS)('%s has a neutral value of its own kind and a sentence', (id) => {
    const { value, summary, label } = optionRow(id);
    expect(label.length).toBeGreaterThan(0);
    expect(summary.endsWith('.')).toBe(true);
    if (value.neutral !== null) expect(optionFields[id].safeParse(value.neutral).success).toBe(true);
    expect(optionFields[id].safeParse({}).success).toBe(false);
  });

  it('refers to options that are there, earlier in the table', () => {
    for (const [place, id] of OPTION_IDS.entries()) {
      const { needs } = optionRow(id);
      if (needs === undefined) continue;
      const at = OPTION_IDS.indexOf(needs.id as typeof id);
      expect(at).toBeGreaterThanOrEqual(0);
      expect(at).toBeLessThan(place);
    }
  });

  it('gives each key of an infotext and each name of the WebUI to one option or one pair of halves', () => {
    const keys = OPTION_IDS.map((id) => `${optionRow(id).infotext.key} ${optionRow(id).infotext.part ?? ''}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(WEBUI_FIELDS.size).toBe(OPTION_IDS.filter((id) => optionRow(id).webui?.field !== undefined).length);
    expect(new Set(WEBUI_SETTINGS.map(({ name }) => name)).size).toBe(WEBUI_SETTINGS.length);
  });
});

describe('options of a request', () => {
  it('are fields of it, checked as such', () => {
    const request = { prompt: 'p', sChurn: 4, tiling: 'x', refiner: 'r', sgmNoiseMultiplier: true };
    expect(textToImageRequest.parse(request)).toMatchObject(request);
    for (const wrong of [{ sChurn: -1 }, { tiling: 'z' }, { seedResizeWidth: 12 }, { ensd: 0.5 }, { refiner: '' }]) {
      expect(textToImageRequest.safeParse({ prompt: 'p', ...wrong }).success).toBe(false);
    }
    expect(textToImageParameters.parse(basics)).toEqual(basics);
  });

  it('have their neutral value where they are absent', () => {
    expect(optionOf({}, 'guidanceEnd')).toBe(1);
    expect(optionOf({}, 'eta')).toBeNull();
    expect(optionOf({ sNoise: 0 }, 'sNoise')).toBe(0);
    expect(isNeutral({ tiling: 'off' }, 'tiling')).toBe(true);
  });

  it('are left out where they are neutral, and complete where others belong to them', () => {
    expect(settleOptions({ tiling: 'off', sChurn: 0, sTmin: 3, variationSeed: 8 })).toEqual({});
    expect(settleOptions({ sChurn: 2 })).toEqual({ sChurn: 2, sTmin: 0, sTmax: 0 });
    expect(settleOptions({ refiner: 'r', refinerStrength: 0.5 })).toEqual({
      refiner: 'r',
      refinerMethod: 'switch',
      refinerSwitchAt: 0.8,
    });
    expect(isWanted({ refinerMethod: 'pass' }, 'refinerStrength')).toBe(false);
  });

  it('have one settled form, which is settled', () => {
    const rolls = dice(4);
    const roll = (): number => rolls.next().value;
    for (let round = 0; round < 300; round++) {
      const settled = settleOptions(anyValues(roll, 0.5));
      expect(settleOptions(settled)).toEqual(settled);
      expect(textToImageRequest.safeParse({ prompt: '', ...settled }).success).toBe(true);
    }
  });

  it('are read by whoever lists them', () => {
    const nobody = { sampler: undefined, schedule: undefined, families: [] };
    expect(isRead('tiling', nobody)).toBe(true);
    expect(isRead('sChurn', nobody)).toBe(false);
    expect(isRead('sChurn', { ...nobody, sampler: { options: ['sChurn'] } })).toBe(true);
    expect(isRead('rho', { ...nobody, sampler: { options: ['rho'] } })).toBe(false);
    expect(isRead('cropTop', { ...nobody, families: [undefined, { options: ['cropTop'] }] })).toBe(true);
  });
});

describe('options in an infotext', () => {
  it('come back from it as they were written', () => {
    const rolls = dice(7);
    const roll = (): number => rolls.next().value;
    for (let round = 0; round < 500; round++) {
      const settled = settleOptions(anyValues(roll, round % 10 === 0 ? 1 : 0.3));
      expect(readBack(infotextOf(settled, round % 2 === 0 ? 'euler' : 'ddim'))).toEqual(settled);
    }
  });

  it('leave no trace where they are neutral', () => {
    const neutral = Object.fromEntries(
      OPTION_IDS.map((id) => [id, optionRow(id).value.neutral]).filter(([, value]) => value !== null),
    ) as OptionValues;
    expect(infotextOf(neutral)).toBe(infotextOf({}));
    expect(optionItems(neutral, 'euler')).toEqual([]);
  });

  it('have the keys and the forms of the WebUI', () => {
    const text = infotextOf({
      variationSeed: 5,
      variationStrength: 0.2,
      seedResizeWidth: 512,
      seedResizeHeight: 640,
      ensd: 31337,
      sChurn: 3,
      sTmin: 0,
      sTmax: 0,
      tiling: 'both',
      refiner: 'sd_xl_refiner_1.0',
      refinerMethod: 'switch',
      refinerSwitchAt: 0.8,
      noiseSchedule: 'zero-terminal-snr',
      sgmNoiseMultiplier: true,
    });
    expect(text).toContain(
      'Variation seed strength: 0.2, Variation seed: 5, Seed resize from: 512x640, RNG: NV, Refiner: sd_xl_refiner_1.0, ' +
        'Refiner switch at: 0.8, Sigma churn: 3, ENSD: 31337, SGM noise multiplier: True, ' +
        'Noise Schedule: Zero Terminal SNR, Tiling: True, Version',
    );
    expect(infotextOf({ eta: 0.5 }, 'ddim')).toContain('Eta DDIM: 0.5');
    expect(infotextOf({ mimicScale: 7, thresholdPercentile: 99.5 })).toContain(
      'Mimic scale: 7, Dynamic thresholding enabled: True',
    );
  });

  it('are named where they cannot be taken over', () => {
    const { refused, request } = toRequest(
      readInfotext('cat\nSteps: 20, Sampler: Euler, Seed: 2, Sigma churn: much, Tiling: maybe, Eta: 7, NGMS: 2'),
      catalogue,
    );
    expect(refused.map(({ field }) => field).sort()).toEqual(['eta', 'sChurn', 'tiling']);
    expect(pickOptions(request)).toEqual({ ngms: 2, ngmsAllSteps: false });
  });
});

describe("options in the WebUI's API", () => {
  it('are read from numbers, texts and claims', () => {
    expect(optionFromWebui('tiling', true)).toBe('both');
    expect(optionFromWebui('tiling', false)).toBe('off');
    expect(optionFromWebui('sChurn', '2.5')).toBe(2.5);
    expect(optionFromWebui('noiseSchedule', 'Zero Terminal SNR')).toBe('zero-terminal-snr');
    expect(optionFromWebui('refiner', 'None')).toBeUndefined();
    expect(optionFromWebui('seedResizeWidth', -1)).toBeUndefined();
    expect(optionFromWebui('seedResizeWidth', 517)).toBe(512);
    expect(optionFromWebui('variationSeed', -1)).toBe(-1);
  });

  it('come from settings as far as these are for the sampler and not what they always are', () => {
    const read = (name: string, given: unknown, sampler: string): unknown => {
      const setting = WEBUI_SETTINGS.find((each) => each.name === name);
      return setting && optionFromSetting(setting, given, sampler);
    };
    expect(read('eta_ancestral', 0.5, 'euler-ancestral')).toBe(0.5);
    expect(read('eta_ancestral', 1, 'euler-ancestral')).toBeUndefined();
    expect(read('eta_ancestral', 0.5, 'ddim')).toBeUndefined();
    expect(read('eta_ddim', 0.5, 'ddim')).toBe(0.5);
    expect(read('eta_ddim', 0.5, 'euler-ancestral')).toBeUndefined();
    expect(read('sd_noise_schedule', 'Default', 'euler')).toBeUndefined();
  });
});
