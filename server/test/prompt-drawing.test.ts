/** Wildcards, choices and styles: drawn once when a job is accepted, each picture by its seed, and kept with it. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { TextToImageParameters } from '@easel/shared/generation';
import type { ImageView } from '@easel/shared/http/images';
import type { PromptAnalysis } from '@easel/shared/http/prompt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeFolders, openTestStudio, removeFolders, type TestStudio } from './support/test-studio.ts';

let studio: TestStudio;
const COLOURS = ['red', 'green', 'blue', 'white', 'black', 'pink', 'grey', 'gold'];
const put = async (name: string, text: string): Promise<void> => {
  const folder = join(studio.folders.data, 'wildcards');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.txt`), text);
};
beforeAll(async () => {
  studio = await openTestStudio();
  await mkdir(join(studio.folders.models, 'loras'), { recursive: true });
  await writeFile(join(studio.folders.models, 'loras/smile.safetensors'), 'x');
  await put('colour', COLOURS.join('\n'));
  await put('smile', '<lora:smile:0.5> happy');
  await put('frown', '<lora:frown:0.5> sad');
  await put('empty', '# nothing\n');
  await put('loop', '__loop__');
  await studio.app.inject({
    method: 'PUT',
    url: '/api/v1/styles/Oil',
    payload: { prompt: 'oil of {prompt}', negativePrompt: 'flat' },
  });
});
afterAll(async () => {
  await studio.end();
  await removeFolders(studio.folders);
});

const make = async (request: Record<string, unknown>): Promise<TextToImageParameters[]> => {
  const { id } = await studio.submit({ steps: 1, ...request });
  const job = await studio.ended(id);
  expect(job).toMatchObject({ state: 'done', error: null });
  const views = job.images.map(async (image) => (await studio.app.inject(`/api/v1/images/${image}`)).json<ImageView>());
  return (await Promise.all(views)).map(({ parameters }) => parameters);
};
const refusal = async (request: Record<string, unknown>) => {
  const answer = await studio.app.inject({ method: 'POST', url: '/api/v1/jobs', payload: { prompt: 'a', ...request } });
  return {
    status: answer.statusCode,
    ...answer.json<{ error: { code: string; field?: string; hint?: string } }>().error,
  };
};

describe('a prompt with something to draw', () => {
  it('gives each picture its own text by its own seed, and keeps what was typed', async () => {
    const request = { prompt: 'a __colour__ {cat|dog} # pets', negativePrompt: '{x|y}', seed: 40, count: 6 };
    const pictures = await make(request);
    expect(pictures.map(({ seed }) => seed)).toEqual([40, 41, 42, 43, 44, 45]);
    expect(new Set(pictures.map(({ prompt }) => prompt)).size).toBeGreaterThan(2);
    for (const { prompt, negativePrompt, template } of pictures) {
      expect(prompt).toMatch(new RegExp(`^a (${COLOURS.join('|')}) (cat|dog)\\s*$`));
      expect(negativePrompt).toMatch(/^[xy]$/);
      expect(template).toEqual({ prompt: request.prompt, negativePrompt: '{x|y}' });
    }
    // One alone has the text it had among the others.
    const [alone] = await make({ ...request, seed: 43, count: 1 });
    expect(alone).toEqual(pictures[3]);
  });

  it('is not drawn again where a picture is asked for a second time', async () => {
    const [first] = await make({ prompt: '__colour__ __colour__', seed: 9 });
    await put('colour', 'other');
    const [again] = await make({ ...first });
    await put('colour', COLOURS.join('\n'));
    expect(again).toEqual(first);
  });

  it('is drawn when it is accepted, whatever happens to the files then, or to the engine', async () => {
    const running = await studio.submit({ prompt: '[slow=200] first', steps: 3 });
    const waiting = await studio.submit({ prompt: '__colour__ [die-once@1]', seed: 5, count: 3, steps: 2 });
    await rm(join(studio.folders.data, 'wildcards/colour.txt'));
    await studio.ended(running.id);
    const job = await studio.ended(waiting.id);
    await put('colour', COLOURS.join('\n'));
    expect(job).toMatchObject({ state: 'done', attempt: 2, parameters: { prompt: '__colour__ [die-once@1]' } });
    const [expected] = await make({ prompt: '__colour__ [die-once@1]', seed: 6, steps: 2 });
    const second = await studio.app.inject(`/api/v1/images/${job.images[1]}`);
    expect(second.json<ImageView>().parameters).toEqual(expected);
  });

  it('leaves no trace where nothing was drawn', async () => {
    const [picture] = await make({ prompt: 'a cat # __nobody__', styles: [] });
    expect(picture).toMatchObject({ prompt: 'a cat # __nobody__' });
    expect(Object.keys(picture ?? {})).not.toContain('template');
    expect(Object.keys(picture ?? {})).not.toContain('styles');
  });

  it('may draw LoRA, which have to be there', async () => {
    const [picture] = await make({ prompt: 'a __smile__ cat' });
    expect(picture?.prompt).toBe('a <lora:smile:0.5> happy cat');
    expect(await refusal({ prompt: 'a __frown__ cat' })).toMatchObject({ status: 422, code: 'lora_not_found' });
  });

  it.each([
    ['__colours__', 'unknown_wildcard', 'Did you mean __colour__?'],
    ['__../../etc/passwd__', 'unknown_wildcard', /./],
    ['__empty__', 'wildcard_empty', /./],
    ['__loop__', 'wildcard_cycle', /./],
  ])('is refused for %s before it runs', async (prompt, code, hint) => {
    expect(await refusal({ prompt })).toMatchObject({ status: 422, code, field: 'prompt' });
    expect((await refusal({ prompt })).hint).toMatch(hint);
  });
});

describe('a job that waited while the server was away', () => {
  it('is made as it was drawn', async () => {
    const folders = await makeFolders();
    const file = join(folders.data, 'wildcards/thing.txt');
    await mkdir(join(folders.data, 'wildcards'));
    await writeFile(file, 'a\nb\nc\nd\ne\nf\ng\nh');
    const before = await openTestStudio({ folders, isIdle: true });
    before.engine.start();
    const { id } = await before.submit({ prompt: '__thing__ __thing__', count: 4, seed: 1, steps: 1 });
    const { drawn } = await before.store.selectFrom('jobs').select('drawn').executeTakeFirstOrThrow();
    await before.end();
    await writeFile(file, 'changed');
    const after = await openTestStudio({ folders });
    const job = await after.ended(id);
    const rows = await after.store.selectFrom('images').select('prompt').orderBy('image_index').execute();
    expect(job.state).toBe('done');
    expect(rows).toEqual((JSON.parse(drawn ?? '[]') as { prompt: string }[]).map(({ prompt }) => ({ prompt })));
    expect(new Set(rows.map(({ prompt }) => prompt)).size).toBeGreaterThan(1);
    await after.end();
    await removeFolders(folders);
  });
});

describe('a wildcard of very many lines', () => {
  it('is drawn from like any other', async () => {
    await put('many', '1\n'.repeat(400_000));
    expect(await make({ prompt: '__many__ __many*__' })).toMatchObject([{ prompt: '1 1' }]);
  });
});

describe('styles of a request', () => {
  it('are put on before anything else, and named with the picture', async () => {
    const [picture] = await make({ prompt: 'a {cat|cat}', negativePrompt: 'blur', styles: ['Oil'] });
    expect(picture).toMatchObject({
      prompt: 'oil of a cat',
      negativePrompt: 'blur, flat',
      template: { prompt: 'a {cat|cat}', negativePrompt: 'blur', styles: ['Oil'] },
    });
    expect(await make({ ...picture })).toEqual([picture]);
  });

  it('have to be there', async () => {
    expect(await refusal({ styles: ['Oli'] })).toMatchObject({ code: 'unknown_style', hint: 'Did you mean Oil?' });
    const template = { prompt: 'a', negativePrompt: '' };
    expect(await refusal({ styles: ['Oil'], template })).toMatchObject({ code: 'not_allowed', field: 'styles' });
  });
});

describe('the analysis of a prompt', () => {
  const analyse = async (payload: object) =>
    (await studio.app.inject({ method: 'POST', url: '/api/v1/prompt/analyse', payload })).json<PromptAnalysis>();

  it('reads what the first picture would be told, and gives no places in it', async () => {
    const [picture] = await make({ prompt: 'a __colour__ {cat|dog}', seed: 12, styles: ['Oil'] });
    const asked = { prompt: 'a __colour__ {cat|dog}', seed: 12, styles: ['Oil'], hasDetail: true };
    const { resolved, detail, chunkEnds, problems } = await analyse(asked);
    expect(resolved).toBe(picture?.prompt);
    expect(detail?.texts[0]?.text).toBe(picture?.prompt);
    expect(detail?.texts[0]?.chunks[0]?.tokens.every(({ span }) => span === null)).toBe(true);
    expect([chunkEnds, problems]).toEqual([[], []]);
    expect((await analyse({ prompt: 'a cat' })).resolved).toBeNull();
    expect((await analyse({ prompt: 'blur', isNegative: true, styles: ['Oil'] })).resolved).toBe('blur, flat');
  });

  it('names a wildcard that is not there, with one that is near', async () => {
    expect((await analyse({ prompt: 'a __colours__ b' })).problems).toEqual([
      expect.objectContaining({ kind: 'wildcard_not_found', near: ['colour'], span: { start: 2, end: 13 } }),
    ]);
    const kinds = (await analyse({ prompt: '__empty__ __loop__ __colour__' })).problems.map(({ kind }) => kind);
    expect(kinds).toEqual(['wildcard_empty', 'wildcard_cycle']);
  });
});

describe("the WebUI's API", () => {
  it('knows the styles, puts them on, and tells what each picture was made from', async () => {
    const list = await studio.app.inject('/sdapi/v1/prompt-styles');
    expect(list.json()).toEqual([{ name: 'Oil', prompt: 'oil of {prompt}', negative_prompt: 'flat' }]);
    const answer = await studio.app.inject({
      method: 'POST',
      url: '/sdapi/v1/txt2img',
      payload: { prompt: 'a __colour__', styles: ['Oil', 'Gone'], batch_size: 2, steps: 1, seed: 2 },
    });
    const info = JSON.parse(answer.json<{ info: string }>().info) as { all_prompts: string[]; negative_prompt: string };
    const made = await make({ prompt: 'a __colour__', styles: ['Oil'], count: 2, seed: 2 });
    expect(info.all_prompts).toEqual(made.map(({ prompt }) => prompt));
    expect(info.negative_prompt).toBe('flat');
  });

  it('takes the prompts of an infotext as they stand, unless others are given', async () => {
    const infotext = 'a red cat\nSteps: 1, Sampler: Euler, Seed: 2, Size: 64x64, Template: "a __gone__ cat"';
    const post = async (payload: object) =>
      (await studio.app.inject({ method: 'POST', url: '/sdapi/v1/txt2img', payload })).statusCode;
    expect(await post({ infotext })).toBe(200);
    expect(await post({ infotext, prompt: 'a __gone__ dog' })).toBe(422);
  });
});
