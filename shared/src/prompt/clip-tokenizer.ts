/**
 * CLIP's byte-pair tokenizer: prompt text to the ids that SD1, SD2 and SDXL text encoders read.
 *
 * Pure; vocabulary and HTML names are passed in (`clip-vocabulary.ts` reads them from disk). Prompt weights and other
 * grammar are not its business.
 *
 * @source Radford et al. 2021; agrees with transformers' slow CLIPTokenizer with ftfy, which the WebUI runs
 */
import { parseHtmlEntities } from './html-unescape.ts';
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

export interface ClipTokenizer {
  /** Ids of a text without start and end marks, as many as there are. */
  encode(text: string): number[];
}

const SPECIAL = /(<\|startoftext\|>|<\|endoftext\|>)/;
const SPECIAL_IDS = new Map([
  ['<|startoftext|>', CLIP_START_TOKEN],
  ['<|endoftext|>', CLIP_END_TOKEN],
]);

// White space as Unicode has it; JavaScript's \s has U+FEFF besides and lacks U+0085.
const SPACE = '\\t\\n\\v\\f\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const SPACES = new RegExp(`[${SPACE}]+`, 'gu');
/**
 * English endings, runs of letters, single digits, runs of anything else. The reference ignores case, which on text in
 * lower case means two things: a long s counts as s, and U+0345 (whose capital is a letter) falls between all classes.
 */
const WORD = new RegExp(
  `<\\|[sſ]tartoftext\\|>|<\\|endoftext\\|>|'[sſ]|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^${SPACE}\\p{L}\\p{N}\\u0345]+`,
  'gu',
);

/** Builds the tokenizer; takes some tens of milliseconds, so make one and keep it. */
export function createClipTokenizer(vocabulary: ClipVocabulary): ClipTokenizer {
  const merges = parseMerges(vocabulary.merges);
  const entities = parseHtmlEntities(vocabulary.htmlEntities);
  const utf8 = new TextEncoder();

  const encodePlain = (text: string): number[] => {
    const clean = repairText(text, entities).replace(SPACES, ' ').trim().toLowerCase();
    return (clean.match(WORD) ?? []).flatMap((word) => SPECIAL_IDS.get(word) ?? mergePairs(utf8.encode(word), merges));
  };
  return {
    // Marks written as text count as marks, and what stands between them is tidied piece by piece.
    encode: (text) => text.split(SPECIAL).flatMap((part) => SPECIAL_IDS.get(part) ?? encodePlain(part)),
  };
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
