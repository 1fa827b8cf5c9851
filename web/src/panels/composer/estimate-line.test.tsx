import { cleanup, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { renderPart } from '../../../test/support/render.tsx';
import { EMPTY_FORM } from '../../lib/form.ts';
import { useForm } from '../../state/form.ts';
import { EstimateLine } from './estimate-line.tsx';

import type { EstimateView } from '@easel/shared/http/estimate';

const FITTING: EstimateView = {
  fits: true,
  needBytes: 3.4e9,
  haveBytes: 8e9,
  durationMs: 95_000,
  isMeasured: true,
  fallbacks: [],
  largest: null,
};

function answer(estimate: EstimateView | null): object[] {
  const asked: object[] = [];
  vi.stubGlobal('fetch', async (_url: string, init: { body: string }) => {
    asked.push(JSON.parse(init.body) as object);
    return new Response(JSON.stringify({ estimate }), { status: 200 });
  });
  return asked;
}

describe('the estimate below the prompt', () => {
  beforeEach(() => useForm.setState({ values: { ...EMPTY_FORM, prompt: 'a secret' } }));
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
  });

  it('says time and memory, and asks without the words of the prompt', async () => {
    const asked = answer(FITTING);
    await renderPart(<EstimateLine />);
    expect(await screen.findByText('about 1 min 35 sec · 3.4 GB')).toBeTruthy();
    expect(asked).toEqual([expect.objectContaining({ prompt: '', negativePrompt: '', model: 'small' })]);
  });

  it('says no time that was never measured, and what is given up', async () => {
    answer({ ...FITTING, isMeasured: false, fallbacks: ['low-memory-weights'] });
    await renderPart(<EstimateLine />);
    const line = await screen.findByText('3.4 GB of memory');
    expect(line.getAttribute('aria-label')).toContain('Memory was given back');
  });

  it('warns of what would be refused, with the largest size that fits', async () => {
    answer({ ...FITTING, fits: false, durationMs: null, needBytes: 12e9, largest: { width: 768, height: 512 } });
    await renderPart(<EstimateLine />);
    const line = await screen.findByText('Needs 12 GB, may use 8 GB');
    expect(line.getAttribute('aria-label')).toContain('768 × 512');
  });

  it('is not there while nothing is known', async () => {
    const asked = answer(null);
    await renderPart(<EstimateLine />);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    expect(screen.queryByRole('note')).toBeNull();
  });
});
