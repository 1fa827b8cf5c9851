/** The files of CLIP's tokenizer as transformers reads them, made from the vocabulary in shared/. */
import { readClipMerges } from '@easel/shared/prompt/clip-vocabulary';
import { listTokens } from '@easel/shared/prompt/merge-pairs';

import type { PlannedText } from './plan.ts';

const START = '<|startoftext|>';
const END = '<|endoftext|>';
/** What the first line of a merges file says, which readers skip. */
const MERGES_HEADER = '#version: 0.2';

/**
 * @param folder `tokenizer` or `tokenizer_2`
 * @param padding what fills a row: OpenCLIP's encoders were trained with the token of id 0, CLIP's with the end
 */
export function tokenizerFiles(folder: string, padding: 'end' | 'first'): PlannedText[] {
  const merges = readClipMerges();
  const tokens = [...listTokens(merges), START, END];
  const pad = padding === 'end' ? END : (tokens[0] as string);
  const mark = (content: string): object => ({
    content,
    lstrip: false,
    normalized: true,
    rstrip: false,
    single_word: false,
  });
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  return [
    { path: `${folder}/vocab.json`, text: JSON.stringify(Object.fromEntries(tokens.map((token, id) => [token, id]))) },
    { path: `${folder}/merges.txt`, text: `${MERGES_HEADER}\n${merges.trimEnd()}\n` },
    {
      path: `${folder}/tokenizer_config.json`,
      text: json({
        tokenizer_class: 'CLIPTokenizer',
        model_max_length: 77,
        do_lower_case: true,
        add_prefix_space: false,
        errors: 'replace',
        bos_token: mark(START),
        eos_token: mark(END),
        unk_token: mark(END),
        pad_token: pad,
      }),
    },
    {
      path: `${folder}/special_tokens_map.json`,
      text: json({ bos_token: mark(START), eos_token: mark(END), unk_token: mark(END), pad_token: pad }),
    },
  ];
}
