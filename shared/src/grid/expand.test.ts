import { describe, expect, it } from 'vitest';

import type { StudioError } from '../errors.ts';
import type { TextToImageRequest } from '../generation.ts';
import { gridRequest, type GridAxis } from '../http/grids.ts';
import { AXES } from './axes.ts';
import { cellsOf, expandAxes, gridSettings, headingOf, runOrder, shownAxisOf, type GridContext } from './expand.ts';

const entry = (id: string, label: string, aliases: string[] = []) => ({ id, label, aliases, summary: '' });
const sampler = (id: string, label: string) => ({
  ...entry(id, label),
  defaultSchedule: 'karras',
  evaluationsPerStep: 1,
  isStochastic: false,
});
const context = (seeds: number[] = []): GridContext => ({
  catalogue: {
    samplers: [sampler('euler-ancestral', 'Euler a'), sampler('dpmpp-2m', 'DPM++ 2M')],
    schedules: [entry('karras', 'Karras')],
    rngs: [entry('nv', 'NV'), entry('cpu', 'CPU')],
  },
  drawSeed: () => seeds.shift() ?? 0,
});

const REQUEST: TextToImageRequest = {
  type: 'text-to-image',
  prompt: 'a red house, a lake <lora:riso:0.5>',
  negativePrompt: 'red sky',
  seed: 7,
};
const axis = (type: string, values: string, name?: string): GridAxis => ({
  type,
  values,
  ...(name === undefined ? {} : { name }),
});
const cells = (...axes: GridAxis[]) => cellsOf(REQUEST, expandAxes({ request: REQUEST, axes }, context()));
const refusalOf = (...axes: GridAxis[]): StudioError => {
  try {
    cells(...axes);
  } catch (thrown) {
    return thrown as StudioError;
  }
  throw new Error('was taken');
};

describe('the cells of a grid', () => {
  it('are every value of X with every value of Y and Z, X fastest', () => {
    const made = cells(axis('steps', '4, 8'), axis('guidance', '2, 7.5'), axis('clipSkip', '1-2'));
    expect(made).toHaveLength(8);
    expect(made.map(({ request }) => [request.steps, request.guidance, request.clipSkip]).slice(0, 5)).toEqual([
      [4, 2, 1],
      [8, 2, 1],
      [4, 7.5, 1],
      [8, 7.5, 1],
      [4, 2, 2],
    ]);
    expect(made[5]).toMatchObject({ index: 5, place: [1, 0, 1], request: { seed: 7, prompt: REQUEST.prompt } });
  });

  it('name samplers as people do, with the schedule of an old name', () => {
    const requests = cells(axis('sampler', 'Euler a, DPM++ 2M Karras')).map(({ request }) => request);
    expect(requests.map((each) => [each.sampler, each.schedule])).toEqual([
      ['euler-ancestral', undefined],
      ['dpmpp-2m', 'karras'],
    ]);
  });

  it('draw a seed for each -1, once for a whole column', () => {
    const axes = expandAxes(
      { request: REQUEST, axes: [axis('seed', '-1, 5, -1'), axis('steps', '1, 2')] },
      context([11, 12]),
    );
    expect(cellsOf(REQUEST, axes).map(({ request }) => request.seed)).toEqual([11, 5, 12, 11, 5, 12]);
    expect(axes.map(shownAxisOf)[0]?.entries).toEqual(['11', '5', '12']);
  });

  it('replace the first text by the others, in both prompts', () => {
    const requests = cells(axis('promptSearch', 'red, "blue, old", ""')).map(({ request }) => request);
    expect(requests.map((each) => [each.prompt.slice(0, 18), each.negativePrompt])).toEqual([
      ['a red house, a lak', 'red sky'],
      ['a blue, old house,', 'blue, old sky'],
      ['a  house, a lake <', ' sky'],
    ]);
  });

  it('have parts of the prompt in every order', () => {
    const requests = cells(axis('promptOrder', 'a red house, a lake')).map(({ request }) => request.prompt);
    expect(requests).toEqual(['a red house, a lake <lora:riso:0.5>', 'a lake, a red house <lora:riso:0.5>']);
  });

  it('weigh a LoRA that is in the prompt, and add one that is not', () => {
    expect(cells(axis('lora', '0-1 [3]', 'Riso')).map(({ request }) => request.prompt)).toEqual([
      'a red house, a lake <lora:riso:0>',
      'a red house, a lake <lora:riso:0.5>',
      'a red house, a lake <lora:riso:1>',
    ]);
    expect(cells(axis('lora', '-0.5', 'ink')).map(({ request }) => request.prompt)).toEqual([
      'a red house, a lake <lora:riso:0.5> <lora:ink:-0.5>',
    ]);
  });

  it('keep what else a LoRA tag says', () => {
    const request = { ...REQUEST, prompt: '<lora:a:1:0.5:8:step=2-> x <lyco:a:1:unet=0.3:lbw=MIDD>' };
    const axes = expandAxes({ request, axes: [axis('lora', '0.7', 'a')] }, context());
    expect(cellsOf(request, axes)[0]?.request.prompt).toBe('<lora:a:0.7:0.7:8:step=2-> x <lyco:a:0.7:lbw=MIDD>');
  });

  it('set sizes, switches, choices, files and whole prompts', () => {
    expect(cells(axis('size', '64x128, 96 × 64')).map(({ request }) => [request.width, request.height])).toEqual([
      [64, 128],
      [96, 64],
    ]);
    expect(cells(axis('sgmNoiseMultiplier', 'on, false')).map(({ request }) => request.sgmNoiseMultiplier)).toEqual([
      true,
      false,
    ]);
    expect(cells(axis('tiling', 'off, In both directions')).map(({ request }) => request.tiling)).toEqual([
      'off',
      'both',
    ]);
    expect(cells(axis('vae', 'None, Automatic, vae:soft')).map(({ request }) => request.vae)).toEqual([
      'none',
      undefined,
      'vae:soft',
    ]);
    expect(cells(axis('styles', 'none, Ink')).map(({ request }) => request.styles)).toEqual([undefined, ['Ink']]);
    expect(cells(axis('prompt', 'one, "two, three"')).map(({ request }) => request.prompt)).toEqual([
      'one',
      'two, three',
    ]);
  });

  it('are refused by the axis that is wrong', () => {
    expect(refusalOf(axis('steps', '4'), axis('guidance', '2, lots'))).toMatchObject({
      code: 'bad_axis',
      message: 'Y, Guidance: "lots" is no number and no range.',
      details: { field: 'axes.1.values', reason: 'not_a_number', got: 'lots' },
    });
    expect(refusalOf(axis('sampler', 'Nobody')).details).toMatchObject({
      reason: 'unknown_choice',
      limit: ['euler-ancestral', 'dpmpp-2m'],
    });
    expect(refusalOf(axis('promptSearch', 'green, red')).details['reason']).toBe('not_in_prompt');
    expect(refusalOf(axis('promptOrder', 'house, red house')).details['reason']).toBe('not_in_prompt');
    expect(refusalOf(axis('promptOrder', 'a,r,e,d,h,o,u')).details['reason']).toBe('too_many');
    expect(refusalOf(axis('lora', '1', ' ')).details).toMatchObject({ reason: 'no_name', field: 'axes.0.name' });
    expect(refusalOf(axis('steps', '1'), axis('steps', '2')).details).toMatchObject({ reason: 'same_axis' });
    expect(refusalOf(axis('size', '512')).details['reason']).toBe('not_a_size');
    expect(refusalOf(axis('size', '512x70')).details['reason']).toBe('not_multiple');
  });

  it('are a thousand at most', () => {
    expect(cells(axis('seed', '1-100'), axis('steps', '1-10'))).toHaveLength(1000);
    expect(refusalOf(axis('seed', '1-101'), axis('steps', '1-10'))).toMatchObject({
      code: 'too_many_cells',
      details: { limit: 1000, got: 1010 },
    });
  });

  it('do not let a prompt grow beyond its limit', () => {
    const long = 'e'.repeat(60_000);
    expect(refusalOf(axis('promptSearch', `e, ${long}`)).details['reason']).toBe('prompt_too_long');
  });
});

describe('the order cells run in', () => {
  const orderOf = (...axes: GridAxis[]) => {
    const expanded = expandAxes({ request: REQUEST, axes }, context());
    return runOrder(cellsOf(REQUEST, expanded), expanded).map(({ index }) => index);
  };

  it('is that of reading where no change is dear', () => {
    expect(orderOf(axis('steps', '1, 2'), axis('guidance', '2, 3'))).toEqual([0, 1, 2, 3]);
  });

  it('changes models least often, whichever axis they are on', () => {
    expect(orderOf(axis('model', 'a, b'), axis('steps', '1, 2, 3'))).toEqual([0, 2, 4, 1, 3, 5]);
    expect(orderOf(axis('steps', '1, 2'), axis('model', 'a, b'))).toEqual([0, 1, 2, 3]);
    expect(orderOf(axis('vae', 'a, b'), axis('model', 'c, d'))).toEqual([0, 1, 2, 3]);
    expect(orderOf(axis('model', 'a, b'), axis('vae', 'c, d'))).toEqual([0, 2, 1, 3]);
  });
});

describe('what is written of a grid', () => {
  it('is what the WebUI writes, with seeds that were drawn', () => {
    const axes = expandAxes(
      { request: REQUEST, axes: [axis('seed', '-1, 4'), axis('guidance', '2-4'), axis('promptSearch', 'red, blue')] },
      context([9]),
    ).map(shownAxisOf);
    expect(gridSettings(axes)).toEqual([
      ['Script', 'X/Y/Z plot'],
      ['X Type', 'Seed'],
      ['X Values', '-1, 4'],
      ['Fixed X Values', '9, 4'],
      ['Y Type', 'CFG Scale'],
      ['Y Values', '2-4'],
      ['Z Type', 'Prompt S/R'],
      ['Z Values', 'red, blue'],
    ]);
    expect(axes.map((each) => headingOf(each, each.entries[1] ?? ''))).toEqual(['Seed: 4', 'Guidance: 3', 'blue']);
  });
});

describe('the axes there are', () => {
  it('are every option and have ids of their own', () => {
    expect(new Set(AXES.map(({ id }) => id)).size).toBe(AXES.length);
    expect(AXES.length).toBeGreaterThan(60);
  });

  it('stand in the request by their id', () => {
    const taken = gridRequest.safeParse({ request: { prompt: 'x' }, axes: [{ type: 'rho', values: '1' }] });
    expect(taken.success).toBe(true);
    expect(gridRequest.safeParse({ request: { prompt: 'x' }, axes: [{ type: 'rhu', values: '1' }] }).success).toBe(
      false,
    );
    expect(gridRequest.safeParse({ request: { prompt: 'x', count: 2 }, axes: [axis('rho', '1')] }).success).toBe(false);
  });
});
