/**
 * Text in PNG files: tEXt, zTXt and iTXt chunks, written and read. What the texts mean is not known here.
 *
 * What is read is untrusted: the number of texts, the size of each and of all, and what a compressed one may grow to are
 * limited; what is over a limit or broken is left out, the rest is read.
 */
import { inflateSync } from 'node:zlib';

import { RequestError } from '@easel/shared/errors';

import { insertChunks, readChunks, type PngChunk } from './png-chunks.ts';

export interface PngText {
  /** 1 to 79 Latin-1 characters. */
  keyword: string;
  text: string;
}

const MOST_TEXTS = 64;
const LARGEST_TEXT = 4 * 2 ** 20;
/** Of all texts together. */
const LARGEST_TOTAL = 16 * 2 ** 20;

const isLatin1 = (text: string): boolean =>
  !text.includes('\0') && Buffer.from(text, 'latin1').toString('latin1') === text;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const decodeUtf8 = (bytes: Uint8Array): string | null => {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
};

/** Many programs write UTF-8 where the format says Latin-1. */
const decodeEither = (bytes: Buffer): string => decodeUtf8(bytes) ?? bytes.toString('latin1');

/**
 * As other programs expect it: tEXt where the text is Latin-1, else iTXt, uncompressed. Latin-1 text whose bytes are UTF-8
 * for something else goes to iTXt too, since readers (ours among them) try UTF-8 first.
 */
const encodeText = ({ keyword, text }: PngText): PngChunk => {
  if (keyword.length < 1 || keyword.length > 79 || !isLatin1(keyword))
    throw new Error(`"${keyword}" cannot be a keyword.`);
  if (/[\0\p{Surrogate}]/u.test(text)) {
    throw new RequestError('bad_text', 'Text with NUL characters or lone surrogates cannot be saved in a PNG file.');
  }
  const head = Buffer.from(`${keyword}\0`, 'latin1');
  const latin1 = Buffer.from(text, 'latin1');
  if (isLatin1(text) && decodeEither(latin1) === text) return { type: 'tEXt', data: Buffer.concat([head, latin1]) };
  // Not compressed, no method, no language, no translated keyword.
  return { type: 'iTXt', data: Buffer.concat([head, Buffer.alloc(4), Buffer.from(text, 'utf8')]) };
};

/** @throws bad_text */
export const insertTexts = (png: Buffer, texts: readonly PngText[]): Buffer => insertChunks(png, texts.map(encodeText));

/** Splits at the first NUL; null when there is none. */
const splitAtNul = (data: Buffer): [before: Buffer, after: Buffer] | null => {
  const nul = data.indexOf(0);
  return nul === -1 ? null : [data.subarray(0, nul), data.subarray(nul + 1)];
};

const inflate = (data: Buffer, mostBytes: number): Buffer | null => {
  try {
    return inflateSync(data, { maxOutputLength: mostBytes });
  } catch {
    return null;
  }
};

/** @param room bytes the text may have */
const decodeBody = (type: string, body: Buffer, room: number): string | null => {
  if (type === 'tEXt') return body.length > room ? null : decodeEither(body);
  if (type === 'zTXt') {
    const bytes = body[0] === 0 ? inflate(body.subarray(1), room) : null;
    return bytes === null ? null : decodeEither(bytes);
  }
  const [isCompressed, method] = [body[0], body[1]];
  const afterLanguage = splitAtNul(body.subarray(2))?.[1];
  const content = afterLanguage && splitAtNul(afterLanguage)?.[1];
  if (content === undefined || (isCompressed !== 0 && (isCompressed !== 1 || method !== 0))) return null;
  const bytes = isCompressed === 1 ? inflate(content, room) : content;
  return bytes === null || bytes.length > room ? null : decodeUtf8(bytes);
};

/** Texts in the order of the file; several may have one keyword. Empty for anything that is no PNG. */
export function readTexts(png: Buffer): PngText[] {
  const isText = (type: string): boolean => type === 'tEXt' || type === 'zTXt' || type === 'iTXt';
  const texts: PngText[] = [];
  let total = 0;
  for (const { type, data } of readChunks(png, { checksOf: isText })) {
    if (!isText(type)) continue;
    const parts = splitAtNul(data);
    if (parts === null || parts[0].length < 1 || parts[0].length > 79) continue;
    const text = decodeBody(type, parts[1], Math.min(LARGEST_TEXT, LARGEST_TOTAL - total));
    if (text === null) continue;
    total += text.length;
    texts.push({ keyword: parts[0].toString('latin1'), text });
    if (texts.length >= MOST_TEXTS) break;
  }
  return texts;
}
