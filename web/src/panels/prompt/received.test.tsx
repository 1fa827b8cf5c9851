import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { renderPart } from '../../../test/support/render.tsx';
import { EMPTY_FORM } from '../../lib/form.ts';
import { useForm } from '../../state/form.ts';
import { showReceived } from '../../state/received.ts';
import { Received } from './received.tsx';

const token = (text: string, weight = 1) => ({ id: text.length, text, weight, span: null });
const ANALYSIS = {
  tokens: 3,
  chunks: 2,
  resolved: 'a (red:1.4) [sun:moon:0.5]',
  problems: [],
  embeddings: [{ name: 'mira', id: 'embedding:mira', vectors: 4, skipped: null }],
  chunkEnds: [],
  detail: {
    evaluations: 10,
    evaluationsPerStep: 1,
    encoders: [
      { label: 'CLIP-L', padding: 49_407, tokens: 3, isAlike: true },
      { label: 'OpenCLIP', padding: 0, tokens: 4, isAlike: false },
    ],
    texts: [
      { text: 'a red sun', chunks: [{ moved: 0, tokens: [token('a'), token('red', 1.4), token('sun')] }] },
      {
        text: 'a red moon',
        chunks: [
          { moved: 0, tokens: [] },
          { moved: 1, tokens: [token('moon')] },
        ],
      },
    ],
    parts: [
      {
        weight: 0.7,
        timeline: [
          { end: 5, text: 0 },
          { end: 10, text: 1 },
        ],
      },
      { weight: 1, timeline: [{ end: 10, text: 0 }] },
    ],
  },
};

function answer(status = 200): object[] {
  const asked: object[] = [];
  vi.stubGlobal('fetch', async (_url: string, init: { body: string }) => {
    asked.push(JSON.parse(init.body) as object);
    return new Response(JSON.stringify(status === 200 ? ANALYSIS : { error: { code: 'internal', message: 'no' } }), {
      status,
    });
  });
  return asked;
}

describe('what the model received', () => {
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
    showReceived(null);
  });

  it('shows resolved text, parts, timeline, tokens with weights, moved ones and encoders', async () => {
    useForm.setState({ values: { ...EMPTY_FORM, prompt: 'a {red|blue}', negativePrompt: 'bad' } });
    const asked = answer();
    showReceived('prompt');
    await renderPart(<Received />);
    expect(await screen.findByText('a (red:1.4) [sun:moon:0.5]')).toBeTruthy();
    expect(asked[0]).toMatchObject({ prompt: 'a {red|blue}', isNegative: false, hasDetail: true, model: 'small' });
    expect(screen.getByText('weight 0.7')).toBeTruthy();
    expect(screen.getAllByText('1.4')).toHaveLength(2);
    expect(screen.getByText('mira: 4 vectors')).toBeTruthy();
    expect(screen.getByText(/reads this prompt as 4 tokens of its own/)).toBeTruthy();
    // The reference serves an entry for one step more than it says.
    expect(screen.getByRole('button', { name: 'steps 1–6' }).getAttribute('aria-pressed')).toBe('true');
    fireEvent.click(screen.getByRole('button', { name: 'steps 7–10' }));
    expect(screen.getByText('moon')).toBeTruthy();
    expect(screen.getByText(/1 token moved here/)).toBeTruthy();
  });

  it('turns to the negative prompt', async () => {
    useForm.setState({ values: { ...EMPTY_FORM, prompt: 'a', negativePrompt: 'bad' } });
    const asked = answer();
    showReceived('prompt');
    await renderPart(<Received />, 'zh-CN');
    fireEvent.click(await screen.findByRole('button', { name: '反向提示词' }));
    await vi.waitFor(() => expect(asked.at(-1)).toMatchObject({ prompt: 'bad', isNegative: true }));
  });

  it('says so when the server does not answer', async () => {
    useForm.setState({ values: { ...EMPTY_FORM, prompt: 'a' } });
    answer(500);
    showReceived('prompt');
    await renderPart(<Received />);
    expect(await screen.findByText('The server did not say.')).toBeTruthy();
  });
});
