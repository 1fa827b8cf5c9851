import { describe, expect, it } from 'vitest';

import { createPipelineCache, type Resident } from './pipeline-cache.ts';

const pipeline = (bytes: number, released: string[], name: string): (() => Promise<Resident>) => {
  return async () => ({
    residentBytes: bytes,
    release: async () => {
      released.push(name);
    },
  });
};

describe('the pipeline cache', () => {
  it('gives back the same pipeline while it is resident', async () => {
    const cache = createPipelineCache(100);
    const first = await cache.acquire('a', 40, pipeline(40, [], 'a'));
    const again = await cache.acquire('a', 40, pipeline(40, [], 'never loaded'));
    expect(again).toBe(first);
  });

  it('releases the least recently used when the budget would be passed', async () => {
    const released: string[] = [];
    const cache = createPipelineCache(100);
    await cache.acquire('a', 40, pipeline(40, released, 'a'));
    await cache.acquire('b', 40, pipeline(40, released, 'b'));
    await cache.acquire('a', 40, pipeline(40, released, 'a'));
    await cache.acquire('c', 40, pipeline(40, released, 'c'));
    expect(released).toEqual(['b']);
    expect(cache.keys).toEqual(['a', 'c']);
    expect(cache.residentBytes).toBe(80);
  });

  it('keeps the pipeline a job needs even when it alone is over the budget', async () => {
    const released: string[] = [];
    const cache = createPipelineCache(100);
    await cache.acquire('a', 40, pipeline(40, released, 'a'));
    await cache.acquire('huge', 400, pipeline(400, released, 'huge'));
    expect(released).toEqual(['a']);
    expect(cache.keys).toEqual(['huge']);
  });

  it('holds nothing of a pipeline that failed to load', async () => {
    const cache = createPipelineCache(100);
    const failing = async (): Promise<Resident> => {
      throw new Error('no such file');
    };
    await expect(cache.acquire('a', 40, failing)).rejects.toThrow('no such file');
    expect(cache.keys).toEqual([]);
  });

  it('releases everything on request', async () => {
    const released: string[] = [];
    const cache = createPipelineCache(100);
    await cache.acquire('a', 40, pipeline(40, released, 'a'));
    await cache.acquire('b', 40, pipeline(40, released, 'b'));
    await cache.releaseAll();
    expect(released).toEqual(['a', 'b']);
    expect(cache.residentBytes).toBe(0);
  });
});
