/** What a model receives of a prompt, asked for shortly after the typing pauses. */
import { promptAnalysis, type PromptAnalysis } from '@easel/shared/http/prompt';
import { PROMPT_LIMIT } from '@easel/shared/units';
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';

import { NOTHING_READ, type PromptReading } from '../lib/prompt/reading.ts';
import { useDebounced } from '../lib/use-debounced.ts';
import { call } from './client.ts';
import { keys } from './keys.ts';

const REST_MS = 250;
const FORGET_MS = 60_000;
const EMPTY: PromptReading = { ...NOTHING_READ, isAnswered: true };

export interface PromptUse {
  /** null until the first answer. */
  tokens: number | null;
  chunks: number;
  reading: PromptReading;
}

export interface PromptContext {
  isNegative?: boolean;
  /** What schedules count in; the server's word where a value is left to the model. */
  steps?: number | undefined;
  sampler?: string | undefined;
  /** Id of the checkpoint that will read it. */
  model?: string | undefined;
  /** What choices are drawn with; undefined = as with 0. */
  seed?: number | undefined;
  /** Names of the styles that are put on it. */
  styles?: readonly string[];
}

/** The request that asks about a text. */
function askedOf(prompt: string, { isNegative = false, steps, sampler, model, seed, styles = [] }: PromptContext) {
  return {
    prompt,
    isNegative,
    ...(steps === undefined ? {} : { steps }),
    ...(sampler === undefined ? {} : { sampler }),
    ...(model === undefined ? {} : { model }),
    ...(seed === undefined ? {} : { seed }),
    ...(styles.length === 0 ? {} : { styles }),
  };
}

/** The use of tokens by a text, and what is odd in it; the last answer while the next is on its way. */
export function usePromptUse(text: string, context: PromptContext = {}): PromptUse {
  const settled = useDebounced(text, REST_MS);
  const isAskable = settled !== '' && settled.length <= PROMPT_LIMIT;
  const body = askedOf(settled, context);
  const { data, isPlaceholderData, isError } = useQuery<PromptAnalysis>({
    queryKey: keys.prompt(JSON.stringify(body)),
    queryFn: isAskable
      ? ({ signal }) => call('/prompt/analyse', promptAnalysis, { method: 'POST', body, signal })
      : skipToken,
    placeholderData: isAskable ? keepPreviousData : undefined,
    staleTime: FORGET_MS,
    gcTime: FORGET_MS,
    retry: false,
  });
  const isAnswered = settled === text && !isPlaceholderData && data !== undefined;
  const answer = useMemo(
    (): PromptReading | null =>
      isAnswered
        ? {
            text: settled,
            isAnswered,
            problems: data.problems,
            chunkEnds: data.chunkEnds,
            embeddings: data.embeddings.flatMap(({ name, skipped }) => (skipped === null ? [name] : [])),
          }
        : null,
    [isAnswered, settled, data],
  );
  // What was found last stays until the next answer, so that nothing jumps while one writes.
  const [last, setLast] = useState(EMPTY);
  const isAwaited = isAskable && !isError && text !== '';
  const next = answer ?? (isAwaited ? last : EMPTY);
  if (next !== last) setLast(next);
  const reading = useMemo((): PromptReading => answer ?? { ...next, isAnswered: false }, [answer, next]);
  if (text === '') return { tokens: 0, chunks: 1, reading: EMPTY };
  return { tokens: data?.tokens ?? null, chunks: data?.chunks ?? 1, reading };
}

/** Every token of a text; undefined until it is there. */
export function usePromptDetail(
  text: string,
  context: PromptContext,
): { analysis: PromptAnalysis | undefined; isFailed: boolean } {
  const body = { ...askedOf(text, context), hasDetail: true };
  const { data, isError } = useQuery<PromptAnalysis>({
    queryKey: keys.prompt(JSON.stringify(body)),
    queryFn: ({ signal }) => call('/prompt/analyse', promptAnalysis, { method: 'POST', body, signal }),
    staleTime: FORGET_MS,
    gcTime: FORGET_MS,
    retry: false,
  });
  return { analysis: data, isFailed: isError };
}
