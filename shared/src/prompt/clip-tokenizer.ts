/**
 * CLIP's byte-pair tokenizer: prompt text to the ids that SD1, SD2 and SDXL text encoders read.
 *
 * Pure; vocabulary and HTML names are passed in (`clip-vocabulary.ts` reads them from disk). Prompt weights and other
 * grammar are not its business.
 *
 * @source Radford et al. 2021; agrees with transformers' slow CLIPTokenizer with ftfy, which the WebUI runs
 */
import { parseHtmlEntities, unescapeHtml } from './html-unescape.ts';
import { mergePairs, parseMerges } from './merge-pairs.ts';
import { repairText } from './repair-text.ts';

export const CLIP_START_TOKEN = 49406;
export const CLIP_END_TOKEN = 49407;
/** Tokens of text per chunk; start and end make it 77. */
export const CLIP_CHUNK_TOKENS = 75;

/** Contents of the two files in shared/data. */
export interface ClipVocabulary {
  /** One merge per line, `left right`, in order of rank. */
  readonly merges: string;
  /** One HTML name per line with its code points. */
  readonly htmlEntities: string;
}

/**
 * Whose reading of odd text: `clip` for CLIP-L (SD1, SDXL's first encoder), `open-clip` for OpenCLIP (SD2, SDXL's second).
 * They differ where a text has HTML references, or marks written out.
 */
export type ClipDialect = 'clip' | 'open-clip';

export interface ClipTokenizer {
  /** Ids of a text without start and end marks, as many as there are. `clip` when no dialect is given. */
  encode(text: string, dialect?: ClipDialect): number[];
}

/** Marks written out, start and end. OpenCLIP has renamed them. */
const MARKS: Readonly<Record<ClipDialect, readonly [start: string, end: string]>> = {
  clip: ['<|startoftext|>', '<|endoftext|>'],
  'open-clip': ['<start_of_text>', '<end_of_text>'],
};
/** The id of a written mark; undefined for every other word. */
function markId(word: string, dialect: ClipDialect): number | undefined {
  const [start, end] = MARKS[dialect];
  return word === start ? CLIP_START_TOKEN : word === end ? CLIP_END_TOKEN : undefined;
}
const WRITTEN_MARK = /(<\|startoftext\|>|<\|endoftext\|>)/;

// White space as Unicode has it; JavaScript's \s has U+FEFF besides and lacks U+0085.
const SPACE = '\\t\\n\\v\\f\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const SPACES = new RegExp(`[${SPACE}]+`, 'gu');
/**
 * Marks, English endings, runs of letters, single digits, runs of anything else. The reference ignores case, which on
 * text in lower case means two things: a long s counts as s, and U+0345 (whose capital is a letter) falls between all
 * classes.
 */
const wordsWith = (marks: string): RegExp =>
  new RegExp(`${marks}|'[sſ]|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^${SPACE}\\p{L}\\p{N}\\u0345]+`, 'gu');
const WORDS: Readonly<Record<ClipDialect, RegExp>> = {
  clip: wordsWith('<\\|[sſ]tartoftext\\|>|<\\|endoftext\\|>'),
  'open-clip': wordsWith('<[sſ]tart_of_text>|<end_of_text>'),
};

/** Builds the tokenizer; takes some tens of milliseconds, so make one and keep it. */
export function createClipTokenizer(vocabulary: ClipVocabulary): ClipTokenizer {
  const merges = parseMerges(vocabulary.merges);
  const entities = parseHtmlEntities(vocabulary.htmlEntities);
  const utf8 = new TextEncoder();

  const encodeTidied = (text: string, dialect: ClipDialect): number[] => {
    const clean = text.replace(SPACES, ' ').trim().toLowerCase();
    return (clean.match(WORDS[dialect]) ?? []).flatMap(
      (word) => markId(word, dialect) ?? mergePairs(utf8.encode(word), merges),
    );
  };
  // Marks written as text count as marks, and what stands between them is tidied piece by piece.
  const encodeClip = (text: string): number[] =>
    text
      .split(WRITTEN_MARK)
      .flatMap((part) => markId(part, 'clip') ?? encodeTidied(repairText(part, entities), 'clip'));
  // References are decoded twice more, also where the text counts as HTML.
  const encodeOpenClip = (text: string): number[] =>
    encodeTidied(unescapeHtml(unescapeHtml(repairText(text, entities), entities), entities), 'open-clip');
  return { encode: (text, dialect = 'clip') => (dialect === 'clip' ? encodeClip(text) : encodeOpenClip(text)) };
}

/**
 * Ids cut into rows of 77: start, up to 75 ids, end, padding. No ids make one row.
 *
 * @param padding id behind the end mark: the end mark itself for CLIP-L, 0 for OpenCLIP
 */
export function chunkTokens(ids: readonly number[], padding: number = CLIP_END_TOKEN): number[][] {
  return Array.from({ length: countChunks(ids.length) }, (_, i) => {
    const part = ids.slice(i * CLIP_CHUNK_TOKENS, (i + 1) * CLIP_CHUNK_TOKENS);
    const padded = Array.from({ length: CLIP_CHUNK_TOKENS - part.length }, () => padding);
    return [CLIP_START_TOKEN, ...part, CLIP_END_TOKEN, ...padded];
  });
}

/** Chunks that a number of tokens fills; none fill one. */
export function countChunks(tokens: number): number {
  return Math.max(1, Math.ceil(tokens / CLIP_CHUNK_TOKENS));
}
