/// <reference types="node" />
/** Reads CLIP's vocabulary from shared/data and makes the tokenizer. Node only; the tokenizer itself is pure. */
import { readFileSync } from 'node:fs';

import { createClipTokenizer, type ClipTokenizer } from './clip-tokenizer.ts';

const read = (name: string): string => readFileSync(new URL(`../../data/${name}`, import.meta.url), 'utf8');

let tokenizer: ClipTokenizer | undefined;

/** The tokenizer with OpenAI CLIP's vocabulary; made at the first call. */
export function loadClipTokenizer(): ClipTokenizer {
  return (tokenizer ??= createClipTokenizer({
    merges: read('clip-merges.txt'),
    htmlEntities: read('html-entities.txt'),
  }));
}
