/** Prompts that were used, and templates that were saved. */
import type { PromptHistory, TemplateView, UsedPrompt } from '@easel/shared/http/prompts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openTestStudio, removeFolders, type TestStudio } from './support/test-studio.ts';

let studio: TestStudio;
beforeAll(async () => {
  studio = await openTestStudio({ isIdle: true });
  studio.engine.start();
});
afterAll(async () => {
  await studio.end();
  await removeFolders(studio.folders);
});

type Method = 'GET' | 'PUT' | 'PATCH' | 'DELETE';
/** Of every answer what it may have. */
type Answer = PromptHistory & { templates: TemplateView[] };
const ask = async (method: Method, path: string, payload?: object): Promise<{ status: number; body: Answer }> => {
  const answer = await studio.app.inject({
    method,
    url: `/api/v1/prompts${path}`,
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, body: (answer.body === '' ? null : answer.json()) as Answer };
};
const history = async (query = ''): Promise<PromptHistory> => (await ask('GET', `/history${query}`)).body;
const prompts = async (query = ''): Promise<string[]> => (await history(query)).prompts.map(({ prompt }) => prompt);

describe('prompts that were used', () => {
  it('are remembered once each, the last used first, as they were typed', async () => {
    await studio.submit({ prompt: 'a {red|blue} cat', negativePrompt: 'blur' });
    await studio.submit({ prompt: '狗 100%' });
    await studio.submit({ prompt: 'a {red|blue} cat', negativePrompt: 'blur', seed: 3 });
    await studio.submit({ prompt: 'a red cat', template: { prompt: '狗 100%', negativePrompt: '' } });
    expect((await history()).prompts).toMatchObject([
      { prompt: '狗 100%', negativePrompt: '', styles: [], uses: 2, isStarred: false },
      { prompt: 'a {red|blue} cat', negativePrompt: 'blur', uses: 2 },
    ]);
    const refused = await studio.app.inject({
      method: 'POST',
      url: '/api/v1/jobs',
      payload: { prompt: 'no', steps: 999 },
    });
    expect(refused.statusCode).toBe(422);
    expect(await prompts()).not.toContain('no');
  });

  it('are searched literally, word by word, whatever their case', async () => {
    expect(await prompts('?query=BLUR%20cat')).toEqual(['a {red|blue} cat']);
    expect(await prompts('?query=%25')).toEqual(['狗 100%']);
    expect(await prompts('?query=_')).toEqual([]);
  });

  it('are starred, forgotten one by one, and all but those with a star', async () => {
    const [first, second] = (await history()).prompts as [UsedPrompt, UsedPrompt];
    expect(await ask('PATCH', `/history/${first.id}`, { isStarred: true })).toMatchObject({
      body: { isStarred: true },
    });
    expect(await prompts('?starred=1')).toEqual([first.prompt]);
    expect(await ask('DELETE', '/history')).toEqual({ status: 204, body: null });
    expect(await prompts()).toEqual([first.prompt]);
    await studio.submit({ prompt: first.prompt });
    expect((await history()).prompts).toMatchObject([{ id: first.id, isStarred: true, uses: 3 }]);
    expect(await ask('DELETE', `/history/${first.id}`)).toMatchObject({ status: 204 });
    for (const id of [first.id, second.id]) {
      expect(await ask('DELETE', `/history/${id}`)).toMatchObject({
        status: 404,
        body: { error: { code: 'not_found' } },
      });
    }
  });

  it('come in pages, and the oldest go', async () => {
    await studio.store.deleteFrom('prompt_history').execute();
    const rows = Array.from({ length: 2005 }, (_, index) => ({
      id: `id-${index}`,
      fingerprint: `f-${index}`,
      prompt: `p${index}`,
      negative_prompt: '',
      styles: '[]',
      search_text: `p${index}`,
      uses: 1,
      is_starred: index === 0 ? 1 : 0,
      used_at: new Date(0).toISOString(),
    }));
    for (let at = 0; at < rows.length; at += 400) {
      await studio.store
        .insertInto('prompt_history')
        .values(rows.slice(at, at + 400))
        .execute();
    }
    await studio.submit({ prompt: 'newest' });
    const page = await history('?limit=2');
    expect(page).toMatchObject({ total: 2001, prompts: [{ prompt: 'newest' }, { prompt: 'p2004' }] });
    expect(await prompts(`?limit=1&cursor=${page.nextCursor}`)).toEqual(['p2003']);
    expect(await prompts('?starred=1')).toEqual(['p0']);
    expect((await ask('GET', '/history?cursor=x')).status).toBe(422);
  });
});

describe('templates', () => {
  const at = (name: string): string => `/templates/${encodeURIComponent(name)}`;
  const names = async (): Promise<string[]> => (await ask('GET', '/templates')).body.templates.map(({ name }) => name);

  it('are saved, changed, renamed and deleted', async () => {
    const portrait = { prompt: 'a portrait of <?who:a cat>', negativePrompt: '' };
    expect(await ask('PUT', at('Portrait, 1/2'), portrait)).toMatchObject({ status: 200, body: portrait });
    await ask('PUT', at('B'), portrait);
    expect(await names()).toEqual(['B', 'Portrait, 1/2']);
    expect(await ask('PUT', at('B'), { ...portrait, name: 'Portrait, 1/2' })).toMatchObject({ status: 409 });
    expect(await ask('PUT', at('C'), { ...portrait, name: 'D' })).toMatchObject({ status: 404 });
    expect(await ask('PUT', at('B'), { ...portrait, name: 'A' })).toMatchObject({ status: 200 });
    expect(await names()).toEqual(['A', 'Portrait, 1/2']);
    expect(await ask('DELETE', at('A'))).toMatchObject({ status: 204 });
    expect(await ask('DELETE', at('A'))).toMatchObject({ status: 404 });
    expect(await ask('PUT', at('x'), { ...portrait, prompt: 'x'.repeat(100_001) })).toMatchObject({ status: 422 });
  });
});
