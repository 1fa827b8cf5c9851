import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { StartSession } from '../graph/session.ts';
import { zeros } from '../numeric/tensor.ts';
import { createPreviewer } from './preview.ts';

const FORMAT = {
  channels: 4,
  scale: 1,
  shift: 0,
  pixelsPerCell: 8,
  preview: {
    matrix: [[1, 0, 0] as const, [0, 1, 0] as const, [0, 0, 1] as const, [0, 0, 0] as const],
    bias: [0, 0, 0] as const,
  },
};
const never = async (): Promise<never> => Promise.reject(new Error('nothing is started here'));

const TINY = join(import.meta.dirname, '../../../models/vae/easel-demo.taesd.safetensors');

/** The times, in steps of 10 ms over 4 s, at which a tiny autoencoder that takes this long made a preview. */
async function timesOf(decodeMs: number): Promise<number[]> {
  let now = 0;
  const startSession = (async () => ({
    residentBytes: 0,
    run: async () => {
      now += decodeMs;
      return { image: zeros([1, 3, 16, 16]) };
    },
    release: async () => {},
  })) as unknown as StartSession;
  const previewer = createPreviewer([TINY], startSession, () => now);
  const times: number[] = [];
  while (now < 4000) {
    const before = now;
    if ((await previewer.make(zeros([1, 4, 2, 2]), FORMAT)) !== null) times.push(before);
    now += 10;
  }
  await previewer.release();
  return times;
}

describe('a preview', () => {
  it('has a pixel for each cell where there is no tiny autoencoder', async () => {
    const preview = await createPreviewer(undefined, never).make(zeros([1, 4, 3, 5]), FORMAT);
    expect(preview).toMatchObject({ width: 5, height: 3 });
  });

  it('by a tiny autoencoder takes a twentieth of the time', async () => {
    expect(await timesOf(120)).toEqual([0, 520, 3040]);
  });

  it('by one that is done in a blink comes oftener', async () => {
    const times = await timesOf(15);
    expect(times.slice(1, 3)).toEqual([65, 230]);
    expect(times.length).toBeGreaterThan(15);
  });

  it('falls back to that when the file is no use, and asks no more', async () => {
    const previewer = createPreviewer(['/nowhere/taesd_decoder.safetensors'], never);
    expect(await previewer.make(zeros([1, 4, 3, 5]), FORMAT)).toMatchObject({ width: 5, height: 3 });
    expect(await previewer.make(zeros([1, 4, 2, 2]), FORMAT)).toMatchObject({ width: 2, height: 2 });
    await previewer.release();
  });
});
