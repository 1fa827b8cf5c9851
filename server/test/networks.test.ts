/** LoRA and embeddings: listed with what they are, refused before a job is accepted where they do not go, told in pictures. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ModelList, ModelView } from '@easel/shared/http/models';
import type { PromptAnalysis } from '@easel/shared/http/prompt';
import { readInfotext } from '@easel/shared/infotext/read';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createPictureFiles } from '../src/services/picture-file.ts';
import { parseRecord, RECORD_KEYWORD } from '../src/services/picture-record.ts';
import { readTexts } from '../src/services/png-text.ts';
import { openTestStudio, removeFolders, type TestStudio } from './support/test-studio.ts';

let studio: TestStudio;
const lora = async (name: string, content: object | string): Promise<void> =>
  writeFile(
    join(studio.folders.models, `loras/${name}.safetensors`),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
const embedding = async (name: string, content: object): Promise<void> =>
  writeFile(join(studio.folders.models, `embeddings/${name}.pt`), JSON.stringify(content));

beforeAll(async () => {
  studio = await openTestStudio({ createPictureFiles });
  await mkdir(join(studio.folders.models, 'loras'), { recursive: true });
  await mkdir(join(studio.folders.models, 'embeddings'), { recursive: true });
  await lora('plain', 'x');
  await lora('stated', { statedHash: `abcdef123456${'0'.repeat(52)}` });
  await lora('big', { base: 'sdxl', contextWidth: 2048, evidence: 'it changes two text encoders' });
  await lora('small', { contextWidth: 64 });
  await lora('paints-into', { inputChannels: 9 });
  await lora('broken', 'bad');
  await embedding('charm', {});
  await embedding('pairwise', { base: 'sdxl', textWidths: [768, 1280] });
  // One is a picture itself; the others are pictures of one.
  await mkdir(join(studio.folders.models, 'embeddings/cards'), { recursive: true });
  for (const name of ['cards/picture.png', 'charm.png', 'charm.preview.webp'])
    await writeFile(join(studio.folders.models, 'embeddings', name), 'x');
  for (;;) {
    const models = await list();
    const isSettled = models.every(({ reason, isUsable, hashing }) =>
      isUsable ? hashing === 'done' : reason?.code !== 'model_pending',
    );
    if (models.length === 10 && isSettled) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}, 60_000);
afterAll(async () => {
  await studio.end();
  await removeFolders(studio.folders);
});

const list = async (): Promise<ModelView[]> =>
  (await studio.app.inject('/api/v1/models?kind=all&refresh=1')).json<ModelList>().models;
const refusal = async (prompt: string, more: object = {}) => {
  const answer = await studio.app.inject({
    method: 'POST',
    url: '/api/v1/jobs',
    payload: { prompt, steps: 2, ...more },
  });
  return { status: answer.statusCode, ...answer.json<{ error?: Record<string, unknown> }>().error };
};
const analyse = async (prompt: string, more: object = {}): Promise<PromptAnalysis> =>
  (
    await studio.app.inject({ method: 'POST', url: '/api/v1/prompt/analyse', payload: { prompt, ...more } })
  ).json<PromptAnalysis>();

describe('the list', () => {
  it('says what a LoRA or an embedding is, and why one cannot be used', async () => {
    const models = await list();
    const find = (id: string): ModelView | undefined => models.find((model) => model.id === id);
    expect(find('lora:plain')).toMatchObject({ isUsable: true, reason: null, network: { kind: 'lora', base: 'sd1' } });
    expect(find('lora:big')).toMatchObject({ isUsable: true, network: { base: 'sdxl' } });
    expect(find('lora:broken')).toMatchObject({ isUsable: false, network: null, reason: { code: 'model_invalid' } });
    expect(find('embedding:cards/picture.png')).toMatchObject({
      isUsable: true,
      preview: expect.anything() as unknown,
    });
    expect(find('embedding:charm.pt')).toMatchObject({ isUsable: true, network: { vectors: 2 } });
    expect(find('tiny')).toMatchObject({ network: null, conditioning: { context: 768, text: [768] } });
  });
});

describe('a LoRA of another base', () => {
  it('is refused before the job is accepted, with both bases and a way out', async () => {
    expect(await refusal('a <lora:big:1> cat')).toMatchObject({
      status: 422,
      code: 'model_incompatible',
      message: 'prompt: the LoRA "big" was made for Stable Diffusion XL; the model "tiny" is of Stable Diffusion 1.',
      field: 'prompt',
      got: 'sdxl',
      limit: 'sd1',
      hint: 'Choose a model of Stable Diffusion XL, or take the tag <lora:big> out of the prompt.',
    });
    expect(await refusal('<lora:small>')).toMatchObject({
      status: 422,
      code: 'model_incompatible',
      got: [64],
      limit: [768],
    });
    expect(await refusal('<lora:plain>')).toMatchObject({ status: 202 });
  });

  it('is named by the analysis for the model that is chosen', async () => {
    expect((await analyse('a <lora:big:1>', { model: 'tiny' })).problems).toMatchObject([
      { kind: 'lora_wrong_base', span: { start: 2, end: 14 } },
    ]);
    expect((await analyse('a <lora:plain:1>', { model: 'tiny' })).problems).toEqual([]);
    expect((await analyse('a <lora:big:1>', { model: 'no such' })).problems).toEqual([]);
  });
});

describe('a LoRA that makes an inpainting model', () => {
  it('is refused before the job is accepted, with the command that bakes it', async () => {
    expect(await refusal('a <lora:paints-into:1> cat')).toMatchObject({
      status: 422,
      code: 'model_incompatible',
      message:
        'prompt: the LoRA "paints-into" makes an inpainting model of another, with 9 channels for 4; it cannot run beside "tiny".',
      got: 9,
      limit: 4,
      hint: 'Bake it in once: npm run easel -- convert tiny models/checkpoints/tiny-inpaint --lora paints-into, or Convert on the models page. Then choose tiny-inpaint, and take the tag out of the prompt.',
    });
    expect((await analyse('<lora:paints-into:1>', { model: 'tiny' })).problems).toMatchObject([
      { kind: 'lora_wrong_base' },
    ]);
  });
});

it('thousands of tags, of names with paths too, are told in a moment and refused as too many', async () => {
  const prompt = Array.from({ length: 5000 }, (_, i) => `<lora:../p${i}>`).join(' ');
  const begun = performance.now();
  const { problems } = await analyse(prompt, { model: 'tiny' });
  expect(problems).toHaveLength(5000);
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(await refusal(prompt)).toMatchObject({ status: 422, code: 'out_of_range', field: 'prompt', limit: 100 });
  expect(await refusal('<lora:/etc/passwd:1>')).toMatchObject({ status: 422, code: 'lora_not_found' });
});

it('a LoRA that cannot be read is refused with its own reason', async () => {
  expect(await refusal('<lora:broken:1>')).toMatchObject({
    status: 422,
    code: 'model_unusable',
    field: 'prompt',
    got: 'broken',
  });
});

describe('an embedding', () => {
  it('of another width is listed as skipped, and said with the picture', async () => {
    const { embeddings, tokens, problems } = await analyse('charm and pairwise', { model: 'tiny' });
    expect(problems).toMatchObject([{ kind: 'embedding_wrong_base', span: { start: 10, end: 18 }, fix: { text: '' } }]);
    expect(embeddings).toMatchObject([
      { name: 'charm', vectors: 2, skipped: null },
      { name: 'pairwise', skipped: { by: 'base', network: 'sdxl', model: 'sd1' } },
    ]);
    // Two vectors, "and", and the other name as words.
    expect(tokens).toBe(5);
    const { id } = await studio.submit({ prompt: 'charm and pairwise', steps: 2 });
    expect((await studio.ended(id)).state).toBe('done');
    const { record, text } = await savedBy(id);
    expect(record?.notes).toContain('embedding-skipped');
    expect(record?.networks?.map(({ name }) => name)).toEqual(['charm']);
    expect([...readInfotext(text).embeddingHashes.keys()]).toEqual(['charm']);
  });

  it('is told to other programs with its vectors, and among the skipped where it does not go', async () => {
    const { loaded, skipped } = (await studio.app.inject('/sdapi/v1/embeddings')).json<Record<string, object>>();
    expect(loaded).toMatchObject({ charm: { shape: 768, vectors: 2 } });
    expect(skipped).toMatchObject({ pairwise: { shape: 1280, vectors: 2 } });
  });

  it('whose name is only a part of a word is not meant', async () => {
    expect((await analyse('charming', { model: 'tiny' })).embeddings).toEqual([]);
    expect((await analyse('charm', { model: 'tiny', isNegative: true })).embeddings).toMatchObject([{ name: 'charm' }]);
  });
});

describe('a picture', () => {
  it('has the files in it that it was made with, and their digits as the WebUI writes them', async () => {
    const { id } = await studio.submit({ prompt: 'a cat <lora:plain:0.5> <lora:stated:-1:2>', steps: 2 });
    expect((await studio.ended(id)).state).toBe('done');
    const { record, text } = await savedBy(id);
    const plain = (await list()).find((model) => model.id === 'lora:plain');
    const digits = (plain?.hashes.autoV3 ?? plain?.sha256)?.slice(0, 12);
    expect(text).toContain(`Lora hashes: "plain: ${digits}, stated: abcdef123456", Version: Easel`);
    expect(text).not.toContain('TI hashes');
    expect(record?.networks).toEqual([
      { kind: 'lora', name: 'plain', id: 'lora:plain', hash: digits },
      { kind: 'lora', name: 'stated', id: 'lora:stated', hash: 'abcdef123456' },
    ]);
  });
});

it('a text of another program finds a LoRA under another name by its digits', async () => {
  const infotext = [
    'a cat <lora:by_another_name:0.4>, <lora:plain:0.1>',
    'Steps: 2, Sampler: Euler, CFG scale: 4, Seed: 1, Size: 64x64, Lora hashes: "by_another_name: abcdef123456"',
  ].join('\n');
  const answer = await studio.app.inject({ method: 'POST', url: '/sdapi/v1/txt2img', payload: { infotext } });
  expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200);
  const { infotexts } = JSON.parse(answer.json<{ info: string }>().info) as { infotexts: string[] };
  expect(infotexts[0]).toContain('a cat <lora:stated:0.4>, <lora:plain:0.1>');
});

async function savedBy(jobId: string) {
  const { images } = await studio.job(jobId);
  const { outputs } = studio.folders;
  for (const folder of await readdir(outputs)) {
    for (const name of folder.startsWith('.') ? [] : await readdir(join(outputs, folder))) {
      if (!name.includes(jobId.slice(0, 8))) continue;
      const texts = readTexts(await readFile(join(outputs, folder, name)));
      const textOf = (keyword: string): string => texts.find((each) => each.keyword === keyword)?.text ?? '';
      return { record: parseRecord(textOf(RECORD_KEYWORD)), text: textOf('parameters') };
    }
  }
  throw new Error(`No file of ${jobId}, which has ${images.length} pictures.`);
}
