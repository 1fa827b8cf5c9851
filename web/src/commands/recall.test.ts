import { QueryClient } from '@tanstack/react-query';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { createTranslator } from '../lib/i18n.ts';
import { EMPTY_FORM } from '../lib/form.ts';
import { useForm } from '../state/form.ts';
import { recall } from './recall.ts';

const used = (prompt: string, negativePrompt = '') => ({
  id: prompt,
  prompt,
  negativePrompt,
  styles: [],
  uses: 1,
  isStarred: false,
  usedAt: '2026-01-01T00:00:00Z',
});
const HISTORY = [used('a cat', 'bad'), used('a dog'), used('a cat')];

describe('going through used prompts', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('shows one after the other, each once, and brings back what was being written', async () => {
    const body = JSON.stringify({ prompts: HISTORY, nextCursor: null, total: 3 });
    vi.stubGlobal('fetch', async () => new Response(body, { status: 200 }));
    const { t, language } = await createTranslator('en');
    const context = { client: new QueryClient(), t, language };
    useForm.setState({ values: { ...EMPTY_FORM, prompt: 'a house', negativePrompt: 'ugly' } });
    const seen: string[] = [];
    for (const direction of [1, -1, -1, -1, 1, 1, 1] as const) {
      await recall('prompt', direction, context);
      seen.push(useForm.getState().values.prompt);
    }
    expect(seen).toEqual(['a house', 'a cat', 'a dog', 'a dog', 'a cat', 'a house', 'a house']);
    expect(useForm.getState().values.negativePrompt).toBe('ugly');

    await recall('negativePrompt', -1, context);
    expect(useForm.getState().values).toMatchObject({ prompt: 'a house', negativePrompt: 'bad' });
    // What is typed over a recalled text begins anew.
    useForm.getState().update((values) => ({ ...values, negativePrompt: 'worse' }));
    await recall('negativePrompt', -1, context);
    await recall('negativePrompt', 1, context);
    expect(useForm.getState().values.negativePrompt).toBe('worse');
  });
});
