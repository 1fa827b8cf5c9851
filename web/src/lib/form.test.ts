import { textToImageParameters, textToImageRequest } from '@easel/shared/generation';
import { LIMITS } from '@easel/shared/units';
import { describe, expect, it } from 'vitest';

import { CATALOGUE, MODELS, PARAMETERS } from '../../test/support/samples.ts';
import {
  EMPTY_FORM,
  formOf,
  modelOf,
  remixOf,
  requestOf,
  valuesOf,
  withChange,
  withModel,
  withoutChanges,
  withSize,
} from './form.ts';
import { drawSeed, shownSeedOf } from './seed.ts';

const [small, large] = MODELS.models;
if (!small?.defaults || !large?.defaults) throw new Error('the samples have two usable models');
const limit = CATALOGUE.limits['width'] ?? LIMITS.width;

describe('the form and its request', () => {
  it('sends back exactly what a picture was made from after "use all"', () => {
    const form = formOf(PARAMETERS, MODELS);
    expect(requestOf(form, modelOf(form, MODELS))).toEqual(PARAMETERS);
  });

  it('sends exactly the same even if every value is the model’s default', () => {
    const plain = { ...PARAMETERS, ...small.defaults, model: 'small' };
    const form = formOf(plain, MODELS);
    expect(form.changes).toEqual({});
    expect(requestOf(form, modelOf(form, MODELS))).toEqual(plain);
  });

  it('says what the prompts were drawn from while they are those of the picture, and no longer', () => {
    const template = { prompt: 'a {red|blue} house', negativePrompt: '', styles: ['Oil'] };
    const drawn = { ...PARAMETERS, template };
    const form = formOf(drawn, MODELS);
    expect(requestOf(form, modelOf(form, MODELS))).toEqual(drawn);
    const edited = requestOf({ ...form, prompt: 'a {red|green} house' }, modelOf(form, MODELS));
    expect(edited).not.toHaveProperty('template');
    const styled = requestOf({ ...form, styles: ['Ink'] }, modelOf(form, MODELS));
    expect(styled).toMatchObject({ styles: ['Ink'] });
    expect(styled).not.toHaveProperty('template');
  });

  it('keeps every value where the model is gone, so that the server can say so', () => {
    const form = formOf({ ...PARAMETERS, model: 'elsewhere' }, MODELS);
    expect(requestOf(form, modelOf(form, MODELS))).toEqual({ ...PARAMETERS, model: 'elsewhere' });
  });

  it('names every value from the first press on, with a seed to be drawn', () => {
    const request = requestOf({ ...EMPTY_FORM, prompt: 'a house' }, small);
    expect(textToImageParameters.parse(request)).toEqual(request);
    expect(request).toMatchObject({ model: 'small', steps: 20, seed: -1, count: 1 });
  });

  it('stays a valid request where no model is known', () => {
    const nothing = { models: [], defaultModel: null, roots: [] };
    const request = requestOf({ ...EMPTY_FORM, prompt: 'x' }, modelOf(EMPTY_FORM, nothing));
    expect(textToImageRequest.parse(request)).toEqual(request);
    expect(request.model).toBeUndefined();
  });

  it('remixes everything but the seed', () => {
    const form = remixOf(PARAMETERS, MODELS, { ...EMPTY_FORM, count: 4 });
    const { seed, count, ...others } = requestOf(form, modelOf(form, MODELS));
    const { seed: _, count: __, ...expected } = PARAMETERS;
    expect(others).toEqual(expected);
    expect(seed).toBe(-1);
    expect(count).toBe(4);
  });
});

describe('changes from the defaults', () => {
  it('are none when the default is chosen again', () => {
    const changed = withChange(EMPTY_FORM, 'steps', 30, small.defaults);
    expect(changed.changes).toEqual({ steps: 30 });
    expect(withChange(changed, 'steps', 20, small.defaults).changes).toEqual({});
  });

  it('go away by a reset, one or all', () => {
    const changed = withSize(
      withChange(EMPTY_FORM, 'steps', 30, small.defaults),
      { width: 152, height: 112 },
      small.defaults,
    );
    expect(withoutChanges(changed, ['width', 'height']).changes).toEqual({ steps: 30 });
    expect(withoutChanges(changed).changes).toEqual({});
  });

  it('stay when the model is changed, while the rest follows the new model', () => {
    const changed = withChange(EMPTY_FORM, 'steps', 30, small.defaults);
    const moved = withModel(changed, small, large, limit);
    expect(valuesOf(moved, large)).toMatchObject({ steps: 30, guidance: 7, width: 512 });
  });

  it('keep the shape of the picture when the model has another native size', () => {
    const wide = withSize(EMPTY_FORM, { width: 152, height: 112 }, small.defaults);
    const { width, height } = valuesOf(withModel(wide, small, large, limit), large) ?? { width: 0, height: 0 };
    expect(width / height).toBeCloseTo(4 / 3, 1);
    expect(width * height).toBeGreaterThan(500 * 500);
  });
});

describe('the seed', () => {
  it('is the locked one, also when it is 0', () => {
    expect(requestOf({ ...EMPTY_FORM, seed: 0, isSeedLocked: true }, small).seed).toBe(0);
  });

  it('is drawn anew when it is not locked, whatever is shown', () => {
    expect(requestOf({ ...EMPTY_FORM, seed: 7, isSeedLocked: false }, small).seed).toBe(-1);
  });

  it('shows the one last drawn until another is locked', () => {
    expect(shownSeedOf({ seed: null, isSeedLocked: false }, undefined)).toBeNull();
    expect(shownSeedOf({ seed: 7, isSeedLocked: false }, 9)).toBe(9);
    expect(shownSeedOf({ seed: 7, isSeedLocked: true }, 9)).toBe(7);
  });

  it('is drawn from the range every peer can repeat', () => {
    for (let index = 0; index < 200; index++) {
      const seed = drawSeed();
      expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true);
    }
  });
});
