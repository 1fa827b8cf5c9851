/** The models folder: what is found, what is refused and why, by which names a model is known. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ModelList, ModelView } from '@easel/shared/http/models';
import { afterEach, describe, expect, it } from 'vitest';

import {
  makeFolders,
  openTestStudio,
  removeFolders,
  type TestFolders,
  type TestStudio,
} from './support/test-studio.ts';

let studio: TestStudio | null = null;
let folders: TestFolders | null = null;
afterEach(async () => {
  await studio?.end();
  // What nobody may read nobody can remove.
  await chmod(join(folders?.models ?? '', 'checkpoints', 'locked'), 0o700).catch(() => null);
  if (folders !== null) await removeFolders(folders);
  studio = null;
});

const open = async (
  models: Record<string, string>,
  prepare?: (checkpoints: string) => Promise<void>,
): Promise<TestStudio> => {
  folders = await makeFolders(models);
  await prepare?.(join(folders.models, 'checkpoints'));
  studio = await openTestStudio({ folders });
  return studio;
};

const list = async (refresh = false): Promise<ModelList> => {
  if (studio === null) throw new Error('No studio is open.');
  return (await studio.app.inject(`/api/v1/models${refresh ? '?refresh=1' : ''}`)).json<ModelList>();
};

const until = async (what: (list: ModelList) => boolean): Promise<ModelList> => {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const now = await list();
    if (what(now)) return now;
    if (Date.now() > deadline) throw new Error(`Waited in vain: ${JSON.stringify(now)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
const isExamined = ({ models }: ModelList): boolean =>
  models.every(({ reason, sha256, isUsable }) => reason?.code !== 'model_pending' && (!isUsable || sha256 !== null));
const byId = ({ models }: ModelList, id: string): ModelView | undefined => models.find((model) => model.id === id);

describe('the models folder', () => {
  it('lists what is in it and below it, with family, defaults, hash, and the largest as the default', async () => {
    await open({
      'tiny.safetensors': 'tiny',
      'people/Große Ölbilder.safetensors': 'title:Oil paintings, and a little larger',
    });
    const known = await until((now) => now.models.length === 2 && isExamined(now));
    expect(byId(known, 'people/Große Ölbilder')).toMatchObject({
      name: 'Oil paintings, and a little larger',
      fileName: 'Große Ölbilder.safetensors',
      isUsable: true,
      family: 'stable-diffusion-1',
      defaults: { width: 64, sampler: 'euler' },
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(known.defaultModel).toBe('people/Große Ölbilder');
  });

  it('says of each bad file why, and none harms the others', async () => {
    const isRoot = process.getuid?.() === 0;
    await open(
      {
        'good.safetensors': 'good',
        'bad.safetensors': 'bad',
        'deadly.safetensors': 'die',
        'old.ckpt': 'bad',
        'other.onnx': 'x',
        'notes.txt': 'x',
      },
      async (checkpoints) => {
        execFileSync('mkfifo', [join(checkpoints, 'pipe.safetensors')]);
        await mkdir(join(checkpoints, 'folder.safetensors'));
        await symlink('/etc/passwd', join(checkpoints, 'passwd.safetensors'));
        await symlink('..', join(checkpoints, 'loop'));
        await mkdir(join(checkpoints, 'locked'));
        await chmod(join(checkpoints, 'locked'), 0);
      },
    );
    const known = await until((now) => now.models.length >= 7 && isExamined(now));
    const reasons = Object.fromEntries(known.models.map(({ id, reason }) => [id, reason?.code ?? null]));
    expect(reasons).toEqual({
      good: null,
      bad: 'model_invalid',
      deadly: 'model_invalid',
      'old.ckpt': 'model_invalid',
      'other.onnx': 'model_unsupported',
      pipe: 'model_invalid',
      passwd: 'model_unsupported',
      loop: 'model_unsupported',
      ...(isRoot ? {} : { locked: 'model_invalid' }),
    });
    expect(JSON.stringify(known)).not.toContain('root:');
    expect(await studio?.ended(((await studio.submit()) as { id: string }).id)).toMatchObject({ state: 'done' });
    const refused = await studio?.app.inject({
      method: 'POST',
      url: '/api/v1/jobs',
      payload: { type: 'text-to-image', prompt: 'x', model: 'bad' },
    });
    expect(refused?.statusCode).toBe(422);
    expect(refused?.body).toContain('cannot be used');
  });

  it('lists a ControlNet as one, unopened and with nothing against it, and offers it to no job', async () => {
    const { folders: at } = await open({ 'good.safetensors': 'good' }, async (checkpoints) => {
      const folder = join(checkpoints, '..', 'controlnet');
      await mkdir(folder);
      await writeFile(join(folder, 'edges.safetensors'), 'bad');
      await writeFile(join(folder, 'edges.md'), 'its card');
    });
    const known = await until((now) => now.models.length === 1 && isExamined(now));
    const listed = (await studio?.app.inject('/api/v1/models?kind=controlnet'))?.json<ModelList>().models;
    expect(listed).toHaveLength(1);
    expect(listed?.[0]).toMatchObject({
      kind: 'controlnet',
      name: 'edges',
      sizeBytes: (await stat(join(at.models, 'controlnet', 'edges.safetensors'))).size,
      reason: null,
      isUsable: false,
    });
    expect(known.defaultModel).toBe('good');
    const refused = await studio?.app.inject({
      method: 'POST',
      url: '/api/v1/jobs',
      payload: { type: 'text-to-image', prompt: 'x', model: listed?.[0]?.id },
    });
    expect(refused?.statusCode).toBe(422);
  });

  it('lists files of torch, and a folder of diffusers as one model under its name', async () => {
    const { folders: at } = await open({
      'old.ckpt': 'old',
      'older.PT': 'older',
      'part.bin': 'part',
      'both.safetensors': 'a file',
      'both/model_index.json': 'title:A folder beside its file',
      'both/unet/config.json': '{}',
      'both/unet/diffusion_pytorch_model.safetensors': 'weights',
      'both/text_encoder/model.fp16.safetensors': 'bad',
      'sub/v1.5/model_index.json': 'bad',
    });
    const known = await until(
      (now) => now.models.length === 6 && now.models.every(({ reason }) => reason?.code !== 'model_pending'),
    );
    expect(Object.fromEntries(known.models.map(({ id, name, isUsable }) => [id, isUsable ? name : null]))).toEqual({
      both: 'A folder beside its file',
      'both.safetensors': 'both.safetensors',
      'old.ckpt': 'old.ckpt',
      'older.PT': 'older.PT',
      'part.bin': 'part.bin',
      'sub/v1.5': null,
    });
    const accepted = (await studio?.submit({ model: 'both' })) as { id: string } | undefined;
    expect(await studio?.ended(accepted?.id ?? '')).toMatchObject({ state: 'done' });
    expect(byId(await list(), 'both')).toMatchObject({ fileName: 'both', sha256: null, sizeBytes: 42 });

    // A file deep inside is part of what the model is.
    await writeFile(join(at.models, 'checkpoints/both/unet/diffusion_pytorch_model.safetensors'), 'other weights');
    await until((now) => byId(now, 'both')?.sizeBytes === 48);
  });

  it('notices files that come, change and go, by itself', async () => {
    const { folders: at } = await open({ 'tiny.safetensors': 'tiny' });
    await until(isExamined);
    const file = join(at.models, 'checkpoints', 'new', 'late.safetensors');
    await mkdir(join(at.models, 'checkpoints', 'new'));
    await writeFile(file, 'late');
    const come = await until((now) => byId(now, 'new/late')?.isUsable === true && isExamined(now));
    await writeFile(file, 'late, but longer');
    await until((now) => isExamined(now) && byId(now, 'new/late')?.sha256 !== byId(come, 'new/late')?.sha256);
    await rm(file);
    const gone = await until((now) => now.models.length === 1);
    expect(gone.models[0]?.id).toBe('tiny');
  });

  it('looks again when asked to, without waiting for the watcher', async () => {
    const { folders: at } = await open({ 'tiny.safetensors': 'tiny' });
    await until(isExamined);
    await new Promise((resolve) => setTimeout(resolve, 2100));
    await writeFile(join(at.models, 'checkpoints', 'second.safetensors'), 'second');
    expect((await list(true)).models.map(({ id }) => id)).toContain('second');
  });

  it('does not examine or hash again what has not changed', async () => {
    const sameTime = new Date('2026-01-02T03:04:05Z');
    const first = await open({ 'tiny.safetensors': 'title:Kept' }, async (checkpoints) =>
      utimes(join(checkpoints, 'tiny.safetensors'), sameTime, sameTime),
    );
    await until(isExamined);
    await first.end();
    // Same size and time, other content: only what was kept can still say "Kept".
    const file = join(first.folders.models, 'checkpoints', 'tiny.safetensors');
    await writeFile(file, 'title:Lost');
    await utimes(file, sameTime, sameTime);
    studio = await openTestStudio({ folders: first.folders });
    expect((await until(isExamined)).models[0]?.name).toBe('Kept');
  });
});

describe('a model is known', () => {
  it('by its id, name, file name, stem in another case, title and hashes', async () => {
    const { submit, job } = await open({
      'sub/painter.safetensors': 'title:The Painter',
      'other.safetensors': 'other',
    });
    const known = await until((now) => now.models.length === 2 && isExamined(now));
    const hash = byId(known, 'sub/painter')?.sha256?.slice(0, 10) ?? '';
    const names = [
      'sub/painter',
      'The Painter',
      'painter.safetensors',
      'PAINTER',
      hash,
      `painter.safetensors [${hash}]`,
    ];
    // A title with the hash of another version still means the file of that name.
    for (const model of [...names, 'painter.safetensors [0123456789]']) {
      const { id } = await submit({ model });
      expect((await job(id)).parameters.model, model).toBe('sub/painter');
    }
  });

  it('and not by a path or another word; near names are told', async () => {
    await open({ 'painter.safetensors': 'x' });
    await until(isExamined);
    for (const model of ['/etc/passwd', '../checkpoints/painter', 'paniter', 'x'.repeat(200)]) {
      const refused = await studio?.app.inject({
        method: 'POST',
        url: '/api/v1/jobs',
        payload: { type: 'text-to-image', prompt: 'x', model },
      });
      expect(refused?.statusCode).toBe(422);
      expect(refused?.body).toContain('There is no model');
    }
  });

  it('not at all when there is none: the answer says where to put one', async () => {
    await open({ 'bad.safetensors': 'bad' });
    await until(isExamined);
    expect((await list()).defaultModel).toBeNull();
    const refused = await studio?.app.inject({
      method: 'POST',
      url: '/api/v1/jobs',
      payload: { type: 'text-to-image', prompt: 'x' },
    });
    expect(refused?.statusCode).toBe(409);
    expect(refused?.body).toContain('There is no usable model');
    expect(refused?.json()).toMatchObject({ error: { hint: expect.stringContaining('git restore models') } });
  });
});
