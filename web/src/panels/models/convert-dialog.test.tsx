import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { renderPart } from '../../../test/support/render.tsx';
import { MODELS } from '../../../test/support/samples.ts';
import { ConvertDialog } from './convert-dialog.tsx';

import type { ModelView } from '@easel/shared/http/models';

const MODEL = MODELS.models[0] as ModelView;
const LORA: ModelView = { ...MODEL, id: 'lora:ink', kind: 'lora', name: 'ink', fileName: 'ink.safetensors' };

const asked: unknown[] = [];
const show = async (models: readonly ModelView[]): Promise<void> => {
  vi.stubGlobal('fetch', async (_url: string, init: { body: string }) => {
    asked.push(JSON.parse(init.body));
    return Promise.reject(new TypeError('nobody there'));
  });
  await renderPart(<ConvertDialog model={MODEL} models={models} isOpen onClose={() => {}} onShow={() => {}} />);
};
const convert = (): void => void fireEvent.click(screen.getByRole('button', { name: 'Convert' }));

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  asked.length = 0;
});

describe('the dialog for converting a model', () => {
  it('offers a LoRA to bake in, with a weight once one is chosen', async () => {
    await show([MODEL, LORA]);
    expect(screen.queryByRole('spinbutton', { name: 'Weight' })).toBeNull();
    fireEvent.click(screen.getByRole('combobox', { name: 'Bake in a LoRA' }));
    const option = within(await screen.findByRole('listbox')).getByRole('option', { name: 'ink' });
    fireEvent.focus(option);
    fireEvent.keyDown(option, { key: 'Enter' });
    fireEvent.click(option);
    const weight = await screen.findByRole('spinbutton', { name: 'Weight' });
    fireEvent.change(weight, { target: { value: '0.5' } });
    fireEvent.blur(weight);
    convert();
    await waitFor(() =>
      expect(asked).toMatchObject([{ type: 'convert', loras: [{ model: 'lora:ink', weight: 0.5 }] }]),
    );
  });

  it('asks for none where there is none', async () => {
    await show([MODEL]);
    expect(screen.queryByRole('combobox', { name: 'Bake in a LoRA' })).toBeNull();
    convert();
    await waitFor(() => expect(asked.length).toBe(1));
    expect(asked[0]).not.toHaveProperty('loras');
  });
});
