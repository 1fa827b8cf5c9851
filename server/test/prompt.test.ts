/** What a model receives of a prompt, as the page asks for it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { PromptAnalysis } from '@easel/shared/http/prompt';
import { PROMPT_LIMIT } from '@easel/shared/units';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openTestStudio, removeFolders, type TestStudio } from './support/test-studio.ts';

let studio: TestStudio;
beforeAll(async () => {
  studio = await openTestStudio({ isIdle: true });
});
afterAll(async () => {
  await studio.end();
  await removeFolders(studio.folders);
});

const analyse = async (prompt: string, more: object = {}) =>
  studio.app.inject({ method: 'POST', url: '/api/v1/prompt/analyse', payload: { prompt, ...more } });

describe('the analysis of a prompt', () => {
  it.each([
    ['', 0, 1],
    ['a photo of a cat', 5, 1],
    ['cat '.repeat(75), 75, 1],
    ['cat '.repeat(76), 76, 2],
    ['a (photo:1.2) of [a cat:a big cat:0.5] # not this', 6, 1],
    ['a BREAK b', 76, 2],
  ])('counts tokens and chunks of %j', async (prompt, tokens, chunks) => {
    expect((await analyse(prompt)).json<PromptAnalysis>()).toMatchObject({
      tokens,
      chunks,
      problems: [],
      embeddings: [],
      detail: null,
    });
  });

  it('needs no engine, takes the longest prompt, and refuses a longer one', async () => {
    expect((await analyse('x'.repeat(PROMPT_LIMIT))).statusCode).toBe(200);
    expect((await analyse('x'.repeat(PROMPT_LIMIT + 1))).statusCode).toBe(422);
  });

  it('finds what is odd, with a fix from the files there are', async () => {
    await mkdir(join(studio.folders.models, 'loras'), { recursive: true });
    await writeFile(join(studio.folders.models, 'loras/smile.safetensors'), 'x');
    const near = async () => {
      await studio.app.inject('/api/v1/models?refresh=1&kind=lora');
      return (await analyse('<lora:smiel:1>')).json<PromptAnalysis>().problems[0]?.near;
    };
    // A fresh look is taken every two seconds at most.
    await expect.poll(near, { timeout: 10_000 }).toEqual(['smile']);
    const { problems } = (await analyse('a (cat <lora:smiel:1>')).json<PromptAnalysis>();
    expect(problems.map(({ kind }) => kind)).toEqual(['bracket_not_closed', 'lora_not_found']);
    expect(problems[1]).toMatchObject({ near: ['smile'], fix: { text: 'smile', span: { start: 13, end: 18 } } });
    expect((await analyse('a AND b', { isNegative: true })).json<PromptAnalysis>().problems).toHaveLength(1);
  });

  it('shows every token when asked, over the steps', async () => {
    const { detail } = (await analyse('a [red:blue:0.5] fox', { hasDetail: true, steps: 10 })).json<PromptAnalysis>();
    expect(detail?.texts.map(({ text }) => text)).toEqual(['a red fox', 'a blue fox']);
    expect(detail?.parts[0]?.timeline).toEqual([
      { end: 5, text: 0 },
      { end: 10, text: 1 },
    ]);
    expect(detail?.texts[1]?.chunks[0]?.tokens.map(({ text }) => text)).toEqual(['a', 'blue', 'fox']);
    expect((await analyse('cat '.repeat(5000), { hasDetail: true })).json<PromptAnalysis>().detail).toBeNull();
  });
});

describe('what the encoders get', () => {
  let working: TestStudio;
  beforeAll(async () => {
    working = await openTestStudio();
  });
  afterAll(async () => {
    await working.end();
    await removeFolders(working.folders);
  });

  it('is told for each of the model, with what fills its chunks and how often it is looked at', async () => {
    const detailOf = async (prompt: string): Promise<PromptAnalysis['detail']> => {
      const payload = { prompt, model: 'tiny', steps: 4, hasDetail: true };
      const answer = await working.app.inject({ method: 'POST', url: '/api/v1/prompt/analyse', payload });
      return answer.json<PromptAnalysis>().detail;
    };
    // Once the model has been looked into.
    await expect.poll(async () => (await detailOf('a'))?.encoders.length, { timeout: 20_000 }).toBe(2);
    expect(await detailOf('a cat')).toMatchObject({
      evaluations: 4,
      evaluationsPerStep: 1,
      encoders: [
        { label: 'CLIP-L', padding: 49407, tokens: 2, isAlike: true },
        { label: 'OpenCLIP', padding: 0, tokens: 2, isAlike: true },
      ],
    });
    // A mark to the one, signs and letters to the other.
    const apart = await detailOf('<|endoftext|>');
    expect(apart?.encoders.map(({ isAlike }) => isAlike)).toEqual([true, false]);
  });

  it('ends chunks at places in the prompt as it was typed', async () => {
    const prompt = `${'cat '.repeat(75)}dog # note`;
    const { chunkEnds } = (await analyse(prompt)).json<PromptAnalysis>();
    expect(chunkEnds).toEqual([prompt.indexOf(' dog')]);
    expect((await analyse('a cat')).json<PromptAnalysis>().chunkEnds).toEqual([]);
    expect((await analyse('a BREAK {b|c}')).json<PromptAnalysis>().chunkEnds).toEqual([]);
  });
});
