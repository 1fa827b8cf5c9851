/** Used prompts and saved templates over HTTP. */
import {
  promptHistory,
  templateList,
  templateView,
  usedPrompt,
  type PromptHistory,
  type TemplateSave,
  type TemplateView,
} from '@easel/shared/http/prompts';
import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query';

import { call, callForEffect } from './client.ts';
import { keys } from './keys.ts';

const PAGE = 40;

/** Used prompts, the last used first, in pages. */
export const promptHistoryQuery = (query: string, isStarred: boolean) =>
  infiniteQueryOptions({
    queryKey: keys.promptHistory(JSON.stringify({ query, isStarred })),
    queryFn: ({ pageParam, signal }) => {
      const search = new URLSearchParams({ query, starred: isStarred ? '1' : '0', limit: String(PAGE) });
      if (pageParam !== null) search.set('cursor', pageParam);
      return call(`/prompts/history?${search.toString()}`, promptHistory, { signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page: PromptHistory) => page.nextCursor,
    staleTime: 0,
  });

const renewHistory = async (client: QueryClient): Promise<void> =>
  client.invalidateQueries({ queryKey: keys.everyPromptHistory });

export async function starPrompt(client: QueryClient, id: string, isStarred: boolean): Promise<void> {
  await call(`/prompts/history/${id}`, usedPrompt, { method: 'PATCH', body: { isStarred } });
  await renewHistory(client);
}

/** @param id null = all without a star */
export async function forgetPrompts(client: QueryClient, id: string | null): Promise<void> {
  await callForEffect(`/prompts/history${id === null ? '' : `/${id}`}`, { method: 'DELETE' });
  await renewHistory(client);
}

/** Saved templates by name. */
export const templatesQuery = queryOptions({
  queryKey: keys.templates,
  queryFn: async ({ signal }) => (await call('/prompts/templates', templateList, { signal })).templates,
  staleTime: 30_000,
});

const addressOf = (name: string): string => `/prompts/templates/${encodeURIComponent(name)}`;

/** @throws StudioError `name_taken` */
export async function saveTemplate(client: QueryClient, name: string, body: TemplateSave): Promise<TemplateView> {
  const template = await call(addressOf(name), templateView, { method: 'PUT', body });
  await client.invalidateQueries({ queryKey: keys.templates });
  return template;
}

export async function deleteTemplate(client: QueryClient, name: string): Promise<void> {
  await callForEffect(addressOf(name), { method: 'DELETE' });
  await client.invalidateQueries({ queryKey: keys.templates });
}
