/** The library: trees of other programs, hashes, what a person says of a model, pictures, and hostile names. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import type { ModelDetail } from '@easel/shared/http/model-details';
import type { ModelList, ModelView } from '@easel/shared/http/models';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createPictureFiles } from '../src/services/picture-file.ts';
import {
  makeFolders,
  openTestStudio,
  removeFolders,
  type TestFolders,
  type TestStudio,
} from './support/test-studio.ts';

let studio: TestStudio;
let folders: TestFolders;
let tree = '';
let isOpen = false;

beforeEach(async () => {
  folders = await makeFolders();
  tree = await mkdtemp(join(tmpdir(), 'easel-tree-'));
});
afterEach(async () => {
  if (isOpen) await studio.end();
  isOpen = false;
  await removeFolders(folders);
  await rm(tree, { recursive: true, force: true });
});

const plant = async (root: string, files: Record<string, string | Buffer>): Promise<void> => {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
};
const start = async (...modelsFrom: string[]): Promise<void> => {
  studio = await openTestStudio({ folders, modelsFrom, createPictureFiles });
  isOpen = true;
};
const restart = async (...modelsFrom: string[]): Promise<void> => {
  await studio.end();
  isOpen = false;
  await start(...modelsFrom);
};

const url = (id: string, rest = ''): string => `/api/v1/models/${encodeURIComponent(id)}${rest}`;
const list = async (query = '?kind=all'): Promise<ModelList> =>
  (await studio.app.inject(`/api/v1/models${query}`)).json<ModelList>();
const until = async (what: (list: ModelList) => boolean): Promise<ModelList> => {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const now = await list();
    if (what(now)) return now;
    if (Date.now() > deadline) throw new Error(`Waited in vain: ${JSON.stringify(now).slice(0, 3000)}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
};
const isSettled = ({ models }: ModelList): boolean =>
  models.every(
    ({ reason, hashing }) => reason?.code !== 'model_pending' && !['waiting', 'running'].includes(hashing),
  ) && models.some(({ hashing }) => hashing === 'done');
const settled = async (count: number): Promise<ModelList> =>
  until((now) => now.models.length === count && isSettled(now));
const byId = ({ models }: ModelList, id: string): ModelView | undefined => models.find((model) => model.id === id);
type Method = 'GET' | 'PATCH' | 'PUT' | 'DELETE' | 'POST';

const send = async (method: Method, address: string, payload?: Record<string, unknown>) =>
  studio.app.inject({ method, url: address, ...(payload === undefined ? {} : { payload }) });
const ask = async (method: Method, address: string, payload?: Record<string, unknown>): Promise<ModelDetail> => {
  const response = await send(method, address, payload);
  expect(response.statusCode, response.body).toBe(200);
  return response.json<ModelDetail>();
};
/** Status, code and field of a refusal. */
const refusal = async (method: Method, address: string, payload?: Record<string, unknown>): Promise<unknown[]> => {
  const response = await send(method, address, payload);
  const { error } = response.json<{ error?: { code: string; field?: string } }>();
  return [response.statusCode, error?.code, error?.field];
};

/** Everything in a tree with times and contents, to see that nothing was touched. */
const portrait = async (root: string): Promise<string> => {
  const names = (await readdir(root, { recursive: true })).sort();
  const lines = await Promise.all(
    names.map(async (name) => {
      const facts = await stat(join(root, name)).catch(() => null);
      const content = facts?.isFile() === true ? (await readFile(join(root, name))).toString('base64') : '';
      return `${name} ${facts?.mtimeMs} ${facts?.mode} ${createHash('sha256').update(content).digest('hex')}`;
    }),
  );
  return lines.join('\n');
};

const picture = async (colour: string): Promise<Buffer> =>
  sharp({ create: { width: 900, height: 600, channels: 3, background: colour } })
    .png()
    .toBuffer();

describe('trees of other programs', () => {
  it('of the WebUI are read by kind, with sub-folders in the ids and nothing written', async () => {
    await plant(tree, {
      'webui/models/Stable-diffusion/dream.safetensors': 'title:Dream',
      'webui/models/Stable-diffusion/xl/big.ckpt': 'big',
      'webui/models/Stable-diffusion/dream.preview.png': await picture('red'),
      'webui/models/Stable-diffusion/dream.json': '{"notes": "mine"}',
      'webui/models/VAE/clear.vae.pt': 'vae',
      'webui/models/Lora/style.safetensors': 'lora',
      'webui/models/LyCORIS/style.safetensors': 'other lora',
      'webui/embeddings/neg.pt': 'embedding',
      'webui/models/ESRGAN/4x.pth': 'upscaler',
      'webui/extensions/sd-webui-animatediff/model/mm.ckpt': 'motion',
      'webui/webui.py': 'x',
    });
    const before = await portrait(tree);
    await start(join(tree, 'webui'));
    const known = await settled(9);
    expect(Object.fromEntries(known.models.map(({ id, kind }) => [id, kind]))).toEqual({
      tiny: 'checkpoint',
      'webui:dream': 'checkpoint',
      'webui:xl/big.ckpt': 'checkpoint',
      'webui:vae:clear.vae.pt': 'vae',
      'webui:lora:style': 'lora',
      'webui:lora:LyCORIS/style': 'lora',
      'webui:embedding:neg.pt': 'embedding',
      'webui:upscaler:4x.pth': 'upscaler',
      'webui:motion:mm.ckpt': 'motion',
    });
    expect(known.roots).toEqual([{ name: 'webui', layout: 'webui', isAvailable: true, problems: [] }]);
    expect((await list('')).models.map(({ id }) => id)).toEqual(['tiny', 'webui:dream', 'webui:xl/big.ckpt']);

    const loras = (await studio.app.inject('/sdapi/v1/loras')).json<{ name: string; path: string }[]>();
    expect(loras.map(({ name, path }) => [name, path])).toEqual([
      ['style', 'style.safetensors'],
      ['style', 'style.safetensors'],
    ]);
    expect((await studio.app.inject('/sdapi/v1/embeddings')).json()).toMatchObject({
      loaded: { neg: {} },
      skipped: {},
    });

    const { id } = await studio.submit({ model: 'webui:dream' });
    expect(await studio.ended(id)).toMatchObject({ state: 'done', parameters: { model: 'webui:dream' } });
    await ask('PATCH', url('webui:dream'), { notes: 'a note', defaults: { steps: 3 } });
    expect((await studio.app.inject(url('webui:dream', '/preview'))).statusCode).toBe(200);
    expect(await portrait(tree)).toBe(before);
  });

  it('of ComfyUI, InvokeAI, a models folder alone and a plain folder are told apart', async () => {
    await plant(tree, {
      'comfy/models/checkpoints/a.safetensors': 'a',
      'comfy/models/vae/v.safetensors': 'v',
      'comfy/models/upscale_models/u.pth': 'u',
      'comfy/extra_model_paths.yaml': `mine:\n  base_path: ${join(tree, 'shelf')}\n  loras: loras\n  checkpoints: ../nowhere\n`,
      'shelf/loras/l.safetensors': 'l',
      'invoke/models/sd-1/main/b/model_index.json': 'b',
      'invoke/models/sdxl/main/b.safetensors': 'b',
      'invoke/models/sd-1/lora/l.safetensors': 'l',
      'forge/models/Stable-diffusion/c.safetensors': 'c',
      'box/sub/d.safetensors': 'd',
    });
    await start(
      ...['comfy', 'invoke', 'forge/models', 'box'].map((name) => join(tree, name)),
      join(tree, 'comfy', 'extra_model_paths.yaml'),
    );
    const known = await settled(10);
    expect(known.models.map(({ id }) => id).sort()).toEqual(
      [
        'tiny',
        'comfy:a',
        'comfy:vae:v',
        'comfy:upscaler:u.pth',
        'comfy:lora:1/l',
        'invoke:sd-1/b',
        'invoke:sdxl/b',
        'invoke:lora:sd-1/l',
        'forge:c',
        'box:sub/d',
      ].sort(),
    );
    expect(known.roots.map(({ name, layout }) => `${name} ${layout}`)).toEqual([
      'comfy comfyui',
      'invoke invokeai',
      'forge webui',
      'box plain',
      'extra_model_paths.yaml comfyui',
    ]);
    expect(known.roots[0]?.problems.join()).toMatch(/checkpoint folder of extra_model_paths.yaml is not there/);
    expect(JSON.stringify(known)).not.toContain(tree);
  });

  it('may hold the same names: each keeps its own id, whatever else comes or goes', async () => {
    await plant(tree, {
      'one/models/Stable-diffusion/tiny.safetensors': 'one',
      'two/one/models/Stable-diffusion/tiny.safetensors': 'another',
    });
    const roots = [join(tree, 'one'), join(tree, 'two', 'one')];
    await start(...roots);
    const ids = (await settled(3)).models.map(({ id }) => id);
    expect(ids).toEqual(['tiny', 'one:tiny', 'one-2:tiny']);
    await restart(...roots.toReversed());
    const again = await settled(3);
    const sizes = Object.fromEntries(again.models.map(({ id, sizeBytes }) => [id, sizeBytes]));
    expect(sizes).toEqual({ tiny: 4, 'one:tiny': 3, 'one-2:tiny': 7 });
  });

  it('that are gone are said so, their models stay listed, and come back by themselves', async () => {
    const root = join(tree, 'drive');
    await plant(root, {
      'models/Stable-diffusion/a.safetensors': 'title:A',
      'models/Lora/l.safetensors': 'l',
    });
    await start(root);
    const there = await settled(3);
    await rename(root, `${root}-unplugged`);
    const gone = await until((now) => byId(now, 'drive:a')?.isAvailable === false);
    expect(byId(gone, 'drive:a')).toMatchObject({
      isUsable: false,
      reason: { code: 'model_unavailable' },
      sha256: byId(there, 'drive:a')?.sha256,
    });
    expect(gone.roots[0]).toMatchObject({ isAvailable: false, layout: null });
    expect(await refusal('POST', '/api/v1/jobs', { prompt: 'x', model: 'drive:a' })).toEqual([
      503,
      'model_unavailable',
      expect.anything(),
    ]);

    await restart(root);
    const still = await list();
    expect(still.models.map(({ id, isAvailable }) => [id, isAvailable])).toEqual([
      ['tiny', true],
      ['drive:a', false],
      ['drive:lora:l', false],
    ]);
    await rename(`${root}-unplugged`, root);
    await new Promise((resolve) => setTimeout(resolve, 2100));
    await list('?refresh=1');
    expect(byId(await list(), 'drive:a')).toMatchObject({ isAvailable: true, isUsable: true, name: 'A' });
  });

  it('reached twice are listed once; links in them lead nowhere', async () => {
    await plant(tree, {
      'webui/models/Stable-diffusion/a.safetensors': 'a',
      'elsewhere/secret.safetensors': 'secret',
    });
    await symlink(join(tree, 'elsewhere'), join(tree, 'webui/models/VAE'));
    await symlink(
      join(tree, 'elsewhere/secret.safetensors'),
      join(tree, 'webui/models/Stable-diffusion/s.safetensors'),
    );
    await symlink(join(tree, 'webui'), join(tree, 'link'));
    await start(join(tree, 'webui'), join(tree, 'link'));
    const known = await settled(3);
    expect(known.models.map(({ id, reason }) => [id, reason?.code ?? null])).toEqual([
      ['tiny', null],
      ['webui:a', null],
      ['webui:s', 'model_unsupported'],
    ]);
    expect(known.roots[0]?.problems).toEqual([
      'models/VAE is a link, and links are not followed. Add --models-from for the folder it leads to.',
    ]);
  });
});

describe('hashes', () => {
  const weights = Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{}'), Buffer.alloc(1 << 21, 7)]);
  const hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

  it('are shown in all forms, and the WebUI’s list has its own', async () => {
    await plant(join(folders.models, 'checkpoints'), { 'big.safetensors': weights });
    await start();
    const big = byId(await settled(2), 'big');
    const sha256 = hex(weights);
    expect(big?.hashes).toEqual({
      sha256,
      autoV2: sha256.slice(0, 10),
      autoV3: hex(weights.subarray(10)).slice(0, 12),
      short: hex(weights.subarray(0x100000, 0x110000)).slice(0, 8),
    });
    const titles = (await studio.app.inject('/sdapi/v1/sd-models')).json<{ title: string; hash: string }[]>();
    expect(titles[0]).toMatchObject({
      title: `big.safetensors [${sha256.slice(0, 10)}]`,
      hash: sha256.slice(0, 10),
      sha256,
    });
    for (const model of [big?.hashes.autoV3 ?? '', big?.hashes.short ?? '', sha256]) {
      const { id } = await studio.submit({ model });
      expect((await studio.job(id)).parameters.model, model).toBe('big');
    }
  });

  it('are stopped and begun again when a person says so', async () => {
    const huge = join(folders.models, 'loras', 'huge.safetensors');
    await plant(folders.models, { 'loras/huge.safetensors': Buffer.alloc(1) });
    const { truncate } = await import('node:fs/promises');
    await truncate(huge, 3 * 2 ** 30);
    await start();
    await until((now) => byId(now, 'lora:huge')?.hashing === 'running');
    const stopped = await ask('DELETE', url('lora:huge', '/hashes'));
    expect(stopped.hashing).toBe('stopped');
    await until((now) => byId(now, 'tiny')?.hashing === 'done' && byId(now, 'lora:huge')?.hashing === 'stopped');
    await truncate(huge, 100);
    await until((now) => byId(now, 'lora:huge')?.hashing === 'done');
    expect((await ask('POST', url('lora:huge', '/hashes'))).hashing).toBe('done');
  });
});

describe('what a person says of a model', () => {
  it('is kept, also after a restart, and rules what jobs get', async () => {
    await start();
    await settled(1);
    const change = {
      notes: 'Good for houses.\n第二行',
      triggerWords: ['house style', 'brick'],
      defaults: { steps: 7, guidance: 2, sampler: 'Euler a', width: 128 },
      overrides: { prediction: 'v', zeroTerminalSnr: true },
    };
    const changed = await ask('PATCH', url('tiny'), change);
    expect(changed).toMatchObject({
      notes: change.notes,
      triggerWords: change.triggerWords,
      ownDefaults: { ...change.defaults, sampler: 'euler-ancestral' },
      defaults: { steps: 7, guidance: 2, sampler: 'euler-ancestral', width: 128, height: 64 },
      detectedDefaults: { steps: 4, sampler: 'euler' },
      overrides: change.overrides,
      detection: { prediction: { value: 'epsilon' } },
      isUsable: true,
    });
    await restart();
    const { id } = await studio.submit();
    expect((await studio.ended(id)).parameters).toMatchObject({ steps: 7, sampler: 'euler-ancestral', width: 128 });
    // The fake engine writes down what it was told.
    expect(await readFile(join(folders.notes, 'runs.txt'), 'utf8')).toContain(
      '{"prediction":"v","zeroTerminalSnr":true}',
    );
    expect(await readFile(join(folders.notes, 'inspections.txt'), 'utf8')).toContain('"zeroTerminalSnr":true');

    // One field more leaves the others; an empty correction takes the earlier back.
    const later = await ask('PATCH', url('tiny'), { overrides: {}, notes: '' });
    expect(later).toMatchObject({
      overrides: {},
      notes: '',
      triggerWords: change.triggerWords,
      defaults: { steps: 7 },
    });
  });

  it('may be whose VAE decodes; one that is gone is said, not passed over', async () => {
    await plant(folders.models, { 'vae/clear.vae.pt': 'vae', 'loras/ink.safetensors': 'lora' });
    await start();
    await settled(3);
    expect(await refusal('PATCH', url('tiny'), { defaults: { vae: 'ink' } })).toEqual([
      422,
      'unknown_model',
      'defaults.vae',
    ]);
    const changed = await ask('PATCH', url('tiny'), { defaults: { vae: 'clear.vae.pt', steps: 3 } });
    expect(changed).toMatchObject({ ownDefaults: { vae: 'vae:clear.vae.pt', steps: 3 }, defaults: { steps: 3 } });
    expect(changed.defaults).not.toHaveProperty('vae');
    expect(await studio.ended((await studio.submit()).id)).toMatchObject({ state: 'done' });
    expect(await readFile(join(folders.notes, 'runs.txt'), 'utf8')).toContain('clear.vae.pt');
    await rm(join(folders.models, 'vae', 'clear.vae.pt'));
    await until((now) => now.models.length === 2);
    expect(await refusal('POST', '/api/v1/jobs', { prompt: 'x' })).toEqual([422, 'unknown_model', 'model']);
    await ask('PATCH', url('tiny'), { defaults: {} });
    expect(await studio.ended((await studio.submit()).id)).toMatchObject({ state: 'done' });
  });

  it('says why a correction cannot work, and still what was found', async () => {
    await start();
    await settled(1);
    const wrong = await ask('PATCH', url('tiny'), { overrides: { family: 'none-such' } });
    expect(wrong).toMatchObject({
      isUsable: false,
      reason: { code: 'model_incomplete' },
      detection: { family: { value: 'stable-diffusion-1' } },
    });
    expect(await refusal('POST', '/api/v1/jobs', { prompt: 'x', model: 'tiny' })).toEqual([
      422,
      'model_unusable',
      'model',
    ]);
    expect(await ask('PATCH', url('tiny'), { overrides: {} })).toMatchObject({ isUsable: true, reason: null });
  });

  it('follows a file that is renamed', async () => {
    await start();
    await settled(1);
    await ask('PATCH', url('tiny'), { notes: 'stays with me', overrides: { prediction: 'v' } });
    await mkdir(join(folders.models, 'checkpoints', 'new'));
    await rename(
      join(folders.models, 'checkpoints', 'tiny.safetensors'),
      join(folders.models, 'checkpoints', 'new', 'name.safetensors'),
    );
    const moved = await until((now) => byId(now, 'new/name')?.notes === 'stays with me' && isSettled(now));
    expect(byId(moved, 'new/name')).toMatchObject({ overrides: { prediction: 'v' }, isUsable: true });
  });

  it('is refused where it makes no sense, and then nothing is kept', async () => {
    await start();
    await settled(1);
    const refusals: [Record<string, unknown>, string, string][] = [
      [{ overrides: { family: 'stable-diffusion-9' } }, 'not_allowed', 'overrides.family'],
      [{ overrides: { prediction: 'x' } }, 'not_allowed', 'overrides.prediction'],
      [{ overrides: { folder: '/etc' } }, 'unknown_field', 'overrides.folder'],
      [{ defaults: { sampler: 'nonsense' } }, 'unknown_sampler', 'defaults.sampler'],
      [{ defaults: { schedule: 'nonsense' } }, 'unknown_schedule', 'defaults.schedule'],
      [{ defaults: { steps: 0 } }, 'out_of_range', 'defaults.steps'],
      [{ notes: 'x'.repeat(20_001) }, 'out_of_range', 'notes'],
      [{ notes: 'a\0b' }, 'bad_text', 'notes'],
      [{ triggerWords: Array.from({ length: 101 }, () => 'x') }, 'out_of_range', 'triggerWords'],
      [{ preview: '/etc/passwd' }, 'unknown_field', 'preview'],
    ];
    for (const [change, code, field] of refusals) {
      const [status, ...rest] = await refusal('PATCH', url('tiny'), change);
      expect(rest, JSON.stringify(change).slice(0, 80)).toEqual([code, field]);
      expect(status).toBe(422);
    }
    expect(await ask('GET', url('tiny'))).toMatchObject({ notes: '', overrides: {}, ownDefaults: {} });
  });

  it('is not needed where others wrote beside the file; that is shown as text', async () => {
    await plant(join(folders.models, 'checkpoints'), {
      'tiny.json': JSON.stringify({
        description: 'Described <b>here</b>',
        notes: 'their notes',
        'activation text': 'one, two',
        'preferred weight': 0.7,
        'sd version': 'SD1',
      }),
      'tiny.civitai.info': JSON.stringify({
        baseModel: 'SD 1.5',
        trainedWords: ['two', 'three', 7, { x: 1 }],
        description: '<p>Hi <script>alert(1)</script></p>',
      }),
      'odd.safetensors': 'odd',
      'odd.json': '[1, 2',
      'odd.civitai.info': JSON.stringify({ trainedWords: 'x', description: 7, baseModel: {} }),
      'huge.safetensors': 'huge',
      'huge.civitai.info': JSON.stringify({ baseModel: 'x'.repeat(3_000_000) }),
      'link.safetensors': 'link',
    });
    await symlink('/etc/passwd', join(folders.models, 'checkpoints', 'link.json'));
    await start();
    await settled(4);
    expect((await ask('GET', url('tiny'))).beside).toEqual({
      description: 'Described here',
      notes: 'their notes',
      triggerWords: ['one', 'two', 'three'],
      baseModel: 'SD 1.5',
      preferredWeight: 0.7,
    });
    const nothing = { description: null, notes: null, triggerWords: [], baseModel: null, preferredWeight: null };
    for (const id of ['odd', 'huge', 'link']) expect((await ask('GET', url(id))).beside, id).toEqual(nothing);
  });
});

describe('pictures of models', () => {
  it('that lie beside the file are served small, as WebP, and change with the file', async () => {
    const checkpoints = join(folders.models, 'checkpoints');
    await plant(checkpoints, { 'tiny.preview.png': await picture('red'), 'tiny.jpg': await picture('blue') });
    await start();
    const first = byId(await settled(1), 'tiny')?.preview ?? '';
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    const response = await studio.app.inject(`${url('tiny', '/preview')}?v=${first}`);
    expect(response.headers).toMatchObject({ 'content-type': 'image/webp', 'x-content-type-options': 'nosniff' });
    const { width, height } = await sharp(response.rawPayload).metadata();
    expect([width, height]).toEqual([640, 427]);
    const { dominant } = await sharp(response.rawPayload).stats();
    expect(dominant.r).toBeGreaterThan(200);

    await writeFile(join(checkpoints, 'tiny.preview.png'), await picture('lime'));
    await until((now) => byId(now, 'tiny')?.preview !== first);
    await rm(join(checkpoints, 'tiny.preview.png'));
    await rm(join(checkpoints, 'tiny.jpg'));
    await until((now) => byId(now, 'tiny')?.preview === null);
    expect((await studio.app.inject(url('tiny', '/preview'))).statusCode).toBe(404);
  });

  it('may be chosen from the gallery, stay when that is emptied, and be taken back', async () => {
    await start();
    await settled(1);
    const { id } = await studio.submit();
    const [image = ''] = (await studio.ended(id)).images;
    const chosen = await ask('PUT', url('tiny', '/preview'), { image });
    expect(chosen.preview).toMatch(/^chosen-/);
    await studio.app.inject({ method: 'DELETE', url: `/api/v1/images/${image}` });
    await restart();
    const served = await studio.app.inject(url('tiny', '/preview'));
    expect([served.statusCode, served.headers['content-type']]).toEqual([200, 'image/webp']);
    expect((await ask('DELETE', url('tiny', '/preview'))).preview).toBeNull();
    expect(await readdir(join(folders.data, 'model-previews'))).toEqual([]);
    for (const wrong of [randomUUID(), '../../etc/passwd', image]) {
      expect(await refusal('PUT', url('tiny', '/preview'), { image: wrong }), wrong).toEqual([
        404,
        'unknown_image',
        undefined,
      ]);
    }
  });

  it('that are none, or lead elsewhere, are not served', async () => {
    const checkpoints = join(folders.models, 'checkpoints');
    await plant(checkpoints, {
      'html.safetensors': 'x',
      'html.png': '<html><script>alert(1)</script>',
      'svg.safetensors': 'x',
      'svg.png': '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
      'cut.safetensors': 'x',
      'cut.png': (await picture('red')).subarray(0, 60),
      'link.safetensors': 'x',
    });
    await symlink('/etc/passwd', join(checkpoints, 'link.png'));
    await start();
    await settled(5);
    for (const id of ['html', 'svg', 'cut', 'link']) {
      const response = await studio.app.inject(url(id, '/preview'));
      expect([response.statusCode, response.json<{ error: { code: string } }>().error.code], id).toEqual([
        404,
        'not_found',
      ]);
    }
    expect((await list()).models.every(({ preview }) => preview === null)).toBe(true);
  });
});

describe('hostile ids', () => {
  it('name nothing, whatever they look like', async () => {
    await start();
    await settled(1);
    const before = await portrait(folders.root);
    const ids = [
      '../checkpoints/tiny',
      '..%2ftiny',
      '/etc/passwd',
      'C:\\x',
      'tiny/../tiny',
      'tiny\0',
      '__proto__',
      'constructor',
      'tiny.safetensors',
      'x'.repeat(2000),
      '\u202Eynit',
    ];
    for (const id of ids) {
      for (const [method, rest, payload] of [
        ['GET', '', undefined],
        ['GET', '/preview', undefined],
        ['PATCH', '', { notes: 'x' }],
        ['PUT', '/preview', { image: 'x' }],
        ['DELETE', '/hashes', undefined],
      ] as const) {
        expect(await refusal(method, url(id, rest), payload), `${method} ${id.slice(0, 30)} ${rest}`).toEqual([
          404,
          'not_found',
          undefined,
        ]);
      }
    }
    expect((await portrait(folders.models)).length).toBeGreaterThan(0);
    expect(before).toContain('tiny.safetensors');
  });
});
