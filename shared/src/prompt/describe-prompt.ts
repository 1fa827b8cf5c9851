/**
 * What a model receives of a prompt: texts over the steps, their chunks and every token with its weight and its place in
 * what a person typed. For showing; the engine makes the same of it by the same functions.
 */
import { chunkRuns, type ChunkOptions } from './chunks.ts';
import { placeFinder, type Excerpt, type Span } from './excerpt.ts';
import { readPrompt, type ReadPromptOptions } from './read-prompt.ts';
import { parseWeights, type WeightedRun } from './weights.ts';

export interface DescribedToken {
  readonly id: number;
  /** As it is read, a space before it left out; of an embedding its name. */
  readonly text: string;
  readonly weight: number;
  /** The word it belongs to, as it was typed; null where that cannot be told. */
  readonly span: Span | null;
}

export interface DescribedChunk {
  readonly tokens: readonly DescribedToken[];
  /** How many tokens, from the first one on, the comma rule moved here. */
  readonly moved: number;
}

export interface DescribedPrompt {
  /** Distinct texts, in the order in which they come. Where they are very long together the last have no chunks. */
  readonly texts: readonly { readonly text: string; readonly chunks: readonly DescribedChunk[] }[];
  /** Joined by AND; `text` is an index into `texts`, shown up to step `end` counted from 1. */
  readonly parts: readonly {
    readonly weight: number;
    readonly timeline: readonly { readonly end: number; readonly text: number }[];
  }[];
}

export interface Reader {
  readonly encode: (text: string) => readonly number[];
  readonly tokenText: (id: number) => string;
}

/** Alternations of alternations make a new long text for every step; nobody looks at all of them. */
const MOST_CHARACTERS = 100_000;

export function describePrompt(
  text: string,
  { encode, tokenText }: Reader,
  options: ReadPromptOptions & Pick<ChunkOptions, 'embeddings'>,
): DescribedPrompt {
  const texts: DescribedPrompt['texts'][number][] = [];
  let characters = 0;
  const known = new Map<string, number>();
  const parts = readPrompt(text, options).parts.map(({ weight, timeline }) => ({
    weight,
    timeline: timeline.map((entry) => {
      let index = known.get(entry.text);
      if (index === undefined) {
        index = texts.length;
        known.set(entry.text, index);
        characters += entry.text.length;
        const isShown = index === 0 || characters <= MOST_CHARACTERS;
        texts.push({ text: entry.text, chunks: isShown ? chunksOf(entry, { encode, tokenText }, options) : [] });
      }
      return { end: entry.end, text: index };
    }),
  }));
  return { texts, parts };
}

function chunksOf(
  entry: Excerpt,
  { encode, tokenText }: Reader,
  { embeddings = [] }: Pick<ChunkOptions, 'embeddings'>,
): DescribedChunk[] {
  const runs = parseWeights(entry.text);
  const words = runs.map((run) => wordsOfTokens(run, encode));
  const find = placeFinder(entry);
  // The place of its first letter and of its last: a word that a schedule put together reaches over what is between.
  const placeOf = ({ start, end }: Span): Span | null => {
    const [first, last] = [find(start), find(end - 1)];
    return first === null || last === null ? null : { start: first, end: last + 1 };
  };
  return chunkRuns(runs, encode, { embeddings }).map(
    ({ ids, weights, tokens, moved, origins, embeddings: places }) => ({
      moved,
      tokens: Array.from({ length: tokens }, (_, i): DescribedToken => {
        const { run, token } = origins[i] ?? { run: 0, token: 0 };
        const id = ids[i + 1] ?? 0;
        // Vectors of an embedding follow each other behind the place of the first.
        const place = places.findLast(({ position }) => position <= i + 1);
        const isVector = place !== undefined && origins[place.position - 1]?.token === token && id === 0;
        const span = words[run]?.[token] ?? null;
        return {
          id,
          text: isVector ? place.name : tokenText(id),
          weight: weights[i + 1] ?? 1,
          span: span && placeOf(span),
        };
      }),
    }),
  );
}

/** For each token of a run the word it belongs to, in the text the run was read from; null where words do not add up. */
function wordsOfTokens(run: WeightedRun, encode: Reader['encode']): (Span | null)[] {
  const ids = encode(run.text);
  const spans: (Span | null)[] = [];
  const find = placeFinder(run);
  for (const { 0: word, index } of run.text.matchAll(/\S+/g)) {
    const own = encode(word);
    const [first, last] = [find(index), find(index + word.length - 1)];
    const span = first === null || last === null ? null : { start: first, end: last + 1 };
    for (const id of own) {
      // Repairs of odd characters may reach over words; better no place than a wrong one.
      if (ids[spans.length] !== id) return ids.map(() => null);
      spans.push(span);
    }
  }
  return spans.length === ids.length ? spans : ids.map(() => null);
}
