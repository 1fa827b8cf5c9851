/** CLIP tokenizers on strings: one check per implementation the case has ids of. The error is the number of wrong strings. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CLIP_END_TOKEN, CLIP_START_TOKEN, type ClipDialect } from '@easel/shared/prompt/clip-tokenizer';
import { loadClipTokenizer } from '@easel/shared/prompt/clip-vocabulary';

import type { GoldenCase } from '../case.ts';
import { checkOf, unknown, type Check } from '../compare.ts';
import type { Kind } from './types.ts';

interface Line {
  readonly text: string;
  readonly ids: readonly number[];
  readonly [reference: string]: unknown;
}

function linesOf(golden: GoldenCase, name: string): Line[] {
  const text = readFileSync(join(golden.folder, name), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}

/** Ours for a reference's tokenizer, by its name in the case. */
const DIALECTS: Readonly<Record<string, ClipDialect>> = { open_clip: 'open-clip' };

/** Why others are not run. */
const UNREAD: Readonly<Record<string, string>> = {
  transformers5: 'Easel reads prompts as the WebUI does, with ftfy; transformers 5 leaves it out',
  'slow-no-ftfy': 'Easel reads prompts as the WebUI does, with ftfy; a program without it reads them so',
};

/** Lines with the ids of another reference, which stand there only where they differ. */
const linesBy = (name: string, lines: readonly Line[]): Line[] =>
  lines.map((line) => ({ ...line, ids: (line[name] as number[] | undefined) ?? line.ids }));

function countWrong(name: string, lines: readonly Line[], dialect: ClipDialect = 'clip'): Check {
  const tokenizer = loadClipTokenizer();
  const wrong = lines.filter(({ text, ids }) => {
    const got = [CLIP_START_TOKEN, ...tokenizer.encode(text, dialect), CLIP_END_TOKEN];
    return got.length !== ids.length || got.some((id, i) => id !== ids[i]);
  });
  const first = wrong[0];
  const note =
    first === undefined ? `${lines.length} strings` : `${lines.length} strings; first: ${JSON.stringify(first.text)}`;
  return checkOf(name, [{ name, error: wrong.length, bound: 0, note }]);
}

export const tokenizer: Kind = {
  run: 'tokenizer',
  leaves: [{ name: /^(wrong|count)$/, why: 'what the oracle counted when it checked itself' }],
  check: async (golden) => {
    const { files, differ = {} } = golden.json as unknown as {
      files: { strings: string };
      differ?: Readonly<Record<string, number>>;
    };
    const lines = linesOf(golden, files.strings);
    return [
      countWrong('slow-ftfy', lines),
      ...Object.keys(differ).map((name) => {
        const dialect = DIALECTS[name];
        return dialect === undefined
          ? unknown(name, UNREAD[name] ?? 'another tokenizer')
          : countWrong(name, linesBy(name, lines), dialect);
      }),
    ];
  },
};
