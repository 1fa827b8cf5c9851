/** Pictures over HTTP: pages of the gallery, one picture with its parameters, bin and restore. */
import { imageList, imageView, type ImageList, type ImageSummary, type ImageView } from '@easel/shared/http/images';
import { useInfiniteQuery, useQuery, type InfiniteData, type QueryClient } from '@tanstack/react-query';

import { call, callForEffect } from './client.ts';
import { keys } from './keys.ts';

const PAGE_SIZE = 60;

export type GalleryPages = InfiniteData<ImageList, string | null>;

export const fileUrl = (id: string): string => `/api/v1/images/${encodeURIComponent(id)}/file`;
export const thumbnailUrl = (id: string): string => `/api/v1/images/${encodeURIComponent(id)}/thumbnail`;

export interface Gallery {
  images: ImageSummary[];
  /** Pictures that match in all; null until the first page is there. */
  total: number | null;
  isLoading: boolean;
  isFailed: boolean;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore: () => void;
  retry: () => void;
}

/** The pictures that match, newest first, page by page. An empty query is all of them. */
export function useGallery(query: string): Gallery {
  const result = useInfiniteQuery({
    queryKey: keys.gallery(query),
    queryFn: ({ pageParam, signal }) => {
      const search = new URLSearchParams({ limit: String(PAGE_SIZE) });
      if (query !== '') search.set('query', query);
      if (pageParam !== null) search.set('cursor', pageParam);
      return call(`/images?${search}`, imageList, { signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page: ImageList) => page.nextCursor,
    staleTime: Infinity,
  });
  const pages = result.data?.pages;
  return {
    images: pages?.flatMap((page) => page.images) ?? [],
    total: pages?.at(-1)?.total ?? null,
    isLoading: result.isPending,
    isFailed: result.isError,
    hasMore: result.hasNextPage,
    isLoadingMore: result.isFetchingNextPage,
    loadMore: () => void result.fetchNextPage(),
    retry: () => void result.refetch(),
  };
}

/** One picture with everything about it. `error` is a StudioError where the server refused. */
export function useImage(id: string | null): { image: ImageView | undefined; error: Error | null } {
  const { data, error } = useQuery({
    queryKey: keys.image(id ?? ''),
    queryFn: ({ signal }) => fetchImage(id ?? '', signal),
    enabled: id !== null,
    staleTime: Infinity,
    retry: false,
  });
  return { image: id === null ? undefined : data, error };
}

function fetchImage(id: string, signal?: AbortSignal): Promise<ImageView> {
  return call(`/images/${encodeURIComponent(id)}`, imageView, { signal });
}

/** One picture from the cache, else from the server. */
export function loadImage(client: QueryClient, id: string): Promise<ImageView> {
  return client.query({ queryKey: keys.image(id), queryFn: () => fetchImage(id), staleTime: 'static' });
}

/** Pictures of the unsearched gallery that the cache holds, newest first. */
export function cachedImages(client: QueryClient, query = ''): ImageSummary[] {
  return client.getQueryData<GalleryPages>(keys.gallery(query))?.pages.flatMap((page) => page.images) ?? [];
}

/** Moves a picture to the bin. */
export function deleteImage(id: string): Promise<void> {
  return callForEffect(`/images/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** Takes a picture out of the bin again. */
export function restoreImage(id: string): Promise<void> {
  return callForEffect(`/images/${encodeURIComponent(id)}/restore`, { method: 'POST' });
}
