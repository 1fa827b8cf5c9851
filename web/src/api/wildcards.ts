/** Wildcards over HTTP: the list that completion and the prompt book read; wildcard-files.ts has one with its text. */
import { wildcardList } from '@easel/shared/http/wildcards';
import { queryOptions } from '@tanstack/react-query';

import { call } from './client.ts';
import { keys } from './keys.ts';

const FRESH_MS = 30_000;

/** All wildcards by name, with the number of their lines. */
export const wildcardsQuery = queryOptions({
  queryKey: keys.wildcards,
  queryFn: async ({ signal }) => (await call('/wildcards', wildcardList, { signal })).wildcards,
  staleTime: FRESH_MS,
});
