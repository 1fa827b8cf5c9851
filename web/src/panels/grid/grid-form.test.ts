import { beforeEach, describe, expect, it } from 'vitest';

import { CATALOGUE } from '../../../test/support/samples.ts';
import {
  changeAxis,
  gridRequestOf,
  NO_AXIS,
  readAxes,
  swapAxes,
  takeAxes,
  useGridForm,
  type AxisDraft,
} from './grid-form.ts';
import { chosenOf, choicesOf, loraNames } from './value-choices.ts';

import type { TextToImageRequest } from '@easel/shared/generation';

const REQUEST: TextToImageRequest = { type: 'text-to-image', prompt: 'a lake <lora:ink:1>', count: 4 };
const axis = (type: string, values: string, name = ''): AxisDraft => ({ type, values, name });
const read = (...axes: AxisDraft[]) => readAxes(axes, REQUEST, CATALOGUE);

describe('axes while they are typed', () => {
  it('say what they come to, each by itself', () => {
    const { readings, count } = read(axis('steps', '1-3'), axis('guidance', '2, oh'), axis('seed', '-1, 4'));
    expect(readings[0]?.labels).toEqual(['1', '2', '3']);
    expect(readings[1]?.problem).toEqual({ reason: 'not_a_number', got: 'oh', limit: '' });
    expect(readings[2]?.labels).toEqual(['-1', '4']);
    expect(count).toBeNull();
  });

  it('are counted together once all are right, those that change nothing left out', () => {
    expect(read(axis('steps', '1-3'), NO_AXIS, axis('guidance', '2, 3')).count).toBe(6);
    expect(gridRequestOf(REQUEST, [axis('steps', '1'), NO_AXIS, axis('lora', '1', 'ink')])).toEqual({
      request: { ...REQUEST, count: 1 },
      axes: [
        { type: 'steps', values: '1' },
        { type: 'lora', values: '1', name: 'ink' },
      ],
    });
  });

  it('say nothing while nothing is written', () => {
    expect(read(axis('steps', ' '), NO_AXIS, NO_AXIS)).toEqual({
      readings: [0, 1, 2].map(() => ({ labels: null, problem: null })),
      count: null,
      problem: null,
    });
  });

  it('are told when they are the same, or too many', () => {
    expect(read(axis('steps', '1'), axis('steps', '2'), NO_AXIS).readings[1]?.problem?.reason).toBe('same_axis');
    expect(read(axis('seed', '1-101'), axis('steps', '1-10'), NO_AXIS).problem).toEqual({
      reason: 'too_many_cells',
      got: '1010',
      limit: '1000',
    });
    expect(read(axis('guidance', '99'), NO_AXIS, NO_AXIS).readings[0]?.problem?.limit).toBe('1 – 30');
  });
});

describe('the form of axes', () => {
  beforeEach(() => takeAxes([{ type: 'steps', values: '1-3' }]));

  it('forgets values with what they were values of', () => {
    changeAxis(0, { type: 'guidance' });
    expect(useGridForm.getState().axes[0]).toEqual(axis('guidance', ''));
  });

  it('swaps axes that stand side by side', () => {
    changeAxis(1, { type: 'seed', values: '4' });
    swapAxes(0);
    expect(useGridForm.getState().axes.map(({ type }) => type)).toEqual(['seed', 'steps', '']);
  });
});

describe('values to choose from', () => {
  const sources = { catalogue: CATALOGUE, models: [], styles: ['Ink'] };

  it('are named as people name them, and found again in the text', () => {
    const choices = choicesOf('sampler', sources, 'en') ?? [];
    expect(choices.map(({ text }) => text)).toEqual(['DPM++ 2M', 'Euler']);
    expect([...chosenOf('euler, Nobody', choices)]).toEqual(['Euler']);
    expect(choicesOf('styles', sources, 'en')?.map(({ text }) => text)).toEqual(['none', 'Ink']);
    expect(choicesOf('steps', sources, 'en')).toBeNull();
  });

  it('have LoRA of the prompt before those of the library', () => {
    expect(loraNames('a <lora:ink:1> <lora:ink:0.5>', [])).toEqual(['ink']);
  });
});
