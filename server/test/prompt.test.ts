/** What the tokenizer makes of a prompt, as the page's counter asks for it. */
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

const analyse = async (prompt: string) =>
  studio.app.inject({ method: 'POST', url: '/api/v1/prompt/analyse', payload: { prompt } });

describe('the analysis of a prompt', () => {
  it.each([
    ['', 0, 1],
    ['a photo of a cat', 5, 1],
    ['cat '.repeat(75), 75, 1],
    ['cat '.repeat(76), 76, 2],
  ])('counts tokens and chunks of %j', async (prompt, tokens, chunks) => {
    expect((await analyse(prompt)).json<PromptAnalysis>()).toEqual({ tokens, chunks });
  });

  it('needs no engine, takes the longest prompt, and refuses a longer one', async () => {
    expect((await analyse('x'.repeat(PROMPT_LIMIT))).statusCode).toBe(200);
    expect((await analyse('x'.repeat(PROMPT_LIMIT + 1))).statusCode).toBe(422);
  });
});
