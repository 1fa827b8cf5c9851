/**
 * Embeddings that are passed around as pictures: the vectors as JSON in a text chunk of a PNG, or in the low bits of the
 * pixels at both sides of the picture proper. The second form also survives as a lossless WebP.
 *
 * @source the WebUI's embedding cards: keyword `sd-ti-embedding` with base64 of JSON; zlib of the same JSON, its low halves
 * of bytes left and its high ones right of black columns, hidden by a row of pseudo-random numbers
 */
import { inflateSync } from 'node:zlib';

/** A row of numbers for each vector. */
export type VectorRows = readonly (readonly number[])[];

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const KEYWORD = 'sd-ti-embedding';
const LARGEST_PIXELS = 1 << 26;
/** Of the JSON that a picture hides; 75 vectors of the widest encoder take 3 MB. */
const LARGEST_CARD = 64 << 20;
const CHANNELS = 3;
const LOW_BITS = 0x0f;

export const isPng = (bytes: Buffer): boolean => bytes.subarray(0, PNG.length).equals(PNG);
export const isWebp = (bytes: Buffer): boolean =>
  bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP';

/**
 * @param bytes of a PNG or WebP
 * @throws RangeError when it carries no vectors, or what it carries is none
 */
export async function readVectorPicture(bytes: Buffer): Promise<VectorRows> {
  const text = isPng(bytes) ? textChunk(bytes, KEYWORD) : null;
  if (text !== null) return rowsOf(parseCard(() => Buffer.from(text, 'base64')));
  const packed = hiddenBytes(await decodePixels(bytes));
  if (packed === null) throw new RangeError('the picture carries no vectors');
  return rowsOf(parseCard(() => inflateSync(packed, { maxOutputLength: LARGEST_CARD })));
}

function parseCard(unpack: () => Buffer): unknown {
  try {
    return JSON.parse(unpack().toString('utf8'));
  } catch (cause) {
    throw new RangeError('what the picture carries cannot be read', { cause });
  }
}

/** The first of the vectors a card has by name; a tensor is told by the word before its numbers. */
function rowsOf(card: unknown): VectorRows {
  const parameters = (card as { string_to_param?: Record<string, unknown> } | null)?.string_to_param ?? {};
  const stored = Object.values(parameters)[0] as { TORCHTENSOR?: unknown } | undefined;
  const rows = stored?.TORCHTENSOR ?? stored;
  if (!isTable(rows) || rows.length === 0) throw new RangeError('what the picture carries are no vectors');
  return rows;
}

const isTable = (value: unknown): value is number[][] =>
  Array.isArray(value) &&
  value.every(
    (row) => Array.isArray(row) && row.length === (value[0] as unknown[]).length && row.every(Number.isFinite),
  );

/** The text behind a keyword; null where the picture has none. */
function textChunk(bytes: Buffer, keyword: string): string | null {
  for (let at = PNG.length; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (bytes.toString('latin1', at + 4, at + 8) === 'tEXt') {
      const end = content.indexOf(0);
      if (content.toString('latin1', 0, end) === keyword) return content.toString('latin1', end + 1);
    }
    at += length + 12;
  }
  return null;
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGB, row by row. */
  readonly data: Uint8Array;
}

/** @throws RangeError */
async function decodePixels(bytes: Buffer): Promise<Pixels> {
  // Few people have such files, and the decoder takes a while to load.
  const { default: sharp } = await import('sharp');
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: LARGEST_PIXELS, failOn: 'error' })
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== CHANNELS) throw new RangeError('it is no picture in colours');
    return { width: info.width, height: info.height, data };
  } catch (cause) {
    throw new RangeError('it cannot be read as a picture', { cause });
  }
}

/** The bytes that stand in the low bits; null where no black columns set them off. */
function hiddenBytes({ width, height, data }: Pixels): Buffer | null {
  const at = (x: number, y: number): number => (y * width + x) * CHANNELS;
  const isLit = (x: number, y: number): boolean =>
    (data[at(x, y)] as number) > 0 && (data[at(x, y) + 1] as number) > 0 && (data[at(x, y) + 2] as number) > 0;
  const [columns, rows] = [litRange(width, height, isLit), litRange(height, width, (y, x) => isLit(x, y))];
  if (columns === null || rows === null) return null;

  const isBlank = (x: number): boolean => {
    for (let y = rows.start; y < rows.end; y++) {
      for (let channel = 0; channel < CHANNELS; channel++) {
        if (((data[at(x, y) + channel] as number) & LOW_BITS) !== 0) return false;
      }
    }
    return true;
  };
  const blank: number[] = [];
  for (let x = columns.start; x < columns.end; x++) if (isBlank(x)) blank.push(x);
  const [first, last] = [blank[0], blank.at(-1)];
  if (first === undefined || last === undefined || first === last) return null;

  const halfOf = (from: number, to: number): number[] => {
    const half: number[] = [];
    const next = pseudoRandom();
    for (let y = rows.start; y < rows.end; y++) {
      for (let x = from; x < to; x++) {
        for (let channel = 0; channel < CHANNELS; channel++) {
          half.push(((data[at(x, y) + channel] as number) ^ next()) & LOW_BITS);
        }
      }
    }
    return half;
  };
  const [low, high] = [halfOf(columns.start, first), halfOf(last + 1, columns.end)];
  if (low.length === 0 || low.length !== high.length) return null;
  return Buffer.from(low.map((bits, i) => ((high[i] as number) << 4) | bits));
}

/** From the first to behind the last line that has a lit pixel; null where none has. */
function litRange(
  count: number,
  length: number,
  isLit: (line: number, place: number) => boolean,
): { start: number; end: number } | null {
  const hasLit = (line: number): boolean => {
    for (let place = 0; place < length; place++) if (isLit(line, place)) return true;
    return false;
  };
  let start = 0;
  while (start < count && !hasLit(start)) start++;
  if (start === count) return null;
  let end = count;
  while (!hasLit(end - 1)) end--;
  return { start, end };
}

/** A linear congruential generator as Numerical Recipes has it, from 0 on, modulo 255. */
function pseudoRandom(): () => number {
  let state = 0;
  return () => {
    state = (Math.imul(1_664_525, state) + 1_013_904_223) >>> 0;
    return state % 255;
  };
}
