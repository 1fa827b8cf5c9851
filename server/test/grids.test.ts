/** Grids: every cell checked before, made in a good order, cancelled together, kept through a restart, shown on a sheet. */
import type { GridSummary, GridView } from '@easel/shared/http/grids';
import type { ImageList, ImageView } from '@easel/shared/http/images';
import type { JobList } from '@easel/shared/http/jobs';
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

let folders: TestFolders;
let studio: TestStudio;
const open = async (options = {}): Promise<void> => {
  studio = await openTestStudio({ folders, createPictureFiles, ...options });
};
beforeEach(async () => {
  folders = await makeFolders({ 'tiny.safetensors': 'tiny', 'other.safetensors': 'other' });
  await open();
});
afterEach(async () => {
  await studio.end();
  await removeFolders(folders);
});

const post = async (body: object, path = '') =>
  studio.app.inject({ method: 'POST', url: `/api/v1/grids${path}`, payload: body });
const STEPS_BY_GUIDANCE = {
  request: { prompt: 'a red house', seed: 5 },
  axes: [
    { type: 'steps', values: '2, 3' },
    { type: 'guidance', values: '2-3' },
  ],
};
const submit = async (body: object = STEPS_BY_GUIDANCE): Promise<GridSummary> => {
  const response = await post(body);
  expect(response.statusCode, response.body).toBe(202);
  return response.json();
};
const view = async (id: string): Promise<GridView> => (await studio.app.inject(`/api/v1/grids/${id}`)).json();
const image = async (id: string): Promise<ImageView> => (await studio.app.inject(`/api/v1/images/${id}`)).json();
const until = async (id: string, what: (grid: GridView) => boolean): Promise<GridView> => {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
    const grid = await view(id);
    if (what(grid)) return grid;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Waited in vain: ${JSON.stringify(await view(id)).slice(0, 800)}`);
};
const ended = async (id: string): Promise<GridView> => until(id, (grid) => grid.endedAt !== null);

describe('a grid', () => {
  it('makes every cell with one seed, and a sheet that stands in the gallery', async () => {
    const accepted = await submit({ ...STEPS_BY_GUIDANCE, request: { prompt: 'a red house' } });
    expect(accepted).toMatchObject({ cells: 4, done: 0, sheet: null });
    const grid = await ended(accepted.id);
    expect(grid).toMatchObject({ state: 'done', done: 4, failed: 0, error: null, prompt: 'a red house' });
    const cells = await Promise.all(grid.items.map(async (item) => image(item.image ?? '')));
    expect(cells.map(({ parameters }) => [parameters.steps, parameters.guidance])).toEqual([
      [2, 2],
      [3, 2],
      [2, 3],
      [3, 3],
    ]);
    expect(new Set(cells.map(({ parameters }) => parameters.seed)).size).toBe(1);
    expect(cells.every((each) => each.grid === grid.id && each.isSheet === undefined)).toBe(true);
    expect((await studio.job(grid.items[0]?.jobId ?? '')).grid).toBe(grid.id);

    const { images, total } = (await studio.app.inject('/api/v1/images')).json<ImageList>();
    expect(total).toBe(5);
    expect(images[0]).toMatchObject({ id: grid.sheet, isSheet: true });
    const sheet = await image(grid.sheet ?? '');
    expect(sheet).toMatchObject({ grid: grid.id, prompt: 'a red house' });
    expect(sheet.parameters).toEqual(cells[0]?.parameters);
    expect(sheet.infotext).toContain(
      'Script: X/Y/Z plot, X Type: Steps, X Values: "2, 3", Y Type: CFG Scale, Y Values: 2-3, Version: Easel',
    );
    const file = await studio.app.inject(`/api/v1/images/${grid.sheet}/file`);
    const { width, height } = await sharp(file.rawPayload).metadata();
    expect([width, height]).toEqual([sheet.width, sheet.height]);
    // Wide enough for two columns and their headings.
    expect(width).toBeGreaterThan(3 * 96);
  });

  it('draws seeds where it is asked to, and tells which', async () => {
    const { id } = await submit({ request: { prompt: 'x' }, axes: [{ type: 'seed', values: '-1, -1, 9' }] });
    const grid = await ended(id);
    const seeds = await Promise.all(grid.items.map(async (item) => (await image(item.image ?? '')).parameters.seed));
    expect(grid.axes[0]?.entries).toEqual(seeds.map(String));
    expect(seeds[2]).toBe(9);
    expect(seeds[0]).not.toBe(seeds[1]);
    expect((await image(grid.sheet ?? '')).infotext).toContain(`Fixed X Values: "${seeds.join(', ')}"`);
  });

  it('runs the cells of one model together', async () => {
    const { id } = await submit({
      request: { prompt: 'x', seed: 1 },
      axes: [
        { type: 'model', values: 'tiny, other' },
        { type: 'steps', values: '1-3' },
      ],
    });
    const grid = await ended(id);
    const jobs = await Promise.all(grid.items.map(async ({ jobId }) => studio.job(jobId)));
    const inOrder = jobs.toSorted((left, right) => String(left.startedAt).localeCompare(String(right.startedAt)));
    expect(inOrder.map(({ parameters }) => parameters.model)).toEqual([
      'tiny',
      'tiny',
      'tiny',
      'other',
      'other',
      'other',
    ]);
  });

  it('says of a cell that failed why, and shows the others', async () => {
    const { id } = await submit({
      request: { prompt: 'a [fail@1] b', seed: 1 },
      axes: [{ type: 'promptSearch', values: '[fail@1], calm' }],
    });
    const grid = await ended(id);
    expect(grid).toMatchObject({ state: 'done', done: 1, failed: 1 });
    expect(grid.items.map(({ state }) => state)).toEqual(['failed', 'done']);
    expect(grid.items[0]?.error?.message).toBeTruthy();
    // The text of the sheet is that of the first picture there is.
    expect((await image(grid.sheet ?? '')).parameters.prompt).toBe('a calm b');
  });

  it('has no sheet where no cell has a picture', async () => {
    const { id } = await submit({ request: { prompt: '[fail@1]' }, axes: [{ type: 'steps', values: '1, 2' }] });
    expect(await ended(id)).toMatchObject({ state: 'failed', sheet: null, failed: 2 });
  });
});

describe('a grid that is refused', () => {
  const refusal = async (body: object): Promise<{ status: number; code: string; message: string; field?: string }> => {
    const response = await post(body);
    return { status: response.statusCode, ...response.json().error };
  };
  const axes = (...list: [type: string, values: string][]) => ({
    request: { prompt: 'a house', seed: 1 },
    axes: list.map(([type, values]) => ({ type, values })),
  });

  it('names the axis and the value, and queues nothing', async () => {
    expect(await refusal(axes(['steps', '1, 2'], ['guidance', '2, 99']))).toMatchObject({
      status: 422,
      code: 'bad_axis',
      field: 'axes.1.values',
      message: expect.stringContaining('Y, Guidance: 99'),
    });
    expect(await refusal(axes(['steps', '1, 2'], ['model', 'tiny, tyny']))).toMatchObject({
      status: 422,
      code: 'unknown_model',
      field: 'axes.1.values',
      message: expect.stringContaining('Y, Model tyny: '),
    });
    expect(await refusal(axes(['sampler', 'Euler, Dreamer']))).toMatchObject({
      code: 'bad_axis',
      field: 'axes.0.values',
    });
    expect(await refusal(axes(['lora', '1']))).toMatchObject({ code: 'bad_axis', field: 'axes.0.name' });
    const { jobs } = (await studio.app.inject('/api/v1/jobs')).json<JobList>();
    expect(jobs).toEqual([]);
  });

  it('names a LoRA that is not there by its axis', async () => {
    const body = { request: { prompt: 'a' }, axes: [{ type: 'lora', values: '0-1', name: 'nobody' }] };
    expect(await refusal(body)).toMatchObject({
      code: 'lora_not_found',
      message: expect.stringMatching(/^X, LoRA weight 0: /),
    });
  });

  it('says which option nothing would read, though other samplers would', async () => {
    expect(await refusal(axes(['sampler', 'Euler, Euler a'], ['ensd', '0, 31337']))).toMatchObject({
      code: 'not_allowed',
      field: 'axes.1.values',
    });
  });

  it('leaves out what only one sampler of an axis reads', async () => {
    const body = axes(['sampler', 'Euler, Euler a']);
    const grid = await ended((await submit({ ...body, request: { ...body.request, ensd: 5 } })).id);
    const cells = await Promise.all(grid.items.map(async (item) => image(item.image ?? '')));
    expect(cells.map(({ parameters }) => parameters.ensd)).toEqual([5, undefined]);
  });

  it('is told so where it has too many cells, several pictures a cell, or a field that is none', async () => {
    expect(await refusal(axes(['seed', '1-501'], ['steps', '1, 2']))).toMatchObject({ code: 'too_many_cells' });
    expect(await refusal({ request: { prompt: 'a', count: 2 }, axes: [{ type: 'steps', values: '1' }] })).toMatchObject(
      {
        code: 'out_of_range',
        field: 'request.count',
      },
    );
    expect(await refusal(axes(['stepz', '1']))).toMatchObject({ code: 'not_allowed', field: 'axes.0.type' });
    expect(await refusal({ request: { prompt: 'a' }, axes: [] })).toMatchObject({ status: 422, field: 'axes' });
    expect((await studio.app.inject('/api/v1/grids/none')).json().error.code).toBe('unknown_grid');
  });
});

describe('before it is made', () => {
  it('is counted, and every cell checked', async () => {
    const response = await post(STEPS_BY_GUIDANCE, '/estimate');
    expect(response.json()).toMatchObject({ cells: 4, axes: [{ label: 'Steps', entries: ['2', '3'] }, {}] });
    const bad = await post({ ...STEPS_BY_GUIDANCE, axes: [{ type: 'model', values: 'nobody' }] }, '/estimate');
    expect([bad.statusCode, bad.json().error.code]).toEqual([422, 'unknown_model']);
  });

  it('is checked fast enough for a thousand cells', async () => {
    const began = Date.now();
    const body = { request: { prompt: 'x' }, axes: [{ type: 'seed', values: '1-1000' }] };
    expect((await post(body, '/estimate')).json().cells).toBe(1000);
    expect(Date.now() - began).toBeLessThan(5000);
  });
});

describe('a grid that is cancelled', () => {
  it('keeps its pictures, ends all that waits, and has no sheet', async () => {
    const { id } = await submit({
      request: { prompt: '[slow=30]', seed: 1 },
      axes: [{ type: 'seed', values: '1-12' }],
    });
    await until(id, ({ done }) => done >= 2);
    const response = await studio.app.inject({ method: 'DELETE', url: `/api/v1/grids/${id}` });
    expect(response.json()).toMatchObject({ state: 'cancelled', sheet: null });
    const grid = await ended(id);
    expect(grid.done).toBeGreaterThanOrEqual(2);
    expect(grid.items.filter(({ state }) => state === 'cancelled').length).toBe(12 - grid.done);
    expect(await studio.ended((await studio.submit()).id)).toMatchObject({ state: 'done' });
    const again = await studio.app.inject({ method: 'DELETE', url: `/api/v1/grids/${id}` });
    expect([again.statusCode, again.json().state]).toEqual([200, 'cancelled']);
  });
});

describe('a server that ends in the middle of a grid', () => {
  it('goes on with it when it starts again', async () => {
    const { id } = await submit({ request: { prompt: '[slow=20]', seed: 1 }, axes: [{ type: 'seed', values: '1-5' }] });
    await until(id, ({ done }) => done >= 2);
    await studio.end();
    await open();
    const grid = await ended(id);
    expect(grid).toMatchObject({ state: 'done', done: 5 });
    expect((await image(grid.sheet ?? '')).grid).toBe(id);
    const { grids } = (await studio.app.inject('/api/v1/grids')).json<{ grids: GridSummary[] }>();
    expect(grids.map((each) => each.id)).toEqual([id]);
  });

  it('makes a sheet that was still to be made, and knows one that was saved without its row', async () => {
    const { id } = await submit();
    const { sheet } = await ended(id);
    await studio.store.updateTable('grids').set({ sheet: null, ended_at: null }).where('id', '=', id).execute();
    await studio.store.deleteFrom('images').where('id', '=', sheet).execute();
    await studio.end();
    await open();
    const grid = await ended(id);
    const { images } = (await studio.app.inject('/api/v1/images')).json<ImageList>();
    expect(images.filter(({ isSheet }) => isSheet)).toEqual([expect.objectContaining({ id: grid.sheet, jobId: id })]);
    expect(await image(grid.sheet ?? '')).toMatchObject({ grid: id });
  });
});
