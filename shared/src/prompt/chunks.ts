/**
 * Weighted runs of text to the 75-token chunks that a text encoder reads, with a weight for each token.
 *
 * Knows ids and weights only; what an encoder makes of them is the engine's business.
 *
 * @source the WebUI's chunking, comma rule and all
 */
import { CLIP_CHUNK_TOKENS, CLIP_END_TOKEN, CLIP_START_TOKEN } from './clip-tokenizer.ts';
import type { WeightedRun } from './weights.ts';

/** `,` as a word of its own. */
const COMMA_TOKEN = 267;
/** How far back a comma may lie for the words behind it to move to the next chunk together. */
const COMMA_BACKTRACK = 20;

/** A textual inversion that a prompt may name. */
export interface KnownEmbedding {
  readonly name: string;
  /** The name as the tokenizer reads it; embeddings are found by these. */
  readonly ids: readonly number[];
  /** Vectors it puts in their place. */
  readonly vectors: number;
}

/** Where vectors of an embedding replace those of the tokens. */
export interface EmbeddingPlace {
  readonly name: string;
  /** Of its first vector, counted in the chunk's 77 tokens: never 0, which is the start mark. */
  readonly position: number;
}

export interface Chunk {
  /** 77: start mark, tokens, end mark, padding. Places of embeddings hold 0. */
  readonly ids: readonly number[];
  /** One for each id; 1 for marks and padding. */
  readonly weights: readonly number[];
  readonly embeddings: readonly EmbeddingPlace[];
  /** Tokens of text among the ids. */
  readonly tokens: number;
  /** How many of them, from the first one on, were moved here by the comma rule. */
  readonly moved: number;
  /** For every token of text, which run it came from and which of the run's tokens it is. */
  readonly origins: readonly TokenOrigin[];
}

export interface TokenOrigin {
  readonly run: number;
  /** Counted in the run's own tokens; for the vectors of an embedding that of its name. */
  readonly token: number;
}

export interface ChunkOptions {
  /** Id behind the end mark: the end mark itself for CLIP-L, 0 for OpenCLIP. */
  readonly padding?: number;
  /** 0 turns the comma rule off. */
  readonly commaBacktrack?: number;
  readonly embeddings?: readonly KnownEmbedding[];
}

interface OpenToken {
  readonly id: number;
  readonly weight: number;
  readonly origin: TokenOrigin;
  /** Set on the first vector of an embedding. */
  readonly embedding: string | null;
}

/**
 * @param encode a run's text to ids, without marks
 * @returns at least one chunk
 */
export function chunkRuns(
  runs: readonly WeightedRun[],
  encode: (text: string) => readonly number[],
  { padding = CLIP_END_TOKEN, commaBacktrack = COMMA_BACKTRACK, embeddings = [] }: ChunkOptions = {},
): Chunk[] {
  const chunks: Chunk[] = [];
  const findEmbedding = embeddingFinder(embeddings);
  let open: OpenToken[] = [];
  let comma: number | null = null;
  let moved = 0;
  const close = (rest: OpenToken[] = []): void => {
    chunks.push(closedChunk(open, moved, padding));
    open = rest;
    moved = rest.length;
    comma = null;
  };

  for (const [run, { text, weight, isBreak }] of runs.entries()) {
    if (isBreak) {
      close();
      continue;
    }
    const ids = encode(text);
    for (let token = 0; token < ids.length;) {
      const id = ids[token] as number;
      const isFull = open.length === CLIP_CHUNK_TOKENS;
      if (isFull && id !== COMMA_TOKEN && comma !== null && open.length - comma <= commaBacktrack) {
        close(open.splice(comma + 1));
      } else if (isFull) close();
      if (id === COMMA_TOKEN) comma = open.length;

      const embedding = findEmbedding(ids, token);
      if (embedding === null) {
        open.push({ id, weight, origin: { run, token }, embedding: null });
        token++;
        continue;
      }
      if (open.length + embedding.vectors > CLIP_CHUNK_TOKENS) close();
      for (let i = 0; i < embedding.vectors; i++) {
        open.push({ id: 0, weight, origin: { run, token }, embedding: i === 0 ? embedding.name : null });
      }
      token += embedding.ids.length;
    }
  }
  if (open.length > 0 || chunks.length === 0) close();
  return chunks;
}

/** The longest embedding whose name stands at a place; null where none does. */
function embeddingFinder(
  embeddings: readonly KnownEmbedding[],
): (ids: readonly number[], at: number) => KnownEmbedding | null {
  const byFirst = new Map<number, KnownEmbedding[]>();
  for (const embedding of [...embeddings].sort((a, b) => b.ids.length - a.ids.length)) {
    const [first] = embedding.ids;
    if (first === undefined) continue;
    const peers = byFirst.get(first);
    if (peers === undefined) byFirst.set(first, [embedding]);
    else peers.push(embedding);
  }
  return (ids, at) =>
    byFirst.get(ids[at] as number)?.find((each) => each.ids.every((id, offset) => ids[at + offset] === id)) ?? null;
}

function closedChunk(tokens: readonly OpenToken[], moved: number, padding: number): Chunk {
  const filling = CLIP_CHUNK_TOKENS - tokens.length;
  return {
    ids: [CLIP_START_TOKEN, ...tokens.map(({ id }) => id), CLIP_END_TOKEN, ...Array<number>(filling).fill(padding)],
    weights: [1, ...tokens.map(({ weight }) => weight), 1, ...Array<number>(filling).fill(1)],
    embeddings: tokens.flatMap(({ embedding }, index) =>
      embedding === null ? [] : [{ name: embedding, position: index + 1 }],
    ),
    tokens: tokens.length,
    moved,
    origins: tokens.map(({ origin }) => origin),
  };
}
