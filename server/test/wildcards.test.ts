/** Wildcards and styles: files of a person, listed, saved whole, never reached by a name that leads elsewhere. */
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { StyleList } from '@easel/shared/http/styles';
import { WILDCARD_BYTES, type WildcardFile } from '@easel/shared/http/wildcard-files';
import type { WildcardList } from '@easel/shared/http/wildcards';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  makeFolders,
  openTestStudio,
  removeFolders,
  type TestFolders,
  type TestStudio,
} from './support/test-studio.ts';

let folders: TestFolders;
let studio: TestStudio;
let own: string;
beforeAll(async () => {
  folders = await makeFolders();
  own = join(folders.data, 'wildcards');
  const webui = join(folders.root, 'webui');
  await mkdir(join(webui, 'extensions/dynamic/wildcards'), { recursive: true });
  await mkdir(join(webui, 'models/Stable-diffusion'), { recursive: true });
  await mkdir(join(own, 'a'), { recursive: true });
  await writeFile(join(webui, 'extensions/dynamic/wildcards/theirs.txt'), 'x\ny\n');
  await writeFile(join(webui, 'extensions/dynamic/wildcards/colour.txt'), 'theirs\n');
  await writeFile(join(webui, 'styles.csv'), 'name,prompt,negative_prompt\r\nTheirs,"{prompt}, oil",blurry\r\n');
  await writeFile(join(own, 'colour.txt'), '# mine\nred\n\ngreen\n');
  await writeFile(join(own, 'a/b.txt'), 'one');
  await writeFile(join(folders.root, 'secret.txt'), 'secret');
  await symlink(join(folders.root, 'secret.txt'), join(own, 'link.txt'));
  await symlink(folders.root, join(own, 'out'));
  studio = await openTestStudio({ folders, modelsFrom: [webui], isIdle: true });
});
afterAll(async () => {
  await studio.end();
  await removeFolders(folders);
});

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';
/** Of every answer what it may have. */
type Answer = WildcardList & WildcardFile & StyleList & { error: { code: string } };
const ask = async (method: Method, path: string, payload?: object): Promise<{ status: number; body: Answer }> => {
  const answer = await studio.app.inject({
    method,
    url: `/api/v1${path}`,
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, body: (answer.body === '' ? null : answer.json()) as Answer };
};
const at = (name: string, rest = ''): string => `/wildcards/${encodeURIComponent(name)}${rest}`;
const codeOf = async (asked: Promise<{ status: number; body: unknown }>): Promise<string> =>
  ((await asked).body as { error?: { code: string } } | null)?.error?.code ?? 'none';

describe('wildcards', () => {
  it('are listed with their lines, ours before those of another program, and no links', async () => {
    const { body } = await ask('GET', '/wildcards');
    expect(body.wildcards.map(({ name, lines, isOwn }) => [name, lines, isOwn])).toEqual([
      ['a/b', 1, true],
      ['colour', 2, true],
      ['theirs', 2, false],
    ]);
  });

  it('are made, changed, renamed and deleted', async () => {
    const made = await ask('PUT', at('new/día'), { text: 'eins\nzwei', version: null });
    expect(made).toMatchObject({ status: 200, body: { name: 'new/día', lines: 2, isOwn: true, text: 'eins\nzwei' } });
    const changed = await ask('PUT', at('new/día'), { text: 'drei', version: made.body.version });
    expect(changed.body).toMatchObject({ lines: 1, text: 'drei' });
    expect(await ask('POST', at('new/día', '/name'), { to: 'other' })).toMatchObject({ status: 200 });
    expect(await readFile(join(own, 'other.txt'), 'utf8')).toBe('drei');
    expect(await ask('DELETE', at('other'))).toEqual({ status: 204, body: null });
    expect(await codeOf(ask('GET', at('other')))).toBe('not_found');
    expect((await readdir(own)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it.each(['../secret', 'a/..', '/etc/passwd', 'a/../../secret', 'con', 'a__b', '.x', 'a\\b'])(
    'cannot be called %s',
    async (name) => {
      expect(await codeOf(ask('GET', at(name)))).toBe('bad_name');
      expect(await codeOf(ask('PUT', at(name), { text: 'x', version: null }))).toBe('bad_name');
      expect(await codeOf(ask('POST', at('colour', '/name'), { to: name }))).toBe('bad_name');
      expect(await codeOf(ask('DELETE', at(name)))).toBe('bad_name');
    },
  );

  it('are neither read nor written through links', async () => {
    expect(await codeOf(ask('GET', at('link')))).toBe('not_found');
    expect(await codeOf(ask('GET', at('out/secret')))).toBe('not_found');
    expect(await codeOf(ask('PUT', at('link'), { text: 'x', version: null }))).toBe('name_taken');
    expect(await codeOf(ask('PUT', at('out/x'), { text: 'x', version: null }))).toBe('bad_name');
    expect(await readFile(join(folders.root, 'secret.txt'), 'utf8')).toBe('secret');
  });

  it('of another program are only read, until one of ours has the name', async () => {
    const { version } = (await ask('GET', at('theirs'))).body;
    expect(await codeOf(ask('PUT', at('theirs'), { text: 'z', version }))).toBe('read_only');
    expect(await codeOf(ask('DELETE', at('theirs')))).toBe('read_only');
    expect(await ask('PUT', at('theirs'), { text: 'mine', version: null })).toMatchObject({ body: { isOwn: true } });
    await ask('DELETE', at('theirs'));
    expect((await ask('GET', at('theirs'))).body).toMatchObject({ isOwn: false, lines: 2 });
  });

  it('that two save at once keep the first and tell the second', async () => {
    const { version } = (await ask('GET', at('colour'))).body;
    const answers = await Promise.all(
      ['one', 'two', 'three'].map(async (text) => ask('PUT', at('colour'), { text, version })),
    );
    expect(answers.map(({ status }) => status).sort((left, right) => left - right)).toEqual([200, 409, 409]);
    expect(await codeOf(ask('PUT', at('colour'), { text: 'x', version }))).toBe('changed_elsewhere');
    expect((await ask('GET', at('colour'))).body.text).toMatch(/^(one|two|three)$/);
    expect(await codeOf(ask('PUT', at('colour'), { text: 'x', version: null }))).toBe('name_taken');
  });

  it('have limits, in bytes and not in characters, also where somebody put a larger file', async () => {
    const limit = WILDCARD_BYTES;
    expect(await codeOf(ask('PUT', at('big'), { text: 'x'.repeat(limit + 1), version: null }))).toBe('out_of_range');
    expect(await codeOf(ask('PUT', at('big'), { text: '颜'.repeat(limit / 2), version: null }))).toBe('out_of_range');
    await writeFile(join(own, 'huge.txt'), 'x\n'.repeat(limit));
    expect(await codeOf(ask('GET', at('huge')))).toBe('out_of_range');
    expect((await ask('GET', '/wildcards')).body.wildcards).toContainEqual(
      expect.objectContaining({ name: 'huge', lines: 0 }),
    );
    expect(await codeOf(ask('PUT', at('nul'), { text: 'a', version: null }))).toBe('bad_name');
    expect(await codeOf(ask('PUT', at('zero'), { text: 'a\0', version: null }))).toBe('bad_text');
  });
});

describe('styles', () => {
  const style = (name: string): string => `/styles/${encodeURIComponent(name)}`;
  const names = async (): Promise<string[]> => (await ask('GET', '/styles')).body.styles.map(({ name }) => name);

  it('are made, changed, renamed and deleted, and kept as the WebUI keeps them', async () => {
    expect(await ask('PUT', style('Oil, "thick"'), { prompt: 'oil\npaint', negativePrompt: '' })).toMatchObject({
      status: 200,
      body: { name: 'Oil, "thick"', isOwn: true },
    });
    await ask('PUT', style('Oil, "thick"'), { prompt: 'oil', negativePrompt: 'flat', name: 'Oil' });
    expect(await readFile(join(folders.data, 'styles.csv'), 'utf8')).toBe(
      'name,prompt,negative_prompt\r\nOil,oil,flat\r\n',
    );
    expect(await names()).toEqual(['Oil', 'Theirs']);
    expect(await codeOf(ask('DELETE', style('Theirs')))).toBe('read_only');
    expect(await codeOf(ask('DELETE', style('Nobody')))).toBe('not_found');
    expect(await codeOf(ask('PUT', style('---'), { prompt: '', negativePrompt: '' }))).toBe('bad_name');
    expect(await ask('DELETE', style('Oil'))).toMatchObject({ status: 204 });
  });

  it('are taken over from a file, and lost to nobody who saves at the same time', async () => {
    const csv = 'name,prompt,negative_prompt\r\nA,a,\r\nB,"b, c",d\r\n';
    expect((await ask('POST', '/styles', { csv })).body).toEqual({ added: 2, replaced: 0 });
    expect((await ask('POST', '/styles', { csv })).body).toEqual({ added: 0, replaced: 2 });
    expect(await codeOf(ask('POST', '/styles', { csv: 'hello' }))).toBe('styles_invalid');
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => ask('PUT', style(`S${i}`), { prompt: 'x', negativePrompt: '' })),
    );
    expect((await names()).length).toBe(23);
    const file = await studio.app.inject('/api/v1/styles.csv');
    expect(file.headers['content-type']).toContain('text/csv');
    expect(file.body).toContain('B,"b, c",d');
  });

  it('are not written over where their file is not understood', async () => {
    await writeFile(join(folders.data, 'styles.csv'), 'something else\n');
    expect(await codeOf(ask('PUT', style('New'), { prompt: 'x', negativePrompt: '' }))).toBe('styles_invalid');
    expect(await readFile(join(folders.data, 'styles.csv'), 'utf8')).toBe('something else\n');
  });
});
