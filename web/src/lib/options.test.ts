import { OPTIONS } from '@easel/shared/options/table';
import { OPTION_IDS } from '@easel/shared/options/values';
import { textToImageRequest } from '@easel/shared/generation';
import { describe, expect, it } from 'vitest';

import { CATALOGUE, MODELS, PARAMETERS } from '../../test/support/samples.ts';
import { EMPTY_FORM, formOf, modelOf, remixOf, requestOf } from './form.ts';
import { optionsZhCN } from './locales/options/zh-cn.ts';
import { addOptionWords, optionWords } from './option-words.ts';
import { isInForce, readersOf, sentOptions, withOption, withoutOptions } from './options.ts';

const small = modelOf(EMPTY_FORM, MODELS);
const optionOf = (id: string) => CATALOGUE.options.find((option) => option.id === id)!;

describe('the options of a form', () => {
  it('hold only what is not neutral', () => {
    const set = withOption(withOption({}, 'tiling', 'x'), 'guidanceRescale', 0.5);
    expect(set).toEqual({ tiling: 'x', guidanceRescale: 0.5 });
    expect(withOption(set, 'tiling', 'off')).toEqual({ guidanceRescale: 0.5 });
    expect(withOption(set, 'tiling', undefined)).toEqual({ guidanceRescale: 0.5 });
    expect(withoutOptions(set)).toEqual({});
  });

  it('are in force where the sampler, the schedule or a model reads them and what they belong to is set', () => {
    const plain = { changes: {}, options: {} };
    const euler = { changes: { sampler: 'euler' }, options: {} };
    const at = (form: typeof plain | typeof euler, id: string, options = {}) =>
      isInForce(optionOf(id), options, readersOf(form, small, CATALOGUE, MODELS));
    expect([at(plain, 'sChurn'), at(euler, 'sChurn')]).toEqual([false, true]);
    expect([at(euler, 'sTmin'), at(euler, 'sTmin', { sChurn: 2 })]).toEqual([false, true]);
    // The small model's schedule is automatic, which is Karras for both samplers.
    expect(at(plain, 'rho')).toBe(true);
    expect(at(plain, 'cropTop')).toBe(false);
  });

  it('are sent complete, but for what nothing would read', () => {
    const form = { ...EMPTY_FORM, options: { sChurn: 2, variationStrength: 0.5, cropTop: 8 } };
    const readers = readersOf(form, small, CATALOGUE, MODELS);
    expect(sentOptions(form.options, readers)).toEqual({ variationStrength: 0.5, variationSeed: -1 });
    const request = requestOf(form, small, readers);
    expect(textToImageRequest.parse(request)).toEqual(request);
    expect(request).not.toHaveProperty('sChurn');
  });

  it('come back whole by "use all", and without the variation seed by "remix"', () => {
    const options = { variationStrength: 0.5, variationSeed: 9, tiling: 'x' } as const;
    const made = { ...PARAMETERS, ...options };
    const form = formOf(made, MODELS);
    expect(requestOf(form, modelOf(form, MODELS))).toEqual(made);
    expect(remixOf(made, MODELS, EMPTY_FORM).options).toEqual({ variationStrength: 0.5, tiling: 'x' });
  });
});

describe('the words of options', () => {
  it('are there in Chinese for each option and each of its choices, and for no other', () => {
    expect(Object.keys(optionsZhCN).sort()).toEqual([...OPTION_IDS].sort());
    for (const id of OPTION_IDS) {
      const { value } = OPTIONS[id];
      const ids = value.kind === 'choice' ? value.choices.map((choice) => choice.id) : [];
      expect(Object.keys(optionsZhCN[id]?.choices ?? {}).sort(), id).toEqual([...ids].sort());
    }
  });

  it('are the engine’s where a language has none', () => {
    expect(optionWords(optionOf('tiling'), 'fr').choices[0]).toEqual({ id: 'off', label: 'Off' });
    addOptionWords('zh-CN', optionsZhCN);
    expect(optionWords(optionOf('tiling'), 'zh-CN').choices[0]).toEqual({ id: 'off', label: '关闭' });
  });
});
