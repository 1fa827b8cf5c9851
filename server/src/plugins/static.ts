/**
 * The built web page: hashed files for ever, everything else asked for anew, and index.html for the page's own
 * addresses. Never an answer for /api: there a wrong address is an error and says so.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

import fastifyStatic from '@fastify/static';

import type { StudioApp } from '../routes/types.ts';

/** Vite puts files here whose name changes with their content. */
const HASHED_FOLDER = '/assets/';
/** Addresses that are never pages. */
const NOT_PAGES = /^\/(api|sdapi|socket\.io|assets)(\/|$)/i;

const NO_PAGE = `<!doctype html><meta charset="utf-8"><title>Easel</title>
<p>The page has not been built. Run <code>npm run build</code> and reload; the API is described at <a href="/api/docs">/api/docs</a>.</p>`;

/** Addresses of all files of the page: what is not among them is not a file, whatever dots and slashes it is made of. */
const listFiles = (root: string): Set<string> =>
  new Set(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `/${relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')}`),
  );

/** @param root absolute folder of the built page; null = API only */
export async function servePage(app: StudioApp, root: string | null): Promise<void> {
  const isBuilt = root !== null && existsSync(join(root, 'index.html'));
  const files = isBuilt ? listFiles(root) : new Set<string>();
  // Only for reply.sendFile: it adds no address of its own.
  if (isBuilt) await app.register(fastifyStatic, { root, serve: false, cacheControl: false });

  app.get('/*', { schema: { hide: true } }, (request, reply) => {
    const pathname = request.url.split('?', 1)[0] ?? '/';
    const isFile = files.has(pathname) && pathname !== '/index.html';
    if (!isFile && NOT_PAGES.test(pathname)) return reply.callNotFound();
    reply.header(
      'cache-control',
      pathname.startsWith(HASHED_FOLDER) ? 'public, max-age=31536000, immutable' : 'no-cache',
    );
    if (!isBuilt) return reply.type('text/html').send(NO_PAGE);
    return reply.sendFile(isFile ? pathname : '/index.html');
  });
}
