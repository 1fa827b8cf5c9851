/**
 * The WebUI's API: what Open WebUI, SillyTavern and others send and read, on our queue and our gallery. Long, because it is one
 * interface of many calls, each asked here as its clients ask it.
 */
import { readInfotext } from '@easel/shared/infotext/read';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createPictureFiles } from '../src/services/picture-file.ts';
import { makeFolders, openTestStudio, removeFolders, type TestStudio } from './support/test-studio.ts';

let studio: TestStudio;
const open = async (more: Parameters<typeof openTestStudio>[0] = {}): Promise<TestStudio> => {
  const opened = await openTestStudio({ createPictureFiles, ...more });
  await opened.engine.whenReady();
  // Titles have hashes once the files have been hashed.
  await opened.app.inject('/api/v1/models?refresh=1');
  while ((await opened.app.inject('/sdapi/v1/sd-models')).json().some(({ hash }: { hash: unknown }) => hash === null))
    await sleep(10);
  return opened;
};
const sleep = async (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

beforeAll(async () => {
  studio = await open({
    folders: await makeFolders({ 'tiny.safetensors': 'tiny', 'sub/other.safetensors': 'another one' }),
  });
});
afterAll(async () => {
  await studio.end();
  await removeFolders(studio.folders);
});

const get = async (name: string) => (await studio.app.inject(`/sdapi/v1/${name}`)).json();
const post = async (name: string, payload?: object) => {
  const response = await studio.app.inject({
    method: 'POST',
    url: `/sdapi/v1/${name}`,
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: response.statusCode, body: JSON.parse(response.body), text: response.body };
};
const SMALL = { width: 64, height: 64, steps: 4 };
const infoOf = (body: { info: string }): Record<string, unknown> => JSON.parse(body.info) as Record<string, unknown>;
const jobsOf = async (state = '') =>
  (await studio.app.inject(`/api/v1/jobs${state === '' ? '' : `?state=${state}`}`)).json().jobs;

describe('txt2img', () => {
  it('answers with the pictures in base64, the request and a JSON text that says all', async () => {
    const { status, body } = await post('txt2img', {
      ...SMALL,
      prompt: 'a red house',
      negative_prompt: 'blurry',
      seed: 77,
      sampler_name: 'DPM++ 2M Karras',
      cfg_scale: 6.5,
    });
    expect(status).toBe(200);
    expect(body.images).toHaveLength(1);
    expect(body.images[0]).not.toContain('data:');
    const { format, width, comments } = await sharp(Buffer.from(body.images[0], 'base64')).metadata();
    expect([format, width]).toEqual(['png', 64]);
    const infotext = comments?.find(({ keyword }) => keyword === 'parameters')?.text as string;
    expect(infotext).toContain(
      'Steps: 4, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 77, Size: 64x64, Model hash: ',
    );
    expect(body.parameters).toMatchObject({
      prompt: 'a red house',
      steps: 4,
      batch_size: 1,
      save_images: false,
      override_settings: {},
    });

    expect(typeof body.info).toBe('string');
    const info = infoOf(body);
    const keys =
      'prompt all_prompts negative_prompt all_negative_prompts seed all_seeds subseed all_subseeds subseed_strength width height sampler_name cfg_scale steps batch_size restore_faces face_restoration_model sd_model_name sd_model_hash sd_vae_name sd_vae_hash seed_resize_from_w seed_resize_from_h denoising_strength extra_generation_params index_of_first_image infotexts styles job_timestamp clip_skip is_using_inpainting_conditioning version';
    expect(Object.keys(info).sort()).toEqual(keys.split(' ').sort());
    expect(info).toMatchObject({
      prompt: 'a red house',
      seed: 77,
      all_seeds: [77],
      sampler_name: 'DPM++ 2M',
      infotexts: [infotext],
      clip_skip: 1,
      sd_model_hash: expect.stringMatching(/^[0-9a-f]{10}$/),
      job_timestamp: expect.stringMatching(/^\d{14}$/),
    });
  });

  it('has the defaults of the WebUI', async () => {
    const { body } = await post('txt2img', {});
    expect(body.parameters).toMatchObject({
      prompt: '',
      negative_prompt: '',
      seed: -1,
      steps: 50,
      cfg_scale: 7,
      width: 512,
      height: 512,
      batch_size: 1,
      n_iter: 1,
      sampler_index: 'Euler',
    });
    expect(infoOf(body)).toMatchObject({ steps: 50, width: 512, height: 512, cfg_scale: 7, sampler_name: 'Euler' });
  });

  it('makes batch_size times n_iter pictures, each with the next seed', async () => {
    const { body } = await post('txt2img', { ...SMALL, seed: 100, batch_size: 2, n_iter: 2 });
    expect(body.images).toHaveLength(4);
    expect(new Set(body.images).size).toBe(4);
    expect(infoOf(body)).toMatchObject({ all_seeds: [100, 101, 102, 103], seed: 100, batch_size: 2 });
    const again = await post('txt2img', { ...SMALL, seed: 102 });
    expect(again.body.images[0]).toBe(body.images[2]);
  });

  it('ignores unknown fields, takes null for absent and numbers as text', async () => {
    const { status, body } = await post('txt2img', {
      ...SMALL,
      steps: '5',
      seed: null,
      prompt: null,
      negative_prompt: null,
      styles: null,
      sampler_name: null,
      scheduler: null,
      cfg_scale: null,
      override_settings: { sd_vae: null },
      alwayson_scripts: null,
      tiling: null,
      restore_faces: null,
      hr_scale: 2,
      use_deprecated_controlnet: false,
      quux: { a: [1] },
    });
    expect(status).toBe(200);
    expect(body.parameters).toMatchObject({ steps: 5, cfg_scale: 7, seed: -1 });
    expect(body.parameters.quux).toBeUndefined();
  });

  it.each([
    ['Euler a', undefined, 'Euler a', 'Uniform'],
    ['k_euler_a', 'karras', 'Euler a', 'Karras'],
    ['DPM++ 2M', 'Karras', 'DPM++ 2M', 'Karras'],
    ['DPM++ 2M', 'Automatic', 'DPM++ 2M', 'Karras'],
    ['DPM++ 2M Exponential', 'karras', 'DPM++ 2M', 'Exponential'],
    ['euler', 'exponential', 'Euler', 'Exponential'],
  ])('takes the sampler %s with the scheduler %s', async (sampler_name, scheduler, sampler, schedule) => {
    const { body } = await post('txt2img', { ...SMALL, sampler_name, scheduler });
    const { fields } = readInfotext((infoOf(body)['infotexts'] as string[])[0] as string);
    expect([fields.get('Sampler'), fields.get('Schedule type')]).toEqual([sampler, schedule]);
  });

  it('sends no pictures when none are wanted, and keeps them in the gallery all the same', async () => {
    const total = async (): Promise<number> => (await studio.app.inject('/api/v1/images')).json().total;
    const before = await total();
    const { body } = await post('txt2img', { ...SMALL, send_images: false });
    expect(body.images).toEqual([]);
    expect(await total()).toBe(before + 1);
  });

  it('uses another model, clip skip and noise for one request', async () => {
    const override_settings = { sd_model_checkpoint: 'other', CLIP_stop_at_last_layers: 2, randn_source: 'CPU' };
    const { body } = await post('txt2img', { ...SMALL, override_settings });
    expect(infoOf(body)).toMatchObject({ sd_model_name: 'other', clip_skip: 2 });
    expect((infoOf(body)['infotexts'] as string[])[0]).toContain('Clip skip: 2, RNG: CPU');
    const after = await post('txt2img', SMALL);
    expect(infoOf(after.body)).toMatchObject({ clip_skip: 1 });
  });

  it('fills what is not given from an infotext', async () => {
    const infotext =
      'from the text\nNegative prompt: none\nSteps: 3, Sampler: DPM++ 2M Karras, CFG scale: 3, Seed: 5, Size: 72x80, Clip skip: 2, RNG: CPU';
    const { body } = await post('txt2img', { infotext, prompt: 'from the request', steps: 2 });
    expect(infoOf(body)).toMatchObject({
      prompt: 'from the request',
      negative_prompt: 'none',
      steps: 2,
      cfg_scale: 3,
      seed: 5,
      width: 72,
      height: 80,
      sampler_name: 'DPM++ 2M',
      clip_skip: 2,
    });
  });

  it('goes on when the client hangs up', async () => {
    await studio.app.listen({ host: '127.0.0.1', port: 0 }).catch(() => null);
    const { port } = studio.app.server.address() as { port: number };
    const gone = new AbortController();
    const request = fetch(`http://127.0.0.1:${port}/sdapi/v1/txt2img`, {
      method: 'POST',
      signal: gone.signal,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...SMALL, prompt: 'left alone [slow=50]' }),
    });
    while ((await jobsOf('running')).length === 0) await sleep(5);
    const [{ id }] = await jobsOf('running');
    gone.abort();
    await expect(request).rejects.toThrow(/abort/);
    expect((await studio.ended(id)).state).toBe('done');
  });
});

describe('a request that cannot be served', () => {
  it.each([
    ['an unknown sampler', { sampler_name: 'eulerr' }, 400, 'unknown_sampler'],
    ['an unknown scheduler', { scheduler: 'nope' }, 400, 'unknown_schedule'],
    ['an unknown model', { override_settings: { sd_model_checkpoint: 'nowhere' } }, 404, 'unknown_model'],
    ['a width of 513', { width: 513 }, 422, 'out_of_range'],
    ['a width of 1e9', { width: 1e9 }, 422, 'out_of_range'],
    ['no steps', { steps: 0 }, 422, 'out_of_range'],
    ['a seed of 2^64', { seed: 2 ** 64 }, 422, 'out_of_range'],
    ['guidance beyond measure', { cfg_scale: 1e308 }, 422, 'out_of_range'],
    ['too many pictures', { batch_size: 8, n_iter: 8 }, 422, 'out_of_range'],
    ['a width in words', { width: 'wide' }, 422, 'wrong_type'],
    ['a prompt of 1 MB', { prompt: 'x'.repeat(2 ** 20) }, 422, 'prompt_too_long'],
    ['clip skip 99', { override_settings: { CLIP_stop_at_last_layers: 99 } }, 422, 'out_of_range'],
    ['hires fix', { enable_hr: true }, 422, 'not_allowed'],
    ['face restoration', { restore_faces: true }, 422, 'not_allowed'],
    ['a script', { script_name: 'X/Y/Z plot' }, 422, 'not_allowed'],
    ['a script that is always on', { alwayson_scripts: { ADetailer: { args: [{}] } } }, 422, 'not_allowed'],
    ['another VAE', { override_settings: { sd_vae: 'vae-ft-mse.safetensors' } }, 422, 'not_allowed'],
  ])('with %s is refused in the form of the WebUI, and nothing is queued', async (_name, fields, status, code) => {
    const before = await jobsOf();
    const answer = await post('txt2img', { ...SMALL, ...fields });
    expect([answer.status, answer.body.error]).toEqual([status, code]);
    expect(Object.keys(answer.body)).toEqual(['error', 'detail', 'body', 'errors']);
    expect(answer.body.detail.length).toBeGreaterThan(10);
    expect(await jobsOf()).toEqual(before);
  });

  it('fails with the reason the engine gave', async () => {
    const { status, body } = await post('txt2img', { ...SMALL, prompt: '[fail@2]' });
    expect([status, body.error]).toEqual([500, 'not_finite']);
    expect(body.reference).toMatch(/^[0-9a-f]{8}$/);
  });

  it('is refused to a page of another site, and given to a program', async () => {
    const response = await studio.app.inject({
      method: 'POST',
      url: '/sdapi/v1/txt2img',
      payload: SMALL,
      headers: { origin: 'http://evil.test' },
    });
    expect([response.statusCode, response.json().error]).toEqual([403, 'cross_site_blocked']);
    const program = await studio.app.inject({
      method: 'POST',
      url: '/sdapi/v1/txt2img',
      payload: SMALL,
      headers: { 'user-agent': 'python-requests/2.32', authorization: 'Basic Og==' },
    });
    expect(program.statusCode).toBe(200);
  });
});

describe('progress and interrupt', () => {
  const idle = {
    progress: 0,
    eta_relative: 0,
    current_image: null,
    state: { job_count: 0, job_no: 0, sampling_step: 0, interrupted: false, skipped: false },
  };

  it('are at rest when nothing runs', async () => {
    expect(await get('progress')).toMatchObject(idle);
    for (const name of ['interrupt', 'skip']) expect(await post(name)).toMatchObject({ status: 200, body: {} });
  });

  it('follow a job: rising, with a preview that is a PNG, up to its end', async () => {
    const running = post('txt2img', { ...SMALL, steps: 10, n_iter: 2, prompt: '[slow=20]' });
    const seen: { progress: number; state: Record<string, number>; current_image: string | null }[] = [];
    for (let polls = 0; polls < 200; polls += 1) {
      const now = await get('progress?skip_current_image=false');
      if (now.progress > 0) seen.push(now);
      else if (seen.length > 0) break;
      await sleep(10);
    }
    expect((await running).status).toBe(200);
    const values = seen.map(({ progress }) => progress);
    expect(values).toEqual(values.toSorted((left, right) => left - right));
    expect(values.at(-1)).toBeLessThanOrEqual(1);
    const late = seen.findLast(({ state }) => state['job_no'] === 1 && (state['sampling_step'] ?? 0) > 2);
    expect(late?.state).toMatchObject({ job_count: 2, job_no: 1, sampling_steps: 10 });
    expect(late?.progress).toBeCloseTo(Math.min(1, 0.01 + 1 / 2 + (late?.state['sampling_step'] ?? 0) / 20), 10);
    const preview = seen.find(({ current_image: image }) => image !== null)?.current_image as string;
    expect((await sharp(Buffer.from(preview, 'base64')).metadata()).format).toBe('png');
    expect(await get('progress')).toMatchObject(idle);
  });

  it('leave the picture out when asked to, by either name', async () => {
    const running = post('txt2img', { ...SMALL, steps: 12, prompt: '[slow=30]' });
    while ((await get('progress')).current_image === null) await sleep(10);
    for (const name of ['skip_current_image', 'skipCurrentImage'])
      expect((await get(`progress?${name}=true`)).current_image).toBeNull();
    await post('interrupt');
    await running;
  });

  it('end a job early; what was finished is sent', async () => {
    const running = post('txt2img', { ...SMALL, n_iter: 8, seed: 40, prompt: '[slow=20]' });
    while (((await jobsOf('running'))[0]?.images.length ?? 0) < 1) await sleep(5);
    await post('interrupt');
    const { status, body } = await running;
    expect(status).toBe(200);
    expect(body.images.length).toBeGreaterThanOrEqual(1);
    expect(body.images.length).toBeLessThan(8);
    expect((infoOf(body)['all_seeds'] as number[])[0]).toBe(40);
  });

  it("leave the page's job alone when a client gives up one of its own that waits", async () => {
    const page = await studio.submit({ prompt: "the page's [slow=60]" });
    await studio.until(({ state }) => state === 'running', page.id);
    const mine = post('txt2img', { ...SMALL, prompt: 'waits' });
    while ((await jobsOf('queued')).length === 0) await sleep(5);
    await post('interrupt');
    expect((await mine).body.images).toHaveLength(0);
    expect((await studio.ended(page.id)).state).toBe('done');
  });

  it('end whatever runs when the client has nothing of its own', async () => {
    const page = await studio.submit({ prompt: '[slow=60]', steps: 20 });
    await studio.until(({ state }) => state === 'running', page.id);
    await post('interrupt');
    expect((await studio.ended(page.id)).state).toBe('cancelled');
  });
});

describe("the WebUI's fields and settings for options", () => {
  const ask = async (payload: object) => {
    const { status, body } = await post('txt2img', { ...SMALL, sampler_name: 'Euler', seed: 5, ...payload });
    if (status !== 200) return { status, body, infotext: '', info: {} };
    const info = infoOf(body);
    return { status, body, info, infotext: (info['infotexts'] as string[]).join('\n') };
  };

  it('vary the seed from picture to picture, and say so', async () => {
    const { info, infotext } = await ask({ subseed: 8, subseed_strength: 0.4, batch_size: 2 });
    expect(info).toMatchObject({ all_seeds: [5, 5], all_subseeds: [8, 9], subseed: 8, subseed_strength: 0.4 });
    expect(infotext).toContain('Variation seed strength: 0.4, Variation seed: 9');
  });

  it('are taken as numbers, texts and claims, and left out where the sampler does nothing with them', async () => {
    const churned = await ask({ s_churn: '2.5', s_tmax: 0, eta: 0.3, tiling: true, refiner_checkpoint: 'None' });
    expect(churned.infotext).toContain('Sigma churn: 2.5');
    expect(churned.infotext).toContain('Tiling: True');
    expect(churned.infotext).not.toMatch(/Eta|Refiner/);
    expect((await ask({ s_churn: 2, sampler_name: 'DPM++ 2M' })).infotext).not.toContain('Sigma churn');
  });

  it('come from override_settings, ruled by the field of the same meaning', async () => {
    const settings = { eta_noise_seed_delta: 31337, s_churn: 1, tiling: true, sd_noise_schedule: 'Default' };
    const { infotext } = await ask({ override_settings: settings, s_churn: 3 });
    expect(infotext).toContain('Sigma churn: 3, ENSD: 31337');
    expect(infotext).toContain('Tiling: True');
  });

  it('name a refiner by its title', async () => {
    const { title } = (await get('sd-models'))[1];
    expect((await ask({ refiner_checkpoint: title, refiner_switch_at: 0.7 })).infotext).toMatch(
      /Refiner: (sub\/other|tiny), Refiner switch at: 0.7/,
    );
    const { status, body } = await ask({ refiner_checkpoint: 'nowhere', refiner_switch_at: 0.7 });
    expect(status).toBe(404);
    expect(JSON.stringify(body)).toContain('refiner');
  });

  it('are refused by name where they are out of bounds', async () => {
    const { status, text } = await post('txt2img', { ...SMALL, s_churn: -1 });
    expect(status).toBe(422);
    expect(text).toContain('s_churn');
    expect((await post('txt2img', { ...SMALL, override_settings: { rho: 1000 } })).text).toContain(
      'override_settings.rho',
    );
  });

  it('are kept when they are set, until they are set back', async () => {
    expect(await get('options')).toMatchObject({
      eta_noise_seed_delta: 0,
      tiling: false,
      sd_noise_schedule: 'Default',
    });
    expect((await post('options', { eta_noise_seed_delta: 42, tiling: true })).status).toBe(200);
    expect(await get('options')).toMatchObject({ eta_noise_seed_delta: 42, tiling: true });
    expect((await ask({})).infotext).toContain('ENSD: 42, Tiling: True');
    expect((await ask({ tiling: false })).infotext).not.toContain('Tiling');
    expect((await post('options', { eta_noise_seed_delta: -3, tiling: false })).status).toBe(422);
    expect(await get('options')).toMatchObject({ eta_noise_seed_delta: 42, tiling: true });
    await post('options', { eta_noise_seed_delta: 0, tiling: false });
    expect((await ask({})).infotext).not.toMatch(/ENSD|Tiling/);
  });
});

describe('options', () => {
  it('can be sent back whole without changing anything', async () => {
    const before = await get('options');
    expect(before).toMatchObject({
      sd_model_checkpoint: expect.stringMatching(/\.safetensors \[[0-9a-f]{10}\]$/),
      CLIP_stop_at_last_layers: 1,
      randn_source: 'NV',
      samples_format: 'png',
    });
    expect(await post('options', before)).toMatchObject({ status: 200, text: 'null' });
    expect(await get('options')).toEqual(before);
  });

  it('choose the default model by its title, and keep it and the others over a restart', async () => {
    const models = await get('sd-models');
    const current = (await get('options')).sd_model_checkpoint;
    const other = models.find(({ title }: { title: string }) => title !== current).title;
    expect(
      (await post('options', { sd_model_checkpoint: other, CLIP_stop_at_last_layers: 2, randn_source: 'CPU', quux: 1 }))
        .status,
    ).toBe(200);
    expect(await get('options')).toMatchObject({
      sd_model_checkpoint: other,
      CLIP_stop_at_last_layers: 2,
      randn_source: 'CPU',
    });
    const made = infoOf((await post('txt2img', SMALL)).body);
    expect(made).toMatchObject({ clip_skip: 2 });
    expect((made['infotexts'] as string[])[0]).toContain('RNG: CPU');

    await studio.end();
    studio = await open({ folders: studio.folders });
    expect(await get('options')).toMatchObject({
      sd_model_checkpoint: other,
      CLIP_stop_at_last_layers: 2,
      randn_source: 'CPU',
    });
    await post('options', { sd_model_checkpoint: current, CLIP_stop_at_last_layers: 1, randn_source: 'NV' });
    expect((await get('options')).sd_model_checkpoint).toBe(current);
  });

  it('refuse a model nobody knows and a value out of bounds, and then change nothing', async () => {
    const before = await get('options');
    expect(await post('options', { sd_model_checkpoint: 'nowhere.safetensors [0123456789]' })).toMatchObject({
      status: 404,
      body: { error: 'unknown_model' },
    });
    expect((await post('options', { CLIP_stop_at_last_layers: 0 })).status).toBe(422);
    expect((await post('options', { randn_source: 'dice' })).status).toBe(422);
    expect(await get('options')).toEqual(before);
  });
});

describe('the lists', () => {
  it('name samplers, schedules and models as the WebUI does', async () => {
    expect(await get('samplers')).toContainEqual({
      name: 'DPM++ 2M',
      aliases: ['k_dpmpp_2m'],
      options: { scheduler: 'karras' },
    });
    expect(await get('schedulers')).toContainEqual({
      name: 'karras',
      label: 'Karras',
      aliases: null,
      default_rho: 7,
      need_inner_model: false,
    });
    const [model] = await get('sd-models');
    expect(model).toEqual({
      title: expect.stringMatching(/^\w+\.safetensors \[[0-9a-f]{10}\]$/),
      model_name: expect.stringMatching(/^(tiny|other)$/),
      hash: expect.stringMatching(/^[0-9a-f]{10}$/),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      filename: expect.stringMatching(/^\w+\.safetensors$/),
      config: null,
    });
  });

  it.each([
    'sd-vae',
    'latent-upscale-modes',
    'loras',
    'prompt-styles',
    'hypernetworks',
    'face-restorers',
    'realesrgan-models',
    'script-info',
    'extensions',
  ])('say that there are none: %s', async (name) => expect(await get(name)).toEqual([]));

  it('answer what clients ask beside', async () => {
    expect((await get('upscalers')).map(({ name }: { name: string }) => name)).toEqual(['None', 'Lanczos', 'Nearest']);
    expect(await get('embeddings')).toEqual({ loaded: {}, skipped: {} });
    expect(await get('scripts')).toEqual({ txt2img: [], img2img: [] });
    expect(await get('cmd-flags')).toEqual({ api: true });
    const { ram } = await get('memory');
    expect(ram.used + ram.free).toBe(ram.total);
    expect((await post('refresh-checkpoints')).text).toBe('null');
    expect((await studio.app.inject('/sdapi/v1/nothing')).statusCode).toBe(404);
    expect((await studio.app.inject('/sdapi/v1/txt2img')).statusCode).toBe(405);
  });

  it('never tell where anything lies on disk', async () => {
    const names = ['options', 'sd-models', 'samplers', 'cmd-flags', 'memory', 'progress', 'loras'];
    for (const name of names) expect(JSON.stringify(await get(name))).not.toContain(studio.folders.root);
    expect((await post('txt2img', SMALL)).text).not.toContain(studio.folders.root);
  });
});

describe('png-info', () => {
  it('reads a picture of ours', async () => {
    const { images, info } = (await post('txt2img', { ...SMALL, prompt: '一只橘猫', seed: 9 })).body;
    const { body } = await post('png-info', { image: `data:image/png;base64,${images[0]}` });
    expect(body.info).toBe((JSON.parse(info) as { infotexts: string[] }).infotexts[0]);
    expect(body.parameters).toMatchObject({
      Prompt: '一只橘猫',
      Seed: '9',
      Steps: '4',
      'Size-1': '64',
      'Mask mode': 'Inpaint masked',
    });
    expect(JSON.parse(body.items.easel)).toMatchObject({ format: 1, parameters: { prompt: '一只橘猫' } });
  });

  it('answers a picture without parameters with nothing', async () => {
    const png = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    expect((await post('png-info', { image: png.toString('base64') })).body).toEqual({
      info: '',
      items: {},
      parameters: {},
    });
  });

  it.each([
    ['bad padding', 'abc', 422, 'bad_base64'],
    ['no base64', 'http://127.0.0.1/x.png', 422, 'bad_base64'],
    ['no PNG', Buffer.from('hello world!').toString('base64'), 422, 'image_invalid'],
    ['an SVG', `data:image/svg+xml;base64,${Buffer.from('<svg/>').toString('base64')}`, 415, 'unsupported_type'],
  ])('refuses %s', async (_name, image, status, code) => {
    expect(await post('png-info', { image })).toMatchObject({ status, body: { error: code } });
  });
});

describe('Open WebUI', () => {
  it('asks for options, sends them back with another model, and draws', async () => {
    const options = await get('options');
    const titles: string[] = (await get('sd-models')).map(({ title }: { title: string }) => title);
    for (const title of titles) {
      expect((await post('options', { ...(await get('options')), sd_model_checkpoint: title })).status).toBe(200);
      expect((await get('options')).sd_model_checkpoint).toBe(title);
    }
    await post('options', options);
    const { body } = await post('txt2img', {
      prompt: 'a red house',
      batch_size: 2,
      width: 64,
      height: 64,
      steps: 4,
      negative_prompt: 'blurry',
      cfg_scale: 7.5,
      sampler_name: 'Euler a',
      scheduler: 'Karras',
    });
    expect(body.images).toHaveLength(2);
    expect(JSON.parse(body.info)).toMatchObject({ prompt: 'a red house' });
  });
});

describe('SillyTavern', () => {
  it('fills its menus, switches the model, waits for rest and draws', async () => {
    for (const name of [
      'options',
      'upscalers',
      'latent-upscale-modes',
      'sd-vae',
      'samplers',
      'schedulers',
      'sd-models',
    ]) {
      expect((await studio.app.inject(`/sdapi/v1/${name}`)).statusCode, name).toBe(200);
    }
    const [model] = await get('sd-models');
    const schedulers: string[] = (await get('schedulers')).map(({ name }: { name: string }) => name);
    await post('options', { sd_model_checkpoint: model.title });
    const { progress, state } = await get('progress');
    expect([progress, state.job_count]).toEqual([0, 0]);
    const { status, body } = await post('txt2img', {
      prompt: 'a red house',
      negative_prompt: '',
      sampler_name: 'DPM++ 2M',
      scheduler: schedulers.find((name) => name === 'karras'),
      steps: 4,
      cfg_scale: 7,
      width: 64,
      height: 64,
      restore_faces: false,
      enable_hr: false,
      hr_upscaler: 'Latent',
      hr_scale: 2,
      hr_second_pass_steps: 0,
      denoising_strength: 0.7,
      clip_skip: 1,
      override_settings: { CLIP_stop_at_last_layers: 1, sd_vae: 'Automatic' },
      override_settings_restore_afterwards: true,
      save_images: true,
      send_images: true,
      do_not_save_grid: false,
      do_not_save_samples: false,
    });
    expect(status).toBe(200);
    expect(body.images[0].length).toBeGreaterThan(100);
  });
});
