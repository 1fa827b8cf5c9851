/** What a model receives of a prompt, asked for shortly after the typing pauses. */
import { promptAnalysis, type PromptAnalysis, type PromptProblemView } from '@easel/shared/http/prompt';
import { PROMPT_LIMIT } from '@easel/shared/units';
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query';

import { useDebounced } from '../lib/use-debounced.ts';
import { call } from './client.ts';
import { keys } from './keys.ts';

const REST_MS = 250;
const FORGET_MS = 60_000;

export interface PromptUse {
  /** null until the first answer. */
  tokens: number | null;
  chunks: number;
  /** Of `text`, which the typing may have left behind. */
  problems: readonly PromptProblemView[];
  text: string;
}

export interface PromptContext {
  isNegative?: boolean;
  /** What schedules count in; the server's word where a value is left to the model. */
  steps?: number | undefined;
  sampler?: string | undefined;
}

/** The use of tokens by a text, and what is odd in it; the last answer while the next is on its way. */
export function usePromptUse(text: string, { isNegative = false, steps, sampler }: PromptContext = {}): PromptUse {
  const settled = useDebounced(text, REST_MS);
  const isAskable = settled !== '' && settled.length <= PROMPT_LIMIT;
  const body = {
    prompt: settled,
    isNegative,
    ...(steps === undefined ? {} : { steps }),
    ...(sampler === undefined ? {} : { sampler }),
  };
  const { data, isPlaceholderData } = useQuery<PromptAnalysis>({
    queryKey: keys.prompt(JSON.stringify(body)),
    queryFn: isAskable
      ? ({ signal }) => call('/prompt/analyse', promptAnalysis, { method: 'POST', body, signal })
      : skipToken,
    placeholderData: isAskable ? keepPreviousData : undefined,
    staleTime: FORGET_MS,
    gcTime: FORGET_MS,
    retry: false,
  });
  if (text === '') return { tokens: 0, chunks: 1, problems: [], text };
  const isOfText = settled === text && !isPlaceholderData;
  return {
    tokens: data?.tokens ?? null,
    chunks: data?.chunks ?? 1,
    // Places are true of the very text only.
    problems: isOfText ? (data?.problems ?? []) : [],
    text: settled,
  };
}
