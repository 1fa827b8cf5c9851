import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { renderPart } from '../../../test/support/render.tsx';
import { EMPTY_FORM } from '../../lib/form.ts';
import { useForm } from '../../state/form.ts';
import { Composer } from './composer.tsx';

const REFUSAL = {
  error: { code: 'prompt_too_long', message: 'prompt: 100,001 characters.', field: 'prompt', hint: 'Shorten it.' },
};

const analysis = { tokens: 3, chunks: 1, problems: [] as object[], embeddings: [], chunkEnds: [], detail: null };

/** A server that answers everything with this; returns what was posted as jobs. */
function answer(status: number, body: object): object[] {
  const posted: object[] = [];
  vi.stubGlobal('fetch', async (url: string, init: { body: string }) => {
    if (!url.endsWith('/jobs')) return new Response(JSON.stringify(analysis), { status: 200 });
    posted.push(JSON.parse(init.body) as object);
    return new Response(JSON.stringify(body), { status });
  });
  return posted;
}

const prompt = (): HTMLElement => screen.getByRole('textbox', { name: 'Prompt' });
const generate = (): void => void fireEvent.click(screen.getByRole('button', { name: 'Generate' }));

describe('the composer', () => {
  beforeEach(() =>
    useForm.setState({ values: EMPTY_FORM, refusal: null, isEmptyPromptNoted: false, isSending: false }),
  );
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
  });

  it('sends what is written with every value of the model', async () => {
    const posted = answer(202, { id: 'job', state: 'queued', position: 0 });
    await renderPart(<Composer isPhone={false} jobCount={0} />);
    fireEvent.change(prompt(), { target: { value: 'a house' } });
    generate();
    await waitFor(() => expect(useForm.getState().lastJob).toBe('job'));
    expect(posted).toEqual([
      expect.objectContaining({ prompt: 'a house', model: 'small', steps: 20, sampler: 'dpmpp-2m', seed: -1 }),
    ]);
  });

  it('asks for a prompt before it sends an empty one', async () => {
    const posted = answer(202, { id: 'job', state: 'queued', position: 0 });
    await renderPart(<Composer isPhone={false} jobCount={0} />);
    generate();
    expect(screen.getByRole('status').textContent).toContain('Describe the picture first.');
    expect(posted).toEqual([]);
    generate();
    await waitFor(() => expect(posted).toHaveLength(1));
  });

  it('says what to do about a refusal, marks the field, and forgets it with the next letter', async () => {
    answer(422, REFUSAL);
    await renderPart(<Composer isPhone={false} jobCount={0} />);
    fireEvent.change(prompt(), { target: { value: 'x' } });
    generate();
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('Shorten it.');
    expect(prompt().getAttribute('aria-invalid')).toBe('true');
    fireEvent.change(prompt(), { target: { value: 'xy' } });
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('says so when no server is there', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')));
    await renderPart(<Composer isPhone={false} jobCount={0} />);
    fireEvent.change(prompt(), { target: { value: 'x' } });
    generate();
    expect((await screen.findByRole('alert')).textContent).toContain('The server does not answer');
  });

  it('says it in Chinese, without the server’s English', async () => {
    answer(422, REFUSAL);
    await renderPart(<Composer isPhone={false} jobCount={0} />, 'zh-CN');
    fireEvent.change(screen.getByRole('textbox'), { target: { value: 'x' } });
    fireEvent.click(screen.getByRole('button', { name: '生成' }));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('提示词太长');
    expect(alert.textContent).not.toMatch(/[A-Za-z]{2,}/);
  });

  it('steps the weight of the words at the caret with Ctrl and an arrow', async () => {
    answer(202, {});
    await renderPart(<Composer isPhone={false} jobCount={0} />);
    fireEvent.change(prompt(), { target: { value: 'a red fox' } });
    const area = prompt() as HTMLTextAreaElement;
    // Not every browser can type for us; then the text is put there.
    Object.assign(document, { execCommand: () => false });
    area.setSelectionRange(3, 3);
    fireEvent.keyDown(area, { key: 'ArrowUp', ctrlKey: true });
    expect(useForm.getState().values.prompt).toBe('a (red:1.1) fox');
    expect([area.selectionStart, area.selectionEnd]).toEqual([3, 6]);
    fireEvent.keyDown(area, { key: 'ArrowDown', ctrlKey: true });
    expect(useForm.getState().values.prompt).toBe('a red fox');
  });

  it('shows what is odd in the prompt and mends it', async () => {
    answer(202, {});
    analysis.problems = [
      { kind: 'bracket_not_closed', span: { start: 2, end: 3 }, fix: { span: { start: 2, end: 3 }, text: '\\(' } },
    ];
    await renderPart(<Composer isPhone={false} jobCount={0} />);
    fireEvent.change(prompt(), { target: { value: 'a (fox' } });
    const list = await screen.findByRole('list', { name: 'What is odd in the prompt' });
    expect(list.textContent).toContain('never closes');
    fireEvent.click(screen.getByRole('button', { name: 'Mend' }));
    expect(useForm.getState().values.prompt).toBe('a \\(fox');
    analysis.problems = [];
  });
});
