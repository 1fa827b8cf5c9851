import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { renderPart } from '../../../test/support/render.tsx';
import { MODELS } from '../../../test/support/samples.ts';
import { keys } from '../../api/keys.ts';
import { EMPTY_FORM } from '../../lib/form.ts';
import { useForm } from '../../state/form.ts';
import { NetworksPanel } from './networks.tsx';

import type { Language } from '../../lib/languages.ts';
import type { ModelView } from '@easel/shared/http/models';
import type { NetworkView } from '@easel/shared/networks';

const NETWORK: NetworkView = {
  kind: 'lora',
  base: 'sd1',
  ranks: { least: 8, most: 8 },
  parts: ['text-encoder', 'unet'],
  vectors: null,
  contextWidth: 768,
  textWidths: [768],
  evidence: 'its cross attention reads text of width 768',
  triggerWords: ['ink wash'],
  statedHash: null,
  sampling: null,
};
const file = (id: string, kind: 'lora' | 'embedding', network: Partial<NetworkView> = {}): ModelView => ({
  ...(MODELS.models[0] as ModelView),
  id,
  kind,
  name: id.slice(id.lastIndexOf(':') + 1),
  fileName: `${id.slice(id.lastIndexOf('/') + 1)}.safetensors`,
  network: { ...NETWORK, ...network },
  conditioning: null,
  defaults: null,
});
const FILES = [
  file('lora:ink', 'lora'),
  file('lora:people/smile', 'lora', { triggerWords: [] }),
  file('lora:xl', 'lora', { base: 'sdxl', contextWidth: 2048 }),
  file('lora:fast', 'lora', {
    parts: ['unet'],
    sampling: { sampler: 'euler', schedule: 'karras', steps: 4, guidance: 1, evidence: 'its file name says LCM' },
  }),
  file('embedding:charm.pt', 'embedding', {
    kind: 'textual-inversion',
    parts: [],
    ranks: null,
    vectors: 3,
    contextWidth: null,
    textWidths: [768],
    triggerWords: ['charm'],
  }),
];

const prompt = (): string => useForm.getState().values.prompt;
const button = (name: string | RegExp): HTMLElement => screen.getByRole('button', { name });
async function show(text: string, language: Language = 'en'): Promise<void> {
  useForm.setState({ values: { ...EMPTY_FORM, prompt: text } });
  const list = { ...MODELS, models: [...MODELS.models, ...FILES] };
  await renderPart(<NetworksPanel />, language, [[keys.everyModel, list]]);
  const trigger = button(language === 'en' ? /^LoRA and embeddings/ : /^LoRA 与嵌入/);
  if (trigger.getAttribute('aria-expanded') !== 'true') fireEvent.click(trigger);
}

describe('LoRA and embeddings', () => {
  beforeEach(() => useForm.setState({ values: EMPTY_FORM, refusal: null, lastJob: null }));
  afterEach(cleanup);

  it('are added by a click on their cards, and stand in the prompt', async () => {
    await show('a cat');
    fireEvent.click(button('Add ink'));
    expect(prompt()).toBe('a cat <lora:ink:1>');
    fireEvent.click(button('Add smile'));
    fireEvent.click(button('Add charm'));
    expect(prompt()).toBe('a cat, charm <lora:ink:1> <lora:smile:1>');
    expect(button('ink is in use').getAttribute('aria-disabled')).toBe('true');
    expect(screen.getByText('3 in use')).toBeTruthy();
  });

  it('of another base are hidden at first, and greyed out with the reason when they are asked for', async () => {
    await show('');
    expect(screen.queryByRole('button', { name: 'Add xl' })).toBeNull();
    fireEvent.click(screen.getByText('Show them'));
    const card = button('Add xl');
    expect(card.getAttribute('aria-disabled')).toBe('true');
    expect(screen.getByText('made for SDXL, and the model is SD 1')).toBeTruthy();
    fireEvent.click(card);
    expect(prompt()).toBe('');
  });

  it('are weighed by number, the text encoder by its own where that is wanted', async () => {
    await show('a <lora:ink:1> cat');
    const weight = screen.getByRole('spinbutton', { name: 'Weight of ink' });
    fireEvent.change(weight, { target: { value: '0,5' } });
    fireEvent.blur(weight);
    expect(prompt()).toBe('a <lora:ink:0.5> cat');
    fireEvent.click(button('More about ink'));
    const text = screen.getByRole('spinbutton', { name: 'Weight of ink in the text encoder' });
    fireEvent.change(text, { target: { value: '1' } });
    fireEvent.blur(text);
    expect(prompt()).toBe('a <lora:ink:1:0.5> cat');
  });

  it('are switched off into a comment, and on again', async () => {
    await show('a <lora:ink:0.7> cat');
    fireEvent.click(screen.getByRole('switch', { name: 'Use ink' }));
    expect(prompt()).toBe('a cat\n# <lora:ink:0.7>');
    expect(screen.getByText(/off$/)).toBeTruthy();
    fireEvent.click(screen.getByRole('switch', { name: 'Use ink' }));
    expect(prompt()).toBe('a cat\n<lora:ink:0.7>');
  });

  it('follow what is typed, bring their words, and go away with a click', async () => {
    await show('');
    act(() => useForm.setState(({ values }) => ({ values: { ...values, prompt: 'a cat <lora:ink:0.3>' } })));
    expect(screen.getByRole<HTMLInputElement>('spinbutton', { name: 'Weight of ink' }).value).toBe('0.3');
    fireEvent.click(button('Write “ink wash” into the prompt'));
    expect(prompt()).toBe('a cat, ink wash <lora:ink:0.3>');
    expect(button('“ink wash” is in the prompt')).toBeTruthy();
    fireEvent.click(button('Take ink out of the prompt'));
    expect(prompt()).toBe('a cat, ink wash');
  });

  it('lose one by two quick clicks, and nothing else', async () => {
    await show('a <lora:ink:1> cat sits on a wall');
    const remove = button('Take ink out of the prompt');
    act(() => {
      remove.click();
      remove.click();
    });
    expect(prompt()).toBe('a cat sits on a wall');
  });

  it('that do not go or are not there say so', async () => {
    await show('<lora:xl:1> <lora:gone:1>');
    const alerts = screen.getAllByRole('alert').map((alert) => alert.textContent);
    expect(alerts).toEqual([
      'It does not go with this model: made for SDXL, and the model is SD 1. Pictures with it are refused.',
      'There is no LoRA of this name. Pictures with it are refused.',
    ]);
  });

  it('that paint in few steps offer their numbers in one click', async () => {
    await show('<lora:fast:1>');
    fireEvent.click(button('Use 4 steps, Euler, guidance 1'));
    expect(useForm.getState().values.changes).toEqual({ steps: 4, guidance: 1, sampler: 'euler', schedule: 'karras' });
    expect(screen.queryByRole('button', { name: /^Use 4 steps/ })).toBeNull();
  });

  it('are found by name, folder and trigger word', async () => {
    await show('');
    const search = screen.getByRole('searchbox', { name: 'Search LoRA and embeddings' });
    const cards = (): string[] =>
      screen
        .queryAllByRole('button', { name: /^Add / })
        .map((each) => each.getAttribute('aria-label') ?? '')
        .filter((name) => !name.includes('negative'));
    fireEvent.change(search, { target: { value: 'people' } });
    expect(cards()).toEqual(['Add smile']);
    fireEvent.change(search, { target: { value: 'wash' } });
    expect(cards()).toEqual(['Add ink', 'Add fast']);
    fireEvent.change(search, { target: { value: 'zzz' } });
    expect(screen.getByText('Nothing is like “zzz”.')).toBeTruthy();
  });

  it('of the negative prompt are rows of their own', async () => {
    await show('');
    fireEvent.click(button('Add charm to the negative prompt'));
    expect(useForm.getState().values.negativePrompt).toBe('charm');
    const row = document.querySelector<HTMLElement>('[data-network="charm"]') as HTMLElement;
    expect(within(row).getByText(/negative prompt$/)).toBeTruthy();
    const weight = within(row).getByRole('spinbutton');
    fireEvent.change(weight, { target: { value: '1.2' } });
    fireEvent.blur(weight);
    expect(useForm.getState().values.negativePrompt).toBe('(charm:1.2)');
    fireEvent.click(button('Take charm out of the prompt'));
    expect(useForm.getState().values.negativePrompt).toBe('');
  });

  it('are named in Chinese', async () => {
    await show('<lora:ink:1>', 'zh-CN');
    expect(screen.getByText('已用 1 个')).toBeTruthy();
    expect(screen.getByRole('spinbutton', { name: 'ink 的权重' })).toBeTruthy();
  });
});
