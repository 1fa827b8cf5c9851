/** Socket events into the query cache. The functions on lists are pure; `applyEvent` is the table of who is told what. */
import { keys } from './keys.ts';

import type { GalleryPages } from './images.ts';
import type { LiveEvent } from './live.ts';
import type { GridSummary, GridView } from '@easel/shared/http/grids';
import type { ImageSummary, ImageView } from '@easel/shared/http/images';
import type { JobView } from '@easel/shared/http/jobs';
import type { Snapshot } from '@easel/shared/socket';
import type { QueryClient } from '@tanstack/react-query';

/** The list with these jobs in it, new or in place of their older states; places of waiting jobs move up as others leave. */
export function withJobs(jobs: readonly JobView[], changed: readonly JobView[]): JobView[] {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  for (const job of changed) byId.set(job.id, job);
  const next = [...byId.values()];
  const waiting = next.filter(({ state }) => state === 'queued').sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
  const places = new Map(waiting.map((job, place) => [job.id, place]));
  return next.map((job) => {
    const place = places.get(job.id);
    return place === undefined || place === job.position ? job : { ...job, position: place };
  });
}

/** The pages with this picture in its place by time; a picture already there is left alone. */
export function withImage(pages: GalleryPages, image: ImageSummary): GalleryPages {
  if (pages.pages.some((page) => page.images.some((each) => each.id === image.id))) return pages;
  let isPlaced = false;
  const next = pages.pages.map((page, index) => {
    const total = page.total + 1;
    if (isPlaced) return { ...page, total };
    const place = page.images.findIndex((each) => each.createdAt <= image.createdAt);
    const isLastLoaded = index === pages.pages.length - 1;
    if (place === -1 && !(isLastLoaded && page.nextCursor === null)) return { ...page, total };
    isPlaced = true;
    return { ...page, total, images: page.images.toSpliced(place === -1 ? page.images.length : place, 0, image) };
  });
  return { ...pages, pages: next };
}

/** The pages without this picture. */
export function withoutImage(pages: GalleryPages, id: string): GalleryPages {
  if (!pages.pages.some((page) => page.images.some((each) => each.id === id))) return pages;
  const next = pages.pages.map((page) => ({
    ...page,
    total: page.total - 1,
    images: page.images.filter((each) => each.id !== id),
  }));
  return { ...pages, pages: next };
}

/** Puts a snapshot into the cache. After a longer break the lists it does not hold are read again. */
export function applySnapshot(client: QueryClient, snapshot: Snapshot, isFirst: boolean): void {
  changedJobs.delete(client);
  client.setQueryData(keys.jobs, snapshot.jobs);
  client.setQueryData(keys.engine, snapshot.engine);
  if (isFirst) return;
  for (const queryKey of [keys.everyGallery, keys.everyGrid, keys.models, keys.catalogue])
    void client.invalidateQueries({ queryKey });
}

/** States of jobs that are still to be put into a cache. */
const changedJobs = new WeakMap<QueryClient, JobView[]>();
/** About a frame: a cancelled grid is a thousand events, and the page is drawn once for all that come together. */
const FRAME_MS = 16;

function setJobLater(client: QueryClient, job: JobView): void {
  const waiting = changedJobs.get(client);
  if (waiting !== undefined) {
    waiting.push(job);
    return;
  }
  changedJobs.set(client, [job]);
  setTimeout(() => {
    const changed = changedJobs.get(client) ?? [];
    changedJobs.delete(client);
    if (changed.length > 0) client.setQueryData<JobView[]>(keys.jobs, (jobs) => withJobs(jobs ?? [], changed));
  }, FRAME_MS);
}

/** Puts one event into the cache. */
export function applyEvent(client: QueryClient, event: LiveEvent): void {
  switch (event.name) {
    case 'job:queued':
    case 'job:started':
    case 'job:progress':
    case 'job:finished':
    case 'job:failed':
    case 'job:cancelled':
      setJobLater(client, event.job);
      return;
    case 'image:created':
      addImage(client, event.image);
      return;
    case 'image:restored':
      addImage(client, event.image);
      setDeleted(client, event.image.id, false);
      return;
    case 'image:deleted':
      removeImage(client, event.id);
      return;
    case 'grid:changed':
      setGrid(client, event.grid);
      return;
    case 'engine:changed':
      client.setQueryData(keys.engine, event.engine);
      // A fresh engine may bring other samplers and judge the models anew.
      if (event.engine.state === 'ready') void client.invalidateQueries({ queryKey: keys.catalogue });
      return;
    case 'models:changed':
      void client.invalidateQueries({ queryKey: keys.models });
      return;
  }
}

/** Takes a picture out of every list at once, before the server's event confirms it. */
export function removeImage(client: QueryClient, id: string): void {
  client.setQueriesData<GalleryPages>({ queryKey: keys.everyGallery }, (pages) => pages && withoutImage(pages, id));
  setDeleted(client, id, true);
}

// A searched list cannot know whether the new picture matches: the server decides.
function addImage(client: QueryClient, image: ImageSummary): void {
  const gallery = keys.gallery('');
  client.setQueryData<GalleryPages>(gallery, (pages) => pages && withImage(pages, image));
  // An answer on its way may be from before the picture.
  if (client.getQueryState(gallery)?.fetchStatus === 'fetching')
    void client.invalidateQueries({ queryKey: gallery, exact: true });
  void client.invalidateQueries({
    queryKey: keys.everyGallery,
    predicate: (query) => query.queryKey[1] !== '',
  });
}

// Its cells are jobs, and are told of as such: only at the end, and where it is new, is anything asked for.
function setGrid(client: QueryClient, grid: GridSummary): void {
  client.setQueryData<GridView>(keys.grid(grid.id), (view) => view && { ...view, ...grid });
  const known = client.getQueryData<GridSummary[]>(keys.grids);
  client.setQueryData<GridSummary[]>(
    keys.grids,
    known?.map((each) => (each.id === grid.id ? grid : each)),
  );
  if (grid.endedAt !== null || known?.some((each) => each.id === grid.id) !== true)
    void client.invalidateQueries({ queryKey: keys.everyGrid });
}

function setDeleted(client: QueryClient, id: string, isDeleted: boolean): void {
  client.setQueryData<ImageView>(keys.image(id), (image) => image && { ...image, isDeleted });
}
