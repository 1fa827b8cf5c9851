/** Embeddings in pictures: read back out of cards written here by the WebUI's recipe, and refused where there are none. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readEmbedding } from '../../src/adapters/embedding-file.ts';
import { inspectNetwork } from '../../src/families/inspect-network.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-cards-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ROWS = [0, 1].map((row) => Array.from({ length: 768 }, (_, i) => ((i * 7 + row * 13) % 200) / 100 - 1));
const card = (rows: unknown): string =>
  JSON.stringify({ string_to_token: { '*': 265 }, string_to_param: { '*': { TORCHTENSOR: rows } }, name: 'charm' });

/** The picture proper: a gradient without a black pixel. */
const HEIGHT = 160;
const INNER = 96;

/**
 * The card's JSON, deflated, its bytes halved: low halves left, high halves right of a picture, with a black column on
 * either side of it, hidden by the same pseudo-random numbers and with a pattern in the high bits.
 */
function drawCard(json: string, pad: number): { width: number; height: number; rgb: Uint8Array } {
  const packed = deflateSync(Buffer.from(json), { level: 9 });
  const perColumn = HEIGHT * 3;
  const columns = Math.ceil((packed.length + 1) / perColumn);
  const width = columns * 2 + INNER + 2 + 2 * pad;
  const rgb = new Uint8Array(width * HEIGHT * 3);
  const put = (x: number, y: number, channel: number, value: number): void => {
    rgb[(y * width + x + pad) * 3 + channel] = value;
  };
  for (const part of ['low', 'high'] as const) {
    let state = 0n;
    const left = part === 'low' ? 0 : columns + INNER + 2;
    for (let y = 0, i = 0; y < HEIGHT; y++) {
      for (let x = 0; x < columns; x++) {
        for (let channel = 0; channel < 3; channel++, i++) {
          state = (state * 1664525n + 1013904223n) % 4294967296n;
          const byte = packed[i % packed.length] as number;
          const half = part === 'low' ? byte & 15 : byte >> 4;
          const shade = (x + y) % 8 < 4 ? 0x50 : 0xa0;
          put(left + x, y, channel, (half ^ (Number(state % 255n) & 15)) | shade);
        }
      }
    }
  }
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < INNER; x++)
      for (let channel = 0; channel < 3; channel++)
        put(columns + 1 + x, y, channel, 20 + ((x + 2 * y + channel) % 200));
  return { width, height: HEIGHT, rgb };
}

async function write(name: string, json: string, pad = 0): Promise<string> {
  const { width, height, rgb } = drawCard(json, pad);
  const picture = sharp(rgb, { raw: { width, height, channels: 3 } });
  const path = join(folder, name);
  writeFileSync(path, await (name.endsWith('.webp') ? picture.webp({ lossless: true }) : picture.png()).toBuffer());
  return path;
}
const vectorsOf = async (path: string): Promise<number[]> => [
  ...((await readEmbedding(path)).vectors.get('only')?.data ?? []),
];
const refusal = async (path: string): Promise<unknown> =>
  readEmbedding(path).then(
    () => null,
    (thrown: unknown) => (thrown as { code: string }).code,
  );

describe('a picture with vectors in its pixels', () => {
  it.each(['card.png', 'card.webp'])('is read: %s', async (name) => {
    const path = await write(name, card(ROWS));
    expect(await vectorsOf(path)).toEqual(ROWS.flat().map(Math.fround));
    expect(await inspectNetwork(path, 'embedding')).toMatchObject({ base: 'sd1', vectors: 2, textWidths: [768] });
  });

  it('may have a black frame around it', async () => {
    expect(await vectorsOf(await write('framed.png', card(ROWS), 5))).toHaveLength(2 * 768);
  });

  it('is refused where a bit of it is wrong, and where it holds something else', async () => {
    const { width, height, rgb } = drawCard(card(ROWS), 0);
    for (let i = 0; i < 300; i++) rgb[i * 7] = (rgb[i * 7] as number) ^ 5;
    const path = join(folder, 'bent.png');
    writeFileSync(
      path,
      await sharp(rgb, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer(),
    );
    expect(await refusal(path)).toBe('model_invalid');
    expect(await refusal(await write('other.png', '{"a":1}'))).toBe('model_invalid');
    expect(await refusal(await write('words.png', card(['x'])))).toBe('model_invalid');
  });

  it('is refused where there is none in it', async () => {
    const plain = join(folder, 'plain.png');
    const grey = Buffer.alloc(64 * 64 * 3, 130);
    writeFileSync(
      plain,
      await sharp(grey, { raw: { width: 64, height: 64, channels: 3 } })
        .png()
        .toBuffer(),
    );
    expect(await refusal(plain)).toBe('model_invalid');
    const black = join(folder, 'black.png');
    writeFileSync(
      black,
      await sharp(Buffer.alloc(64 * 64 * 3), { raw: { width: 64, height: 64, channels: 3 } })
        .png()
        .toBuffer(),
    );
    expect(await refusal(black)).toBe('model_invalid');
    const cut = join(folder, 'cut.png');
    writeFileSync(cut, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]));
    expect(await refusal(cut)).toBe('model_invalid');
  });
});
