import { RequestError } from '@easel/shared/errors';
import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { renderPart } from '../../../test/support/render.tsx';
import { jobOf, PARAMETERS } from '../../../test/support/samples.ts';
import { keys } from '../../api/keys.ts';
import { EMPTY_FORM } from '../../lib/form.ts';
import { useForm } from '../../state/form.ts';
import { ParametersPanel } from './parameters.tsx';

/** A part that comes when it is unfolded, on a busy machine. */
const SLOW_MS = 20_000;

const field = (name: string): HTMLInputElement => screen.getByRole('spinbutton', { name });
const type = (name: string, text: string): void => {
  fireEvent.change(field(name), { target: { value: text } });
  fireEvent.blur(field(name));
};

describe('the parameters', { timeout: 2 * SLOW_MS }, () => {
  beforeEach(() => useForm.setState({ values: EMPTY_FORM, refusal: null, lastJob: null }));
  afterEach(cleanup);

  it('take a decimal comma and fit what is out of bounds', async () => {
    await renderPart(<ParametersPanel />);
    type('Guidance', '5,5');
    expect(useForm.getState().values.changes).toEqual({ guidance: 5.5 });
    type('Width', '513');
    expect(field('Width').value).toBe('512');
    type('Steps', 'many');
    expect(field('Steps').value).toBe('20');
  });

  it('mark what differs from the model’s default and go back to it', async () => {
    await renderPart(<ParametersPanel />);
    expect(screen.queryByRole('button', { name: /Reset Steps/ })).toBeNull();
    type('Steps', '35');
    fireEvent.click(screen.getByRole('button', { name: 'Reset Steps to the default, 20' }));
    expect(field('Steps').value).toBe('20');
    expect(useForm.getState().values.changes).toEqual({});
  });

  it('set both sides by an aspect and turn them around', async () => {
    await renderPart(<ParametersPanel />);
    fireEvent.click(screen.getByRole('button', { name: /Aspect 3:2/ }));
    const before = [field('Width').value, field('Height').value];
    expect(Number(before[0])).toBeGreaterThan(Number(before[1]));
    fireEvent.click(screen.getByRole('button', { name: 'Swap width and height' }));
    expect([field('Width').value, field('Height').value]).toEqual(before.toReversed());
  });

  it('draw seeds until one is locked, and lock the one just used', async () => {
    const client = await renderPart(<ParametersPanel />);
    expect(field('Seed').placeholder).toBe('Random');
    useForm.setState({ lastJob: 'job' });
    client.setQueryData(keys.jobs, [jobOf({ state: 'done', parameters: { ...PARAMETERS, seed: 77 } })]);
    expect(await screen.findByDisplayValue('77')).toBeTruthy();

    fireEvent.click(screen.getByRole('button', { name: 'Keep this seed' }));
    expect(useForm.getState().values).toMatchObject({ seed: 77, isSeedLocked: true });
    fireEvent.click(screen.getByRole('button', { name: 'New seed for every picture' }));
    expect(useForm.getState().values.isSeedLocked).toBe(false);
    type('Seed', '12');
    expect(useForm.getState().values).toMatchObject({ seed: 12, isSeedLocked: true });
  });

  it('show the seed’s variation when it is asked for, and the other seed once there is some', async () => {
    await renderPart(<ParametersPanel />);
    expect(screen.queryByRole('spinbutton', { name: 'Variation strength' })).toBeNull();
    const toggle = screen.getByRole('button', { name: 'Vary this seed' });
    fireEvent.click(toggle);
    expect(toggle.getAttribute('aria-expanded')).toBe('true');
    expect(screen.queryByRole('spinbutton', { name: 'Variation seed' })).toBeNull();
    type('Variation strength', '0.25');
    expect(useForm.getState().values.options).toEqual({ variationStrength: 0.25 });
    expect(field('Variation seed').placeholder).toBe('Random');
    type('Variation seed', '99');
    expect(useForm.getState().values.options).toEqual({ variationStrength: 0.25, variationSeed: 99 });
  });

  it('offer a refiner among the usable models, with when it takes over, and reset it', async () => {
    await renderPart(<ParametersPanel />);
    expect(screen.getByRole('combobox', { name: 'Refiner' }).textContent).toBe('None');
    expect(screen.queryByRole('spinbutton', { name: 'Takes over at' })).toBeNull();
    act(() => useForm.setState(({ values }) => ({ values: { ...values, options: { refiner: 'large' } } })));
    expect(screen.getByRole('combobox', { name: /^Refiner/ }).textContent).toBe('Large scenes');
    expect(field('Takes over at').value).toBe('0.8');
    fireEvent.click(screen.getByRole('button', { name: 'Reset Refiner to the default, None' }));
    expect(useForm.getState().values.options).toEqual({});
  });

  it('draw the rare options from the catalogue, those that would do something', async () => {
    await renderPart(<ParametersPanel />);
    fireEvent.click(screen.getByRole('button', { name: 'Fine tuning' }));
    await screen.findByText('Guidance rescale', {}, { timeout: SLOW_MS });
    expect(screen.queryByRole('spinbutton', { name: 'Sigma churn' })).toBeNull();
    act(() => useForm.setState(({ values }) => ({ values: { ...values, changes: { sampler: 'euler' } } })));
    type('Sigma churn', '4');
    expect(field('Sigma tmin').value).toBe('0');
    type('Guidance rescale', '0.7');
    fireEvent.click(screen.getByRole('switch', { name: 'Discard penultimate sigma' }));
    expect(useForm.getState().values.options).toEqual({
      sChurn: 4,
      guidanceRescale: 0.7,
      discardPenultimateSigma: true,
    });
    fireEvent.click(screen.getByText('Reset all to the model’s defaults'));
    expect(useForm.getState().values).toMatchObject({ options: {}, changes: {} });
  });

  it('say beside an option what the server refused about it', async () => {
    useForm.setState({
      values: { ...EMPTY_FORM, options: { guidanceRescale: 0.7, mimicScale: 5 } },
      refusal: new RequestError('not_allowed', 'no', { field: 'guidanceRescale', hint: 'Set one of the two to 0.' }),
    });
    await renderPart(<ParametersPanel />);
    expect(await screen.findByText('Set one of the two to 0.', {}, { timeout: SLOW_MS })).toBeTruthy();
    expect(screen.getByRole('spinbutton', { name: /^Guidance rescale/ }).getAttribute('aria-invalid')).toBe('true');
  });

  it('name options in Chinese', async () => {
    await renderPart(<ParametersPanel />, 'zh-CN');
    expect(screen.getByRole('combobox', { name: '无缝平铺' }).textContent).toBe('关闭');
    fireEvent.click(screen.getByRole('button', { name: '微调' }));
    expect(await screen.findByText('引导重标定', {}, { timeout: SLOW_MS })).toBeTruthy();
  });
});
