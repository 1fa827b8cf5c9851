import { describe, expect, it } from 'vitest';

import { loadClipTokenizer, loadTokenText } from './clip-vocabulary.ts';
import { describePrompt } from './describe-prompt.ts';

const reader = { encode: (text: string) => loadClipTokenizer().encode(text), tokenText: loadTokenText() };
const describeText = (text: string, embeddings: Parameters<typeof describePrompt>[2]['embeddings'] = []) =>
  describePrompt(text, reader, { steps: 10, isNegative: false, embeddings });

describe('what a model receives', () => {
  it('is every token with its weight and the word it was typed as', () => {
    const text = 'a (photorealistic fox:1.3), 東京 # note';
    const [only] = describeText(text).texts[0]?.chunks ?? [];
    const shown = (only?.tokens ?? []).map((token) => [
      token.text,
      token.weight,
      token.span && text.slice(token.span.start, token.span.end),
    ]);
    expect(shown.slice(0, 5)).toEqual([
      ['a', 1, 'a'],
      ['photo', 1.3, 'photorealistic'],
      ['realistic', 1.3, 'photorealistic'],
      ['fox', 1.3, 'fox'],
      [',', 1, ','],
    ]);
    // Bytes of a character that is no token by itself.
    for (const token of shown.slice(5)) expect(token.slice(1)).toEqual([1, '東京']);
  });

  it('is each text once, with the steps it counts for', () => {
    const { texts, parts } = describeText('[a|b] AND [c:d:5] :0.5');
    expect(texts.map(({ text }) => text)).toEqual(['a', 'b', ' c', ' d']);
    expect(parts.map(({ weight }) => weight)).toEqual([1, 0.5]);
    expect(parts[0]?.timeline.map(({ text }) => text).slice(0, 4)).toEqual([0, 1, 0, 1]);
    expect(parts[1]?.timeline).toEqual([
      { end: 5, text: 2 },
      { end: 10, text: 3 },
    ]);
  });

  it('shows vectors of an embedding by its name', () => {
    const [only] =
      describeText('a bird cat', [{ name: 'bird', ids: reader.encode('bird'), vectors: 2 }]).texts[0]?.chunks ?? [];
    expect(only?.tokens.map(({ text }) => text)).toEqual(['a', 'bird', 'bird', 'cat']);
  });

  it('says which tokens the comma rule moved', () => {
    const text = `${'tower '.repeat(70)}, very tall tower very tall tower`;
    expect(describeText(text).texts[0]?.chunks.map(({ moved, tokens }) => [moved, tokens.length])).toEqual([
      [0, 71],
      [4, 6],
    ]);
  });
});

describe('a prompt that changes into something long at every step', () => {
  it('is shown as far as anybody looks', { timeout: 30_000 }, () => {
    const text = '[a|b|c] [d|e|f|g] [h|i|j|k|l] '.repeat(600);
    const { texts } = describePrompt(text, reader, { steps: 60, isNegative: false });
    expect(texts).toHaveLength(60);
    expect(texts.filter(({ chunks }) => chunks.length > 0).length).toBeLessThan(45);
  });
});
