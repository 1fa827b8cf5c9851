import { describe, expect, it } from 'vitest';

import { CLIP_END_TOKEN, CLIP_START_TOKEN, chunkTokens, countChunks } from './clip-tokenizer.ts';
import { loadClipTokenizer } from './clip-vocabulary.ts';

const encode = (text: string): number[] => loadClipTokenizer().encode(text);

// Ids from transformers 4.49's CLIPTokenizer with ftfy, taken from ../shared/golden/tokenizer/clip.
describe('the CLIP tokenizer', () => {
  it.each([
    ['', []],
    ['cat', [2368]],
    ['A PHOTO OF A CAT', [320, 1125, 539, 320, 2368]],
    ['a cat. a dog! a bird?', [320, 2368, 269, 320, 1929, 256, 320, 3329, 286]],
    [
      'highly detailed, sharp focus, 8k uhd, dslr, soft lighting',
      [5302, 12609, 267, 8157, 4353, 267, 279, 330, 84, 4414, 267, 33740, 267, 3773, 5799],
    ],
  ])('reads "%s"', (text, ids) => {
    expect(encode(text)).toEqual(ids);
  });

  it('does not tell case, white space and curly quotes apart', () => {
    expect(encode('  The\tCAT’s\n “hat” ')).toEqual(encode('the cat\'s "hat"'));
  });

  it('takes composed and decomposed letters for the same', () => {
    expect(encode('cafe\u0301')).toEqual(encode('café'));
  });

  it('decodes HTML names, unless the text is HTML', () => {
    expect(encode('fish &amp; chips')).toEqual(encode('fish & chips'));
    expect(encode('<b>fish</b> &amp; chips')).not.toEqual(encode('<b>fish</b> & chips'));
  });

  it('takes written marks for marks', () => {
    expect(encode('a<|endoftext|>b')).toEqual([...encode('a'), CLIP_END_TOKEN, ...encode('b')]);
  });

  it('knows each dialect’s own marks only', () => {
    const { encode: read } = loadClipTokenizer();
    expect(read('<start_of_text>', 'open-clip')).toEqual([CLIP_START_TOKEN]);
    expect(read('<start_of_text>').length).toBeGreaterThan(1);
    expect(read('<|startoftext|>', 'open-clip').length).toBeGreaterThan(1);
  });

  it('has ids for every byte, so nothing is ever lost', () => {
    for (const text of ['猫', '👩‍🚀', '\ud800', 'ﷺ', '\u0001x']) {
      expect(encode(text).length).toBeGreaterThan(0);
      for (const id of encode(text)) expect(id).toBeLessThan(CLIP_START_TOKEN);
    }
  });

  it.each([
    ['one word', 'a'],
    ['no merges', 'qxj'],
    ['nested HTML', '&amp;'],
    ['lines', '\n'],
    ['wide characters', '猫'],
  ])('answers in seconds when a person pastes 100,000 characters: %s', (_what, piece) => {
    const started = performance.now();
    encode(piece.repeat(100_000 / piece.length));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('chunkTokens', () => {
  const ids = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

  it.each([
    [0, 1],
    [1, 1],
    [75, 1],
    [76, 2],
    [150, 2],
    [151, 3],
  ])('cuts %i tokens into %i rows of 77', (count, rows) => {
    const chunks = chunkTokens(ids(count));
    expect(chunks).toHaveLength(rows);
    expect(countChunks(count)).toBe(rows);
    for (const row of chunks) {
      expect(row).toHaveLength(77);
      expect(row[0]).toBe(CLIP_START_TOKEN);
      expect(row).toContain(CLIP_END_TOKEN);
    }
  });

  it('keeps every id, in order', () => {
    const text = chunkTokens(ids(200)).flatMap((row) => row.slice(1, row.indexOf(CLIP_END_TOKEN)));
    expect(text).toEqual(ids(200));
  });

  it('fills up behind the end mark with what the encoder was trained on', () => {
    expect(chunkTokens([7])[0]?.slice(0, 5)).toEqual([
      CLIP_START_TOKEN,
      7,
      CLIP_END_TOKEN,
      CLIP_END_TOKEN,
      CLIP_END_TOKEN,
    ]);
    expect(chunkTokens([7], 0)[0]?.slice(0, 5)).toEqual([CLIP_START_TOKEN, 7, CLIP_END_TOKEN, 0, 0]);
  });
});
