/** What the form's request would take, asked for shortly after its values rest. The words of a prompt change nothing. */
import { estimateAnswer } from '@easel/shared/http/estimate';
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query';

import { useDebounced } from '../lib/use-debounced.ts';
import { call } from './client.ts';
import { keys } from './keys.ts';

import type { TextToImageRequest } from '@easel/shared/generation';
import type { EstimateView } from '@easel/shared/http/estimate';

const REST_MS = 400;
/** Speeds are learned from every job. */
const FRESH_MS = 30_000;

/** @param request null while the model is not known */
export function useEstimate(request: TextToImageRequest | null): EstimateView | null {
  const wanted =
    request && JSON.stringify({ ...request, prompt: '', negativePrompt: '', styles: [], template: undefined, seed: 0 });
  const settled = useDebounced(wanted, REST_MS);
  const { data } = useQuery({
    queryKey: keys.estimate(settled ?? ''),
    queryFn:
      settled === null
        ? skipToken
        : ({ signal }) =>
            call('/estimate', estimateAnswer, { method: 'POST', body: JSON.parse(settled) as unknown, signal }),
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
    retry: false,
  });
  return data?.estimate ?? null;
}
