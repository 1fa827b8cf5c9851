import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { renderPart } from '../../../test/support/render.tsx';
import { jobOf, PARAMETERS } from '../../../test/support/samples.ts';
import { keys } from '../../api/keys.ts';
import { EMPTY_FORM } from '../../lib/form.ts';
import { useForm } from '../../state/form.ts';
import { ParametersPanel } from './parameters.tsx';

const field = (name: string): HTMLInputElement => screen.getByRole('spinbutton', { name });
const type = (name: string, text: string): void => {
  fireEvent.change(field(name), { target: { value: text } });
  fireEvent.blur(field(name));
};

describe('the parameters', () => {
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
});
