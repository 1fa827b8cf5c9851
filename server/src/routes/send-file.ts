/**
 * Sends a file that never changes: a strong ETag, a year of cache, one byte range. Not for the web page, whose files do.
 */
import { createReadStream } from 'node:fs';

import type { FastifyReply, FastifyRequest } from 'fastify';

import type { ServedFile } from '../services/gallery.ts';

interface ByteRange {
  /** Both inclusive. */
  start: number;
  end: number;
}

/**
 * What a Range header asks for: null = everything (no header, or another unit), `unsatisfiable` = outside the file or
 * several ranges, which no viewer of pictures needs.
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | 'unsatisfiable' | null {
  if (header === undefined || !header.startsWith('bytes=')) return null;
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.replaceAll(' ', ''));
  const [first, last] = [match?.[1] ?? '', match?.[2] ?? ''];
  if (first === '' && last === '') return 'unsatisfiable';
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  return start > end || start >= sizeBytes ? 'unsatisfiable' : { start, end };
}

const isNotModified = (header: string | undefined, etag: string): boolean =>
  header !== undefined && header.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));

/** RFC 6266, with the plain form for old readers. */
const inlineAs = (fileName: string): string =>
  `inline; filename="${fileName.replace(/[^\x20-\x7e]|["\\]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(fileName).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`;

/** @param version names the content: never another one under the same */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: ServedFile,
  version: string,
): Promise<FastifyReply> {
  const etag = `"${version}"`;
  reply
    .header('etag', etag)
    .header('cache-control', 'private, max-age=31536000, immutable')
    .header('accept-ranges', 'bytes')
    .header('content-disposition', inlineAs(file.fileName))
    .header('x-content-type-options', 'nosniff')
    // Opened by itself, a picture is a picture: nothing in it may run, whatever a browser takes it for.
    .header('content-security-policy', "default-src 'none'; sandbox");
  if (isNotModified(request.headers['if-none-match'], etag)) return reply.code(304).send();

  const isSameVersion = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const range = isSameVersion ? parseRange(request.headers.range, file.sizeBytes) : null;
  if (range === 'unsatisfiable') {
    return reply.code(416).header('content-range', `bytes */${file.sizeBytes}`).removeHeader('cache-control').send();
  }
  reply.type(file.mime);
  if (range === null) {
    reply.header('content-length', file.sizeBytes);
    return reply.send(createReadStream(file.path));
  }
  reply
    .code(206)
    .header('content-range', `bytes ${range.start}-${range.end}/${file.sizeBytes}`)
    .header('content-length', range.end - range.start + 1);
  return reply.send(createReadStream(file.path, range));
}
