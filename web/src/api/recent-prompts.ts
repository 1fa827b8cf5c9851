/** Prompts used lately, for going through them by key. The prompt book reads the same history in pages. */
import { promptHistory } from '@easel/shared/http/prompts';
import { queryOptions } from '@tanstack/react-query';

import { call } from './client.ts';
import { keys } from './keys.ts';

const MOST = 100;

/** The last used first. */
export const recentPromptsQuery = queryOptions({
  queryKey: [...keys.everyPromptHistory, 'recent'],
  queryFn: async ({ signal }) => (await call(`/prompts/history?limit=${MOST}`, promptHistory, { signal })).prompts,
  // Every picture may add one.
  staleTime: 0,
});
