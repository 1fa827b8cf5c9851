/** Grids over HTTP. The socket says that one has changed; it is then asked for anew. */
import {
  gridEstimate,
  gridList,
  gridSummary,
  gridView,
  type GridEstimate,
  type GridRequest,
  type GridSummary,
  type GridView,
} from '@easel/shared/http/grids';
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query';

import { useDebounced } from '../lib/use-debounced.ts';
import { call, callForEffect } from './client.ts';
import { keys } from './keys.ts';

const REST_MS = 400;

/** The latest, newest first; undefined until they are there. */
export function useGrids(): GridSummary[] | undefined {
  return useQuery({
    queryKey: keys.grids,
    queryFn: async ({ signal }) => (await call('/grids', gridList, { signal })).grids,
  }).data;
}

/** One grid with its cells. `error` is a StudioError where the server refused. */
export function useGrid(id: string): { grid: GridView | undefined; error: Error | null } {
  const { data, error } = useQuery({
    queryKey: keys.grid(id),
    queryFn: ({ signal }) => call(`/grids/${encodeURIComponent(id)}`, gridView, { signal }),
    retry: false,
  });
  return { grid: data, error };
}

export const submitGrid = (request: GridRequest): Promise<GridSummary> =>
  call('/grids', gridSummary, { method: 'POST', body: request });

/** Ends all cells that are not over. */
export const cancelGrid = (id: string): Promise<void> =>
  callForEffect(`/grids/${encodeURIComponent(id)}`, { method: 'DELETE' });

/**
 * What a grid would be, every cell checked by the server, shortly after its values rest.
 *
 * @param request null while it is not to be asked for
 */
export function useGridEstimate(request: GridRequest | null): {
  estimate: GridEstimate | undefined;
  refusal: Error | null;
  /** Of what is typed now, not of something before it. */
  isCurrent: boolean;
} {
  const wanted = request && JSON.stringify(request);
  const settled = useDebounced(wanted, REST_MS);
  const { data, error, isPlaceholderData, isFetching } = useQuery({
    queryKey: keys.gridEstimate(settled ?? ''),
    queryFn:
      settled === null
        ? skipToken
        : ({ signal }) =>
            call('/grids/estimate', gridEstimate, { method: 'POST', body: JSON.parse(settled) as unknown, signal }),
    placeholderData: keepPreviousData,
    // Speeds are learned from every picture, and the form is often come back to right after some.
    staleTime: 0,
    retry: false,
  });
  const isCurrent = settled === wanted && !isFetching && !isPlaceholderData;
  return { estimate: wanted === null ? undefined : data, refusal: isCurrent ? error : null, isCurrent };
}
