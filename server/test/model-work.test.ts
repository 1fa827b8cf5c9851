/** Work on model files: queued like pictures, checked before it is queued, done when the file is there. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { JobAccepted, ModelJobView } from '@easel/shared/http/jobs';
import type { ModelList } from '@easel/shared/http/models';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { openTestStudio, removeFolders, type TestStudio } from './support/test-studio.ts';

let studio: TestStudio;
beforeAll(async () => {
  studio = await openTestStudio();
  await studio.engine.whenReady();
  await vi.waitFor(async () => expect((await models()).length).toBeGreaterThan(0), 5000);
});
afterAll(async () => {
  await studio.end();
  await removeFolders(studio.folders);
});

const post = async (
  payload: Record<string, unknown>,
): Promise<{ status: number; body: { error: { code: string } } & JobAccepted }> => {
  const response = await studio.app.inject({ method: 'POST', url: '/api/v1/jobs', payload });
  return { status: response.statusCode, body: response.json() };
};
const convert = async (fields: Record<string, unknown>): ReturnType<typeof post> =>
  post({ type: 'convert', model: (await models())[0], ...fields });
const models = async (): Promise<string[]> =>
  (await studio.app.inject('/api/v1/models'))
    .json<ModelList>()
    .models.filter(({ isUsable }) => isUsable)
    .map(({ id }) => id);
const ended = async (id: string): Promise<ModelJobView> => (await studio.ended(id)) as unknown as ModelJobView;
const made = (path: string): string => join(studio.folders.models, path);

describe('work on a model file', () => {
  it('runs in the queue, tells bytes, and is done when the file is there', async () => {
    const { status, body } = await convert({ output: 'sub/new one', precision: 'fp16' });
    expect(status).toBe(202);
    const job = await ended(body.id);
    expect(job).toMatchObject({
      type: 'convert',
      state: 'done',
      images: [],
      parameters: { output: 'sub/new one', precision: 'fp16', form: 'single-file', ema: 'keep', overwrite: false },
      result: { file: 'new one.safetensors', sizeBytes: 4, notes: ['One tensor was left out.'] },
    });
    expect(await readFile(made('checkpoints/sub/new one.safetensors'), 'utf8')).toBe('made');
    await vi.waitFor(async () => expect(await models()).toContain('sub/new one'), 5000);
  });

  it('of a VAE goes into the folder of VAEs', async () => {
    const { body } = await convert({ output: 'its-vae', part: 'vae' });
    expect((await ended(body.id)).state).toBe('done');
    expect(existsSync(made('vae/its-vae.safetensors'))).toBe(true);
  });

  it('may bake LoRA in, which are found by their names', async () => {
    await mkdir(made('loras/people'), { recursive: true });
    await writeFile(made('loras/people/smile.safetensors'), 'x');
    const { status, body } = await convert({ output: 'smiling', loras: [{ model: 'smile', weight: 0.5 }] });
    expect(status).toBe(202);
    expect(await ended(body.id)).toMatchObject({
      state: 'done',
      parameters: { loras: [{ model: 'lora:people/smile', weight: 0.5 }] },
    });
    for (const [field, value] of [
      ['loras.0.model', { loras: [{ model: 'gone' }] }],
      ['loras', { loras: [{ model: 'smile' }], form: 'diffusers' }],
      ['loras', { loras: [{ model: 'smile' }], part: 'vae' }],
    ] as const) {
      const refused = await convert({ output: 'never', ...value });
      expect([refused.status, refused.body.error]).toMatchObject([422, { field }]);
    }
  });

  it('is cancelled while it runs, and leaves no file', async () => {
    const { body } = await convert({ output: 'never [slow=200]' });
    await studio.until((job) => job.state === 'running' && job.progress !== null, body.id);
    expect((await studio.app.inject({ method: 'DELETE', url: `/api/v1/jobs/${body.id}` })).json().state).toBe(
      'cancelled',
    );
    expect((await ended(body.id)).state).toBe('cancelled');
    expect((await readdir(made('checkpoints'))).join()).not.toContain('never');
  });

  it('tells why it failed', async () => {
    const { body } = await convert({ output: 'other [fail@2]' });
    expect(await ended(body.id)).toMatchObject({ state: 'failed', error: { code: 'models_differ' }, result: null });
  });

  it('is tried again when the engine dies at it', async () => {
    const { body } = await convert({ output: 'twice [die@1]' });
    expect(await ended(body.id)).toMatchObject({ state: 'done', attempt: 2 });
  });
});

describe('a request for work on models', () => {
  const refusals: [name: string, fields: Record<string, unknown>, code: string, field: string][] = [
    ['leads out of the folder', { output: '../out' }, 'bad_name', 'output'],
    ['begins with a dot', { output: '.hidden' }, 'bad_name', 'output'],
    ['is absolute', { output: '/tmp/x' }, 'bad_name', 'output'],
    ['has a backslash', { output: 'a\\b' }, 'bad_name', 'output'],
    ['names a device', { output: 'sub/con' }, 'bad_name', 'output'],
    ['names no model', { model: 'nobody', output: 'x' }, 'unknown_model', 'model'],
    ['has a misspelt field', { output: 'x', precison: 'fp16' }, 'unknown_field', 'precison'],
    ['has a precision nobody knows', { output: 'x', precision: 'fp4' }, 'not_allowed', 'precision'],
    ['lacks a name', {}, 'field_required', 'output'],
    ['wants a VAE as a folder', { output: 'x', part: 'vae', form: 'diffusers' }, 'not_allowed', 'form'],
  ];
  it.each(refusals)('is refused where it %s', async (_name, fields, code, field) => {
    const { status, body } = await convert(fields);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body.error).toMatchObject({ code, field, hint: expect.stringMatching(/\w/) });
  });

  it('is refused where a link leads out of the folder', async () => {
    await symlink(studio.folders.notes, made('checkpoints/away'));
    expect((await convert({ output: 'away/x' })).body.error).toMatchObject({ code: 'bad_name', field: 'output' });
    expect((await convert({ output: 'away/deeper/x' })).body.error).toMatchObject({ code: 'bad_name' });
    expect(await readdir(studio.folders.notes)).not.toContain('deeper');
  });

  it('is refused where something has the name, unless it may be replaced', async () => {
    const { body } = await convert({ output: 'taken' });
    await ended(body.id);
    expect((await convert({ output: 'taken' })).body.error).toMatchObject({ code: 'name_taken', field: 'output' });
    expect((await convert({ output: 'taken', overwrite: true })).status).toBe(202);
  });

  it('names the fields of its own kind only', async () => {
    const { body } = await convert({ output: 'x', steps: 20 });
    expect(body.error).toMatchObject({ code: 'unknown_field', limit: expect.not.arrayContaining(['prompt', 'steps']) });
  });

  it('to merge must have as many weights as the method takes', async () => {
    const [model] = await models();
    const merge = { type: 'merge', models: [model, model], output: 'sum' };
    expect((await post({ ...merge, method: 'add-difference', weights: [1] })).body.error).toMatchObject({
      code: 'not_allowed',
      field: 'models',
    });
    expect((await post({ ...merge, method: 'weighted-sum', weights: [0.5, 0.5] })).body.error).toMatchObject({
      code: 'not_allowed',
      field: 'weights',
    });
    const { status, body } = await post({ ...merge, method: 'weighted-sum', weights: [0.5] });
    expect(status).toBe(202);
    expect((await ended(body.id)).state).toBe('done');
  });
});
