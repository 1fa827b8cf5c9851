/**
 * The built web page: hashed files for ever, everything else asked for anew, and index.html for the page's own
 * addresses. Never an answer for /api: there a wrong address is an error and says so.
 *
 * It is read once, at the start, and is small: a page that was built anew meanwhile comes with the next start, and until
 * then open pages find the parts they have not loaded yet.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

import type { StudioApp } from '../routes/types.ts';

/** Vite puts files here whose name changes with their content. */
const HASHED_FOLDER = '/assets/';
/** Addresses that are never pages. */
const NOT_PAGES = /^\/(api|sdapi|socket\.io|assets)(\/|$)/i;

const NO_PAGE = `<!doctype html><meta charset="utf-8"><title>Easel</title>
<p>The page has not been built. Run <code>npm run build</code> and reload; the API is described at <a href="/api/docs">/api/docs</a>.</p>`;

/** Of the kinds of files that a page consists of. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

interface PageFile {
  readonly bytes: Buffer;
  readonly type: string;
  readonly etag: string;
}

function readPageFile(path: string): PageFile {
  const bytes = readFileSync(path);
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { bytes, type: TYPES[extname(path)] ?? 'application/octet-stream', etag };
}

/** All files of the page by address: what is not among them is not a file, whatever dots and slashes it is made of. */
const readPage = (root: string): ReadonlyMap<string, PageFile> =>
  new Map(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [`/${relative(root, path).split(sep).join('/')}`, readPageFile(path)]),
  );

/** @param root absolute folder of the built page; null = API only */
export function servePage(app: StudioApp, root: string | null): void {
  const files = root !== null && existsSync(join(root, 'index.html')) ? readPage(root) : null;

  app.get('/*', { schema: { hide: true } }, (request, reply) => {
    const pathname = request.url.split('?', 1)[0] ?? '/';
    const file = files?.get(pathname);
    if (file === undefined && NOT_PAGES.test(pathname)) return reply.callNotFound();
    reply.header(
      'cache-control',
      file !== undefined && pathname.startsWith(HASHED_FOLDER) ? 'public, max-age=31536000, immutable' : 'no-cache',
    );
    const sent = file ?? files?.get('/index.html');
    if (sent === undefined) return reply.type('text/html').send(NO_PAGE);
    reply.header('etag', sent.etag);
    if (request.headers['if-none-match']?.includes(sent.etag) === true) return reply.code(304).send();
    return reply.type(sent.type).send(sent.bytes);
  });
}
