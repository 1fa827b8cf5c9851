import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';

import { imageOf, jobOf } from '../../test/support/samples.ts';
import { keys } from './keys.ts';
import { applyEvent, applySnapshot, withImage, withJobs, withoutImage } from './live-cache.ts';
import { LiveCursor } from './live.ts';

import type { GalleryPages } from './images.ts';
import type { ImageSummary } from '@easel/shared/http/images';

const pagesOf = (pages: ImageSummary[][], nextCursor: string | null, total: number): GalleryPages => ({
  pageParams: pages.map(() => null),
  pages: pages.map((images, index) => ({
    images,
    total,
    nextCursor: index < pages.length - 1 ? `page ${index + 1}` : nextCursor,
  })),
});

const idsOf = (pages: GalleryPages): string[][] => pages.pages.map((page) => page.images.map((image) => image.id));

describe('jobs in the cache', () => {
  it('move up when one before them leaves the queue', () => {
    const jobs = [jobOf({ id: 'a', position: 0 }), jobOf({ id: 'b', position: 1 }), jobOf({ id: 'c', position: 2 })];
    const next = withJobs(jobs, [jobOf({ id: 'b', state: 'cancelled', position: null })]);
    expect(next.map((job) => [job.id, job.state, job.position])).toEqual([
      ['a', 'queued', 0],
      ['b', 'cancelled', null],
      ['c', 'queued', 1],
    ]);
  });

  it('are added when they are new', () => {
    expect(withJobs([], [jobOf({ id: 'a' })]).map((job) => job.id)).toEqual(['a']);
  });
});

describe('many events at once', () => {
  it('reach the list of jobs together, a moment later', async () => {
    const client = new QueryClient();
    let changes = 0;
    client.setQueryData(keys.jobs, [jobOf({ id: '0', position: 0 })]);
    client.getQueryCache().subscribe(({ type }) => (changes += type === 'updated' ? 1 : 0));
    for (let index = 0; index < 100; index++) {
      const job = jobOf({ id: String(index), state: 'cancelled', position: null });
      applyEvent(client, { name: 'job:cancelled', sequence: index, job });
    }
    await new Promise((resolve) => setTimeout(resolve, 60));
    const jobs = client.getQueryData<{ state: string }[]>(keys.jobs);
    expect(jobs?.map(({ state }) => state)).toEqual(Array.from({ length: 100 }, () => 'cancelled'));
    expect(changes).toBe(1);
  });

  it('are forgotten where a snapshot says how things stand', async () => {
    const client = new QueryClient();
    applyEvent(client, { name: 'job:queued', sequence: 1, job: jobOf({ id: 'old' }) });
    const engine = { state: 'ready', device: 'cpu', reason: null } as const;
    applySnapshot(client, { epoch: 'two', sequence: 5, jobs: [jobOf({ id: 'new' })], engine }, true);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(client.getQueryData<{ id: string }[]>(keys.jobs)?.map(({ id }) => id)).toEqual(['new']);
  });
});

describe('pictures in the cache', () => {
  it('come first when they are new', () => {
    const pages = pagesOf([[imageOf('b', 20), imageOf('a', 10)]], null, 2);
    const next = withImage(pages, imageOf('c', 30));
    expect(idsOf(next)).toEqual([['c', 'b', 'a']]);
    expect(next.pages[0]?.total).toBe(3);
  });

  it('are there once, however often they are told', () => {
    const pages = pagesOf([[imageOf('a', 10)]], null, 1);
    expect(withImage(pages, imageOf('a', 10))).toBe(pages);
  });

  it('return to their place when they are restored', () => {
    const pages = pagesOf([[imageOf('d', 40), imageOf('c', 30)], [imageOf('a', 10)]], null, 3);
    expect(idsOf(withImage(pages, imageOf('b', 20)))).toEqual([
      ['d', 'c'],
      ['b', 'a'],
    ]);
  });

  it('wait for their page when it is not loaded yet', () => {
    const pages = pagesOf([[imageOf('d', 40)]], 'more', 5);
    const next = withImage(pages, imageOf('a', 1));
    expect(idsOf(next)).toEqual([['d']]);
    expect(next.pages[0]?.total).toBe(6);
  });

  it('go from every page when they are deleted', () => {
    const pages = pagesOf([[imageOf('b', 20)], [imageOf('a', 10)]], null, 2);
    expect(idsOf(withoutImage(pages, 'a'))).toEqual([['b'], []]);
  });
});

describe('events', () => {
  it('reach the gallery but leave searched lists to the server', () => {
    const client = new QueryClient();
    client.setQueryData(keys.gallery(''), pagesOf([[]], null, 0));
    client.setQueryData(keys.gallery('cat'), pagesOf([[]], null, 0));
    applyEvent(client, { name: 'image:created', sequence: 1, image: imageOf('a', 10) });
    expect(idsOf(client.getQueryData(keys.gallery(''))!)).toEqual([['a']]);
    expect(client.getQueryState(keys.gallery('cat'))?.isInvalidated).toBe(true);
    expect(client.getQueryState(keys.gallery(''))?.isInvalidated).toBe(false);
  });

  it('are replaced by a snapshot after a longer break, and the gallery is read again', () => {
    const client = new QueryClient();
    client.setQueryData(keys.gallery(''), pagesOf([[]], null, 0));
    client.setQueryData(keys.jobs, [jobOf({ id: 'gone' })]);
    const engine = { state: 'ready', device: 'cpu', reason: null } as const;
    applySnapshot(client, { epoch: 'two', sequence: 5, jobs: [jobOf({ id: 'new' })], engine }, false);
    expect(client.getQueryData<{ id: string }[]>(keys.jobs)?.map((job) => job.id)).toEqual(['new']);
    expect(client.getQueryState(keys.gallery(''))?.isInvalidated).toBe(true);
  });

  it('are each taken once and in order, from where the page stands', () => {
    const cursor = new LiveCursor();
    expect(cursor.takeEvent(1)).toBe(false);
    expect(
      cursor.takeSnapshot({
        epoch: 'one',
        sequence: 4,
        jobs: [],
        engine: { state: 'ready', device: null, reason: null },
      }),
    ).toBe(true);
    expect([4, 5, 5, 6].map((sequence) => cursor.takeEvent(sequence))).toEqual([false, true, false, true]);
    expect(cursor.resumeFrom).toEqual({ epoch: 'one', sequence: 6 });
  });
});
