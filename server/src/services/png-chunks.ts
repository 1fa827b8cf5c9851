/**
 * The outer form of a PNG file: signature, then chunks of length, type, data and CRC. It knows no chunk's meaning.
 *
 * Source: PNG specification (third edition), section 5.
 */
import { crc32 } from 'node:zlib';

export interface PngChunk {
  /** Four letters, e.g. `IDAT`. */
  type: string;
  data: Buffer;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Length and type before the data, CRC after it. */
const HEAD_BYTES = 8;
const TAIL_BYTES = 4;
/** Signature and IHDR, which is always first and has 13 bytes of data. */
const IHDR_END = 33;

export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.equals(bytes.subarray(0, SIGNATURE.length));

export const encodeChunk = ({ type, data }: PngChunk): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), chunk.length - TAIL_BYTES);
  return chunk;
};

/** Puts chunks right behind IHDR, where every reader looks before it meets the pixels. */
export const insertChunks = (png: Buffer, chunks: readonly PngChunk[]): Buffer =>
  Buffer.concat([png.subarray(0, IHDR_END), ...chunks.map(encodeChunk), png.subarray(IHDR_END)]);

/**
 * Every chunk up to IEND, in order; the data are views, nothing is copied. Stops at the first chunk that is cut off or,
 * where asked, whose CRC is wrong: a file is whole when the last type is `IEND`.
 */
export function* readChunks(png: Buffer, options: { checksOf: (type: string) => boolean }): Generator<PngChunk> {
  if (!isPng(png)) return;
  let at = SIGNATURE.length;
  while (at + HEAD_BYTES + TAIL_BYTES <= png.length) {
    const length = png.readUInt32BE(at);
    const end = at + HEAD_BYTES + length;
    if (end + TAIL_BYTES > png.length) return;
    const type = png.toString('latin1', at + 4, at + HEAD_BYTES);
    if (options.checksOf(type) && crc32(png.subarray(at + 4, end)) !== png.readUInt32BE(end)) return;
    yield { type, data: png.subarray(at + HEAD_BYTES, end) };
    if (type === 'IEND') return;
    at = end + TAIL_BYTES;
  }
}

/**
 * Width and height of a PNG that is whole: every chunk there, every checksum right, pixels and an end among them. Null
 * for anything else.
 */
export function measureWholePng(png: Buffer): { width: number; height: number } | null {
  let size: { width: number; height: number } | null = null;
  let hasPixels = false;
  let hasEnd = false;
  for (const { type, data } of readChunks(png, { checksOf: () => true })) {
    if (size === null) {
      if (type !== 'IHDR' || data.length !== 13) return null;
      size = { width: data.readUInt32BE(0), height: data.readUInt32BE(4) };
    }
    hasPixels ||= type === 'IDAT';
    hasEnd ||= type === 'IEND';
  }
  return hasPixels && hasEnd ? size : null;
}
