/** Styles over HTTP. */
import {
  stylesImported,
  styleList,
  styleView,
  type StylesImported,
  type StyleSave,
  type StyleView,
} from '@easel/shared/http/styles';
import { queryOptions, type QueryClient } from '@tanstack/react-query';

import { call, callForEffect } from './client.ts';
import { keys } from './keys.ts';

const FRESH_MS = 30_000;

const addressOf = (name: string): string => `/styles/${encodeURIComponent(name)}`;

/** The own ones as a file of the WebUI. */
export const STYLES_CSV_URL = '/api/v1/styles.csv';

/** All styles, the own ones first. */
export const stylesQuery = queryOptions({
  queryKey: keys.styles,
  queryFn: async ({ signal }) => (await call('/styles', styleList, { signal })).styles,
  staleTime: FRESH_MS,
});

const renew = async (client: QueryClient): Promise<void> => client.invalidateQueries({ queryKey: keys.styles });

/** Makes, changes or (with a name in the body) renames one. @throws StudioError `name_taken` */
export async function saveStyle(client: QueryClient, name: string, body: StyleSave): Promise<StyleView> {
  const style = await call(addressOf(name), styleView, { method: 'PUT', body });
  await renew(client);
  return style;
}

export async function deleteStyle(client: QueryClient, name: string): Promise<void> {
  await callForEffect(addressOf(name), { method: 'DELETE' });
  await renew(client);
}

/** @throws StudioError `styles_invalid` */
export async function importStyles(client: QueryClient, csv: string): Promise<StylesImported> {
  const imported = await call('/styles', stylesImported, { method: 'POST', body: { csv } });
  await renew(client);
  return imported;
}
