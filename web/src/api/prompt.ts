/** What the tokenizer makes of a prompt, asked for shortly after the typing pauses. */
import { promptAnalysis, type PromptAnalysis } from '@easel/shared/http/prompt';
import { PROMPT_LIMIT } from '@easel/shared/units';
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query';

import { useDebounced } from '../lib/use-debounced.ts';
import { call } from './client.ts';
import { keys } from './keys.ts';

const REST_MS = 250;
const FORGET_MS = 60_000;

export interface TokenUse {
  /** null until the first answer. */
  tokens: number | null;
  chunks: number;
}

/** The use of tokens by a text; the last one while the next is on its way. */
export function useTokenUse(text: string): TokenUse {
  const settled = useDebounced(text, REST_MS);
  const isAskable = settled !== '' && settled.length <= PROMPT_LIMIT;
  const { data } = useQuery<PromptAnalysis>({
    queryKey: keys.prompt(settled),
    queryFn: isAskable
      ? ({ signal }) => call('/prompt/analyse', promptAnalysis, { method: 'POST', body: { prompt: settled }, signal })
      : skipToken,
    placeholderData: isAskable ? keepPreviousData : undefined,
    staleTime: Infinity,
    gcTime: FORGET_MS,
    retry: false,
  });
  if (text === '') return { tokens: 0, chunks: 1 };
  return { tokens: data?.tokens ?? null, chunks: data?.chunks ?? 1 };
}
