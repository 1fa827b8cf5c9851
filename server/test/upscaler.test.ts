/** What enlarges a picture: the request's own word, else what the model suggests, where the file is there. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { makeFolders, openTestStudio, type TestStudio } from './support/test-studio.ts';

let studio: TestStudio | undefined;
afterEach(async () => {
  await studio?.end();
  studio = undefined;
});

/** One model, and the upscalers that are there. */
async function open(model: string, upscalers: readonly string[]): Promise<TestStudio> {
  const folders = await makeFolders({ 'tiny.safetensors': model });
  await mkdir(join(folders.models, 'upscalers'), { recursive: true });
  for (const name of upscalers) await writeFile(join(folders.models, 'upscalers', `${name}.safetensors`), 'x');
  studio = await openTestStudio({ folders });
  return studio;
}

async function upscalerOf(request: Record<string, unknown>): Promise<string | undefined> {
  const { id } = await (studio as TestStudio).submit({ prompt: 'a cat', ...request });
  return (await (studio as TestStudio).ended(id)).parameters.upscaler;
}

describe('the upscaler of a picture', () => {
  it('is none where nobody says anything', async () => {
    await open('tiny', ['big']);
    expect(await upscalerOf({})).toBeUndefined();
    expect(await upscalerOf({ upscaler: 'none' })).toBeUndefined();
  });

  it('is the one the request names, by its id', async () => {
    await open('tiny', ['big']);
    expect(await upscalerOf({ upscaler: 'BIG.safetensors' })).toBe('upscaler:big');
  });

  it('is the one the model suggests, or none where the request says so', async () => {
    await open('upscaled:big', ['big', 'other']);
    expect(await upscalerOf({})).toBe('upscaler:big');
    expect(await upscalerOf({ upscaler: 'other' })).toBe('upscaler:other');
    expect(await upscalerOf({ upscaler: 'none' })).toBe('none');
  });

  it('is none where the suggested file is not there', async () => {
    await open('upscaled:big', []);
    expect(await upscalerOf({})).toBeUndefined();
  });

  it('is refused by its field where it is unknown', async () => {
    const { app } = await open('upscaled:big', ['big']);
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/jobs',
      payload: { type: 'text-to-image', prompt: 'a cat', upscaler: 'nonsense' },
    });
    expect(answer.statusCode).toBe(422);
    expect(answer.json().error).toMatchObject({ code: 'unknown_model', field: 'upscaler' });
  });
});
