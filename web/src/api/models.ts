/** Models over HTTP: all files of all kinds, one with everything about it, and what a person says of it. */
import { modelDetail, type ModelChange, type ModelDetail } from '@easel/shared/http/model-details';
import { modelList, type ModelList } from '@easel/shared/http/models';
import { useQuery, type QueryClient } from '@tanstack/react-query';

import { call } from './client.ts';
import { keys } from './keys.ts';

const addressOf = (id: string, rest = ''): string => `/models/${encodeURIComponent(id)}${rest}`;

/** @param version changes with the picture, so that it can be kept for ever */
export const modelPreviewUrl = (id: string, version: string): string =>
  `/api/v1${addressOf(id, '/preview')}?v=${encodeURIComponent(version)}`;

/** Files of every kind; undefined until they are there. */
export function useModelLibrary(): { list: ModelList | undefined; isFailed: boolean } {
  const { data, isError } = useQuery({
    queryKey: keys.everyModel,
    queryFn: ({ signal }) => call('/models?kind=all', modelList, { signal }),
    staleTime: Infinity,
  });
  return { list: data, isFailed: isError };
}

/** Everything about one model. `error` is a StudioError where the server refused. */
export function useModelDetail(id: string): { model: ModelDetail | undefined; error: Error | null } {
  const { data, error } = useQuery({
    queryKey: keys.model(id),
    queryFn: ({ signal }) => call(addressOf(id), modelDetail, { signal }),
    staleTime: Infinity,
    retry: false,
  });
  return { model: data, error };
}

/** Has the server look at its folders again; the lists in the cache are then read anew. */
export async function refreshLibrary(client: QueryClient): Promise<void> {
  client.setQueryData(keys.everyModel, await call('/models?refresh=1&kind=all', modelList));
  await client.invalidateQueries({ queryKey: keys.models });
}

/** The answer is the model as it is now; the socket tells the lists. */
async function tell(
  client: QueryClient,
  id: string,
  rest: string,
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  body?: unknown,
): Promise<ModelDetail> {
  const model = await call(addressOf(id, rest), modelDetail, { method, ...(body === undefined ? {} : { body }) });
  client.setQueryData(keys.model(id), model);
  return model;
}

export const changeModel = (client: QueryClient, id: string, change: ModelChange): Promise<ModelDetail> =>
  tell(client, id, '', 'PATCH', change);

export const makeDefaultModel = (client: QueryClient, id: string): Promise<ModelDetail> =>
  tell(client, id, '/default', 'POST');

/** @param image of the gallery; null takes the choice back */
export const chooseModelPreview = (client: QueryClient, id: string, image: string | null): Promise<ModelDetail> =>
  image === null ? tell(client, id, '/preview', 'DELETE') : tell(client, id, '/preview', 'PUT', { image });

export const setModelHashing = (client: QueryClient, id: string, isWanted: boolean): Promise<ModelDetail> =>
  tell(client, id, '/hashes', isWanted ? 'POST' : 'DELETE');
