import { describe, expect, it } from 'vitest';

import { chunkRuns, type ChunkOptions } from './chunks.ts';
import { loadClipTokenizer } from './clip-vocabulary.ts';
import { parseWeights } from './weights.ts';

const encode = (text: string): number[] => loadClipTokenizer().encode(text);
const chunk = (text: string, options?: ChunkOptions) => chunkRuns(parseWeights(text), encode, options);
const counts = (text: string, options?: ChunkOptions): number[] => chunk(text, options).map(({ tokens }) => tokens);
const numbers = [
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
];

describe('chunks', () => {
  // Counts of fixtures the oracle made: ../shared/golden/embeddings/prompt_a1111_sd15.
  it.each([
    ['a photograph of an astronaut riding a horse', [8]],
    ['', [0]],
    ['a (red:1.4) fox in the ((snow)), [blurry] background', [9]],
    [numbers.map((number) => `word number ${number} of the list, `).join('') + '(final words:1.3)', [70, 58]],
    ['a red house BREAK (a blue sky:1.2), clouds BREAK grass', [3, 5, 1]],
    ['une forêt enchantée, 東京 at night, (naïve café:1.1)', [18]],
    [Array(40).fill('very tall tower').join(' '), [75, 45]],
  ])('%j has as many tokens in each as the reference', (text, expected) => {
    expect(counts(text)).toEqual(expected);
  });

  it('are 77 ids with a weight each, marks and padding of weight 1', () => {
    const [only] = chunk('(red:1.4) fox');
    expect(only?.ids.slice(0, 5)).toEqual([49406, ...encode('red'), ...encode('fox'), 49407, 49407]);
    expect(only?.weights.slice(0, 4)).toEqual([1, 1.4, 1, 1]);
    expect([only?.ids.length, only?.weights.length]).toEqual([77, 77]);
    expect(chunk('fox', { padding: 0 })[0]?.ids.slice(2, 5)).toEqual([49407, 0, 0]);
  });

  it('keep the words behind a comma together, unless told not to or the comma is too far', () => {
    const text = `${'tower '.repeat(70)}, very tall tower very tall tower`;
    expect(counts(text)).toEqual([71, 6]);
    expect(chunk(text)[1]?.moved).toBe(4);
    expect(counts(text, { commaBacktrack: 0 })).toEqual([75, 2]);
    expect(counts(`${'tower '.repeat(50)}, ${'tower '.repeat(30)}`)).toEqual([75, 6]);
  });

  it('begin anew at a break, also where nothing follows', () => {
    expect(counts('BREAK a')).toEqual([0, 1]);
    expect(counts('a BREAK')).toEqual([1]);
    expect(counts('a BREAK BREAK b')).toEqual([1, 0, 1]);
  });

  it('say which run every token came from', () => {
    const [only] = chunk('a (red:1.4) fox');
    expect(only?.origins).toEqual([
      { run: 0, token: 0 },
      { run: 1, token: 0 },
      { run: 2, token: 0 },
    ]);
  });
});

describe('embeddings in a prompt', () => {
  const known = (name: string, vectors: number) => ({ name, ids: encode(name), vectors });

  it('take the place of their name, the longest name first', () => {
    const embeddings = [known('bird', 1), known('bird style', 3)];
    const [only] = chunk('a (bird style:1.3), bird', { embeddings });
    expect(only?.embeddings).toEqual([
      { name: 'bird style', position: 2 },
      { name: 'bird', position: 6 },
    ]);
    expect(only?.weights.slice(1, 7)).toEqual([1, 1.3, 1.3, 1.3, 1, 1]);
    expect(only?.tokens).toBe(6);
  });

  it('go to the next chunk where their vectors do not fit any more', () => {
    const [first, second] = chunk(`${'tower '.repeat(70)}bird`, { embeddings: [known('bird', 8)] });
    expect([first?.tokens, second?.tokens]).toEqual([70, 8]);
    expect(second?.embeddings).toEqual([{ name: 'bird', position: 1 }]);
  });
});
