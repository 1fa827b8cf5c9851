/** One wildcard over HTTP: its text, saving, renaming, deleting. */
import { wildcardFile, type WildcardFile, type WildcardSave } from '@easel/shared/http/wildcard-files';
import { queryOptions, type QueryClient } from '@tanstack/react-query';

import { call, callForEffect } from './client.ts';
import { keys } from './keys.ts';

const addressOf = (name: string, rest = ''): string => `/wildcards/${encodeURIComponent(name)}${rest}`;

/** One with its text. */
export const wildcardQuery = (name: string) =>
  queryOptions({
    queryKey: keys.wildcard(name),
    queryFn: ({ signal }) => call(addressOf(name), wildcardFile, { signal }),
    staleTime: 0,
    retry: false,
  });

async function tell(client: QueryClient, file: WildcardFile): Promise<WildcardFile> {
  client.setQueryData(keys.wildcard(file.name), file);
  await client.invalidateQueries({ queryKey: keys.wildcards, exact: true });
  return file;
}

/** @throws StudioError `changed_elsewhere`, `name_taken`, `read_only` */
export const saveWildcard = async (client: QueryClient, name: string, body: WildcardSave): Promise<WildcardFile> =>
  tell(client, await call(addressOf(name), wildcardFile, { method: 'PUT', body }));

export const renameWildcard = async (client: QueryClient, name: string, to: string): Promise<WildcardFile> =>
  tell(client, await call(addressOf(name, '/name'), wildcardFile, { method: 'POST', body: { to } }));

export async function deleteWildcard(client: QueryClient, name: string): Promise<void> {
  await callForEffect(addressOf(name), { method: 'DELETE' });
  client.removeQueries({ queryKey: keys.wildcard(name) });
  await client.invalidateQueries({ queryKey: keys.wildcards, exact: true });
}
