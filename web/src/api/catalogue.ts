/** What can be asked for: samplers, schedules, limits; and the engine's state. */
import { catalogueView, type CatalogueView } from '@easel/shared/http/catalogue';
import { healthView, type EngineState, type HealthView } from '@easel/shared/http/health';
import { modelList, type ModelList } from '@easel/shared/http/models';
import { useQuery, type QueryClient, type UseQueryOptions } from '@tanstack/react-query';

import { call } from './client.ts';
import { keys } from './keys.ts';

const catalogueQuery: UseQueryOptions<CatalogueView> = {
  queryKey: keys.catalogue,
  queryFn: ({ signal }) => call('/catalogue', catalogueView, { signal }),
  staleTime: Infinity,
};

const modelsQuery: UseQueryOptions<ModelList> = {
  queryKey: keys.models,
  queryFn: ({ signal }) => call('/models', modelList, { signal }),
  staleTime: Infinity,
};

const engineQuery: UseQueryOptions<EngineState> = {
  queryKey: keys.engine,
  queryFn: async ({ signal }): Promise<EngineState> =>
    (await call<HealthView>('/health', healthView, { signal })).engine,
  staleTime: Infinity,
};

export const useCatalogue = (): CatalogueView | undefined => useQuery(catalogueQuery).data;
export const useModels = (): ModelList | undefined => useQuery(modelsQuery).data;
export const useEngine = (): EngineState | undefined => useQuery(engineQuery).data;

/** Has the server look at its models folder again; the list in the cache is then new. */
export async function refreshModels(client: QueryClient): Promise<void> {
  client.setQueryData(keys.models, await call('/models?refresh=1', modelList));
}

/** What the cache holds now, for code outside components. */
export const cachedModels = (client: QueryClient): ModelList | undefined => client.getQueryData(keys.models);
export const cachedCatalogue = (client: QueryClient): CatalogueView | undefined => client.getQueryData(keys.catalogue);
