/** Files that prompts name: found by name in the library, refused before a job is accepted, never opened by a path. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openTestStudio, removeFolders, type TestStudio } from './support/test-studio.ts';

let studio: TestStudio;
beforeAll(async () => {
  studio = await openTestStudio();
  await mkdir(join(studio.folders.models, 'loras/people'), { recursive: true });
  await mkdir(join(studio.folders.models, 'embeddings'), { recursive: true });
  await writeFile(join(studio.folders.models, 'loras/people/smile.safetensors'), 'x');
  await writeFile(join(studio.folders.models, 'embeddings/charm.pt'), 'x');
  await mkdir(join(studio.folders.models, 'hypernetworks'), { recursive: true });
  await writeFile(join(studio.folders.models, 'hypernetworks/glow.pt'), 'x');
});
afterAll(async () => {
  await studio.end();
  await removeFolders(studio.folders);
});

const post = async (prompt: string) =>
  studio.app.inject({ method: 'POST', url: '/api/v1/jobs', payload: { prompt, steps: 2 } });
const refusal = async (prompt: string) => {
  const answer = await post(prompt);
  return {
    status: answer.statusCode,
    ...answer.json<{ error: { code: string; field?: string; hint?: string } }>().error,
  };
};

describe('a tag in a prompt', () => {
  it('names a LoRA by its file, in whatever folder, with its strength', async () => {
    expect((await post('a <lora:smile:0.5> cat')).statusCode).toBe(202);
    expect((await post('a <lora:people/smile> cat')).statusCode).toBe(202);
  });

  it.each(['smiel', '../../smile', '/etc/passwd', 'people', 'smile\u0000'.replace('\u0000', ' x')])(
    'that names "%s" is refused, with near names',
    async (name) => {
      expect(await refusal(`a <lora:${name}:1>`)).toMatchObject({ status: 422, code: 'lora_not_found' });
    },
  );

  it('is told the name as a tag has it', async () => {
    expect(await refusal('a <lora:people/smiel:1>')).toMatchObject({ hint: 'Did you mean people/smile?' });
  });

  it('of another kind is refused, and so are very many', async () => {
    expect(await refusal('<hyper:x:1>')).toMatchObject({ status: 422, code: 'unknown_tag' });
    expect(await refusal('<lora:smile:1>'.repeat(5000))).toMatchObject({ status: 422, code: 'out_of_range' });
  });

  it('may say blocks and steps, and is refused where they say nothing', async () => {
    expect((await post('a <lora:smile:1:lbw=INS:step=0.2-0.8>')).statusCode).toBe(202);
    expect(await refusal('<lora:smile:1:lbw=1,2,3>')).toMatchObject({
      status: 422,
      code: 'not_allowed',
      got: 'lbw=1,2,3',
    });
    expect(await refusal('<lora:smile:1:step=5>')).toMatchObject({ code: 'not_allowed', got: 'step=5' });
  });

  it('names a hypernetwork by its file, or near ones', async () => {
    expect((await post('a <hypernet:glow:0.5> cat')).statusCode).toBe(202);
    expect(await refusal('a <hypernet:glwo> cat')).toMatchObject({
      status: 422,
      code: 'hypernetwork_not_found',
      hint: 'Did you mean glow?',
    });
    for (const name of ['../loras/people/smile', '/etc/passwd', 'smile'])
      expect(await refusal(`a <hypernet:${name}:1>`)).toMatchObject({ code: 'hypernetwork_not_found' });
  });

  it('means nothing in a comment', async () => {
    expect((await post('a cat # <lora:gone:1>')).statusCode).toBe(202);
  });
});
