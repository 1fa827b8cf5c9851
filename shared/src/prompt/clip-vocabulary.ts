/// <reference types="node" />
/** Reads CLIP's vocabulary from shared/data and makes the tokenizer. Node only; the tokenizer itself is pure. */
import { readFileSync } from 'node:fs';

import { createClipTokenizer, type ClipTokenizer } from './clip-tokenizer.ts';
import { readTokenText } from './merge-pairs.ts';

const read = (name: string): string => readFileSync(new URL(`../../data/${name}`, import.meta.url), 'utf8');

/** The merges of CLIP's vocabulary, one a line in the order of their rank. */
export const readClipMerges = (): string => read('clip-merges.txt');

let tokenizer: ClipTokenizer | undefined;

/** The tokenizer with OpenAI CLIP's vocabulary; made at the first call. */
export function loadClipTokenizer(): ClipTokenizer {
  return (tokenizer ??= createClipTokenizer({
    merges: readClipMerges(),
    htmlEntities: read('html-entities.txt'),
  }));
}

let tokenText: ((id: number) => string) | undefined;

/** What tokens say, by their ids; made at the first call. */
export function loadTokenText(): (id: number) => string {
  return (tokenText ??= readTokenText(readClipMerges()));
}
