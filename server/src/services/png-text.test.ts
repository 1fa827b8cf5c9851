/** Text chunks: round trips for any Unicode, and limits for texts made to hurt. */
import { deflateSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { encodeChunk, insertChunks, measureWholePng, readChunks } from './png-chunks.ts';
import { insertTexts, readTexts } from './png-text.ts';

// One black pixel: a PNG needs no library to be made.
const ihdr = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
const png = Buffer.concat([
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  encodeChunk({ type: 'IHDR', data: ihdr }),
  encodeChunk({ type: 'IDAT', data: deflateSync(Buffer.from([0, 0])) }),
  encodeChunk({ type: 'IEND', data: Buffer.alloc(0) }),
]);

const typesOf = (bytes: Buffer): string[] => [...readChunks(bytes, { checksOf: () => true })].map(({ type }) => type);
const textChunk = (type: string, ...parts: (string | Buffer)[]): Buffer =>
  insertChunks(png, [{ type, data: Buffer.concat(parts.map((part) => Buffer.from(part as string))) }]);

describe('text chunks of a PNG', () => {
  it('stand right behind IHDR, as tEXt for Latin-1 and as iTXt for the rest', () => {
    const written = insertTexts(png, [
      { keyword: 'parameters', text: 'a café\nSteps: 20' },
      { keyword: 'parameters', text: '一只橘猫' },
    ]);
    expect(typesOf(written)).toEqual(['IHDR', 'tEXt', 'iTXt', 'IDAT', 'IEND']);
    expect(measureWholePng(written)).toEqual({ width: 1, height: 1 });
  });

  it('use iTXt where Latin-1 bytes would be taken for UTF-8', () => {
    const written = insertTexts(png, [{ keyword: 'parameters', text: 'Ã©' }]);
    expect(typesOf(written)).toContain('iTXt');
    expect(readTexts(written)).toEqual([{ keyword: 'parameters', text: 'Ã©' }]);
  });

  it('come back unchanged for any text', () => {
    const samples = [
      '',
      ' ',
      '\n\r\t',
      'é',
      'Ã©',
      '😀👩‍👩‍👧 ZWJ',
      'مرحبا \u202e RTL',
      'Negative prompt: x\nSteps: 1',
      '\u0001\u007f\u0085',
      '\ufeffBOM',
      '"\\,:{}[]<>&',
    ];
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let sample = 0; sample < 500; sample += 1) {
      const points = Array.from({ length: random(40) }, () => {
        const point = 1 + random([0x7f, 0xff, 0x3000, 0x10ffff][random(4)] as number);
        return point >= 0xd800 && point <= 0xdfff ? 0x20 : point;
      });
      samples.push(String.fromCodePoint(...points));
    }
    for (const text of samples)
      expect(readTexts(insertTexts(png, [{ keyword: 'parameters', text }]))).toEqual([{ keyword: 'parameters', text }]);
  });

  it('refuse what no PNG can hold', () => {
    expect(() => insertTexts(png, [{ keyword: 'parameters', text: 'a\0b' }])).toThrow(/NUL/);
    expect(() => insertTexts(png, [{ keyword: 'parameters', text: 'a\ud800b' }])).toThrow(/lone/);
    expect(() => insertTexts(png, [{ keyword: '', text: '' }])).toThrow(/keyword/);
  });

  it('are read compressed, and as UTF-8 where a program wrote that as tEXt', () => {
    expect(readTexts(textChunk('zTXt', 'Comment\0\0', deflateSync('grün')))).toEqual([
      { keyword: 'Comment', text: 'grün' },
    ]);
    expect(readTexts(textChunk('iTXt', 'prompt\0\x01\0de\0\0', deflateSync('日本')))).toEqual([
      { keyword: 'prompt', text: '日本' },
    ]);
    expect(readTexts(textChunk('tEXt', 'prompt\0', Buffer.from('日本')))).toEqual([
      { keyword: 'prompt', text: '日本' },
    ]);
    expect(readTexts(textChunk('tEXt', 'prompt\0', Buffer.from('caf\xe9', 'latin1')))).toEqual([
      { keyword: 'prompt', text: 'café' },
    ]);
  });

  it('are left out when they are broken, and the others are read', () => {
    const broken: [string, Buffer][] = [
      ['tEXt', Buffer.from('no separator')],
      ['tEXt', Buffer.from(`${'k'.repeat(80)}\0x`)],
      ['zTXt', Buffer.from('a\0\0not zlib')],
      ['zTXt', Buffer.from('a\0\x07')],
      ['iTXt', Buffer.from('a\0')],
      ['iTXt', Buffer.from('a\0\x05\0\0\0x')],
      ['iTXt', Buffer.from([0x61, 0, 0, 0, 0, 0, 0xff, 0xfe])],
    ];
    const chunks = broken.map(([type, data]) => ({ type, data }));
    const bytes = insertTexts(insertChunks(png, chunks), [{ keyword: 'good', text: 'text' }]);
    expect(readTexts(bytes)).toEqual([{ keyword: 'good', text: 'text' }]);
  });

  it('are limited in number, in size and in what they may grow to', () => {
    const bomb = deflateSync(Buffer.alloc(64 * 2 ** 20));
    expect(bomb.length).toBeLessThan(2 ** 20);
    expect(readTexts(textChunk('zTXt', 'bomb\0\0', bomb))).toEqual([]);
    const large = Buffer.alloc(5 * 2 ** 20, 0x61);
    expect(readTexts(textChunk('tEXt', 'large\0', large))).toEqual([]);
    const many = Array.from({ length: 10_000 }, () => ({ type: 'tEXt', data: Buffer.from('a\0b') }));
    expect(readTexts(insertChunks(png, many))).toHaveLength(64);
    const four = Array.from({ length: 6 }, () => ({
      type: 'zTXt',
      data: Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(2 ** 22, 0x61))]),
    }));
    expect(readTexts(insertChunks(png, four))).toHaveLength(4);
  });

  it('end at a wrong checksum, and a cut or bent file is not whole', () => {
    const written = insertTexts(png, [{ keyword: 'a', text: 'b' }]);
    const bent = Buffer.from(written);
    bent[43] = (bent[43] as number) ^ 1;
    expect(readTexts(bent)).toEqual([]);
    expect(measureWholePng(bent)).toBeNull();
    for (let length = 0; length < written.length; length += 1)
      expect(measureWholePng(written.subarray(0, length))).toBeNull();
    expect(readTexts(Buffer.from('GIF89a'))).toEqual([]);
  });
});
