/** Pages, search, files, bin and restore. */
import type { ImageList, ImageView } from '@easel/shared/http/images';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openTestStudio, removeFolders, type TestStudio } from './support/test-studio.ts';

const PROMPTS = ['50% off_road \'quote\' "double"; -- drop', 'Ein ÄPFEL Baum', 'plain', '夜の城 ✨', 'last one'];
let studio: TestStudio;
let ids: string[];

beforeAll(async () => {
  studio = await openTestStudio();
  ids = [];
  for (const prompt of PROMPTS) {
    const job = await studio.ended(
      (await studio.submit({ prompt, negativePrompt: prompt === 'plain' ? 'blurry' : '' })).id,
    );
    ids.push(job.images[0] as string);
  }
});
afterAll(async () => {
  await studio.end();
  await removeFolders(studio.folders);
});

const list = async (query: Record<string, string>): Promise<ImageList> =>
  (await studio.app.inject({ url: '/api/v1/images', query })).json();
const found = async (query: string): Promise<string[]> => (await list({ query })).images.map(({ prompt }) => prompt);

describe('the gallery', () => {
  it('gives pages, newest first, each picture once, and no cursor after the last', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: ImageList = await list({ limit: '2', ...(cursor === null ? {} : { cursor }) });
      expect(page.total).toBe(PROMPTS.length);
      seen.push(...page.images.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(ids.toReversed());
  });

  it('does not shift a page when pictures come in between', async () => {
    const page = await list({ limit: '2' });
    const extra = await studio.ended((await studio.submit({ prompt: 'in between' })).id);
    const next = await list({ limit: '2', cursor: page.nextCursor as string });
    expect(next.images.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    await studio.app.inject({ method: 'DELETE', url: `/api/v1/images/${extra.images[0]}` });
  });

  it('refuses a cursor it did not make', async () => {
    for (const cursor of ['', 'after--1', "after-1' or 1=1", 'after-9999999999999999999']) {
      const refused = await studio.app.inject({ url: '/api/v1/images', query: { cursor } });
      expect([refused.statusCode, refused.json().error.code]).toEqual([422, 'bad_cursor']);
    }
  });

  it.each([
    ['%_\'"; --', []],
    ['50% off_road', [PROMPTS[0]]],
    ['\'quote\' "double"; --', [PROMPTS[0]]],
    ['%', [PROMPTS[0]]],
    ['_', [PROMPTS[0]]],
    ['äpfel', [PROMPTS[1]]],
    ['baum ein', [PROMPTS[1]]],
    ['城', [PROMPTS[3]]],
    ['BLURRY', ['plain']],
    ['tiny plain', ['plain']],
    ['nothing of the kind', []],
  ])('finds %j literally', async (query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it('takes five hundred words', async () => {
    expect(await found('a '.repeat(500).trim())).toEqual(expect.arrayContaining([PROMPTS[1]]));
  });

  it('takes an empty search for none', async () => {
    expect(await found('   ')).toHaveLength(PROMPTS.length);
  });
});

describe('a picture in the bin', () => {
  const remove = async (id: string): Promise<ImageView> =>
    (await studio.app.inject({ method: 'DELETE', url: `/api/v1/images/${id}` })).json();
  const restore = async (id: string): Promise<ImageView> =>
    (await studio.app.inject({ method: 'POST', url: `/api/v1/images/${id}/restore` })).json();

  it('is out of the list and not served, and comes back the same', async () => {
    const id = ids[2] as string;
    const before = (await studio.app.inject(`/api/v1/images/${id}`)).json<ImageView>();
    const file = (await studio.app.inject(`/api/v1/images/${id}/file`)).rawPayload;
    expect(await remove(id)).toMatchObject({ isDeleted: true });
    expect((await list({})).images.map((image) => image.id)).not.toContain(id);
    expect((await studio.app.inject(`/api/v1/images/${id}/file`)).statusCode).toBe(404);
    expect((await studio.app.inject(`/api/v1/images/${id}/thumbnail`)).statusCode).toBe(404);
    expect(await remove(id)).toMatchObject({ isDeleted: true });

    expect(await restore(id)).toEqual(before);
    expect(await restore(id)).toEqual(before);
    expect((await studio.app.inject(`/api/v1/images/${id}/file`)).rawPayload.equals(file)).toBe(true);
    expect((await list({})).images.map((image) => image.id)).toEqual(ids.toReversed());
  });

  it('is unknown when it never was', async () => {
    for (const url of [
      '/api/v1/images/nobody',
      '/api/v1/images/..%2f..%2fetc%2fpasswd/file',
      '/api/v1/images/%2e%2e/thumbnail',
    ]) {
      const response = await studio.app.inject(url);
      expect(response.body).not.toContain('root:');
      expect(response.statusCode).toBe(404);
    }
  });
});

describe('a picture file', () => {
  const get = async (headers: Record<string, string>) =>
    studio.app.inject({ url: `/api/v1/images/${ids[0]}/file`, headers });

  it('is answered with 304 to whoever has it', async () => {
    const { headers } = await get({});
    const again = await get({ 'if-none-match': String(headers['etag']) });
    expect([again.statusCode, again.rawPayload.length]).toEqual([304, 0]);
  });

  it('is served in ranges', async () => {
    const whole = (await get({})).rawPayload;
    const size = whole.length;
    const part = await get({ range: 'bytes=10-19' });
    expect([part.statusCode, part.headers['content-range']]).toEqual([206, `bytes 10-19/${size}`]);
    expect(part.rawPayload.equals(whole.subarray(10, 20))).toBe(true);
    expect((await get({ range: 'bytes=-5' })).rawPayload.equals(whole.subarray(-5))).toBe(true);
    expect((await get({ range: `bytes=${size - 3}-` })).rawPayload.equals(whole.subarray(-3))).toBe(true);
    expect((await get({ range: 'bytes=0-1', 'if-range': '"another"' })).statusCode).toBe(200);
    for (const range of ['bytes=9-1', `bytes=${size}-`, 'bytes=-', 'bytes=0-1,3-4', 'bytes=x-y']) {
      expect((await get({ range })).statusCode).toBe(416);
    }
  });

  it('cannot run anything in a browser', async () => {
    const { headers } = await get({});
    expect(headers['content-type']).toBe('image/png');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain('sandbox');
  });

  it('answers HEAD with its length', async () => {
    const head = await studio.app.inject({ method: 'HEAD', url: `/api/v1/images/${ids[0]}/file` });
    expect(head.statusCode).toBe(200);
    expect(Number(head.headers['content-length'])).toBe((await get({})).rawPayload.length);
  });
});
