/** The web page: caching, the page's own addresses, and never a page in place of an error. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeFolders, openTestStudio, removeFolders, type TestStudio } from './support/test-studio.ts';

let studio: TestStudio;
beforeAll(async () => {
  const folders = await makeFolders();
  const webRoot = join(folders.root, 'web');
  await mkdir(join(webRoot, 'assets'), { recursive: true });
  await writeFile(join(webRoot, 'index.html'), '<title>Easel</title>');
  await writeFile(join(webRoot, 'assets', 'main-abc123.js'), 'console.log(1);'.repeat(400));
  await writeFile(join(webRoot, 'favicon.svg'), '<svg/>');
  await writeFile(join(folders.root, 'secret.txt'), 'secret');
  studio = await openTestStudio({ folders, webRoot, isIdle: true });
});
afterAll(async () => {
  await studio.end();
  await removeFolders(studio.folders);
});

const get = async (url: string, headers: Record<string, string> = {}) => studio.app.inject({ url, headers });

describe('the page', () => {
  it.each(['/', '/index.html', '/gallery', '/picture/5f1c?x=1', '/gallery.old'])(
    'is answered at %s, and asked for anew each time',
    async (url) => {
      const response = await get(url);
      expect([response.statusCode, response.headers['cache-control']]).toEqual([200, 'no-cache']);
      expect(response.headers['content-type']).toContain('text/html');
      expect(response.body).toContain('<title>Easel</title>');
    },
  );

  it('has its hashed files kept for a year, and compressed', async () => {
    const response = await get('/assets/main-abc123.js', { 'accept-encoding': 'gzip' });
    expect(response.headers['cache-control']).toContain('immutable');
    expect(response.headers['content-type']).toContain('javascript');
    expect(response.headers['content-encoding']).toBe('gzip');
    expect((await get('/favicon.svg')).headers['cache-control']).toBe('no-cache');
  });

  it('is sent once as long as it stays the same', async () => {
    const { etag } = (await get('/')).headers;
    const again = await get('/gallery', { 'if-none-match': String(etag) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    expect((await get('/favicon.svg', { 'if-none-match': String(etag) })).statusCode).toBe(200);
  });

  it('stays whole while it is built anew', async () => {
    await rm(join(studio.folders.root, 'web'), { recursive: true });
    expect((await get('/assets/main-abc123.js')).body).toContain('console.log(1);');
    expect((await get('/')).body).toContain('<title>Easel</title>');
  });

  it.each(['/assets/main-old.js', '/api/v1/nothing', '/api', '/sdapi/v1/nothing', '/API/v1/jobs', '/socket.io/x'])(
    'is not answered at %s',
    async (url) => {
      const response = await get(url);
      expect(response.statusCode).toBe(404);
      expect(response.body).not.toContain('<title>');
    },
  );

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '//etc/passwd',
    '/%00',
  ])('gives no file outside it for %s', async (url) => {
    const response = await get(url);
    expect(response.body).not.toContain('secret');
    expect(response.body).not.toContain('root:');
  });
});

describe('the description of the API', () => {
  it('names every route with its schemas', async () => {
    const description = (await get('/api/openapi.json')).json<{
      paths: Record<string, Record<string, unknown>>;
      openapi: string;
    }>();
    expect(Object.keys(description.paths)).toEqual(
      expect.arrayContaining([
        '/api/v1/health',
        '/api/v1/catalogue',
        '/api/v1/models',
        '/api/v1/jobs',
        '/api/v1/jobs/{id}',
        '/api/v1/images',
        '/api/v1/images/{id}/file',
      ]),
    );
    expect(description.paths['/*']).toBeUndefined();
    expect(JSON.stringify(description.paths['/api/v1/jobs']?.['post'])).toContain('negativePrompt');
  });

  it('can be read as a page', async () => {
    const response = await get('/api/docs/');
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toContain('text/html');
  });
});
