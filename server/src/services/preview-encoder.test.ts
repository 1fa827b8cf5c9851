import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import { PreviewEncoder, type EncodedPreview } from './preview-encoder.ts';

const raw = (step: number) => ({
  type: 'preview' as const,
  jobId: 'j',
  imageIndex: 0,
  step,
  width: 16,
  height: 12,
  rgb: new Uint8Array(16 * 12 * 3).fill(step),
});

const until = async (what: () => boolean): Promise<void> => {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('PreviewEncoder', () => {
  it('enlarges to the size of the picture, to 512 pixels at most', async () => {
    const sizeOf = async (width: number, height: number): Promise<[number, number]> => {
      const encoder = new PreviewEncoder(width, height, () => {});
      encoder.offer(raw(1), false);
      const { width: w, height: h } = await sharp((await encoder.latest())?.bytes).metadata();
      return [w, h];
    };
    expect(await sizeOf(128, 96)).toEqual([128, 96]);
    expect(await sizeOf(2048, 1536)).toEqual([512, 384]);
  });

  it('drops what came while it was busy, but never the newest', async () => {
    const handed: EncodedPreview[] = [];
    const encoder = new PreviewEncoder(512, 384, (preview) => handed.push(preview));
    for (let step = 1; step <= 20; step += 1) encoder.offer(raw(step), true);
    await until(() => handed.at(-1)?.step === 20);
    expect(handed.map(({ step }) => step)).toEqual([1, 20]);
  });

  it('encodes nothing that nobody watches, but has it when asked', async () => {
    const handed: EncodedPreview[] = [];
    const encoder = new PreviewEncoder(64, 48, (preview) => handed.push(preview));
    expect(await encoder.latest()).toBeNull();
    encoder.offer(raw(3), false);
    expect(await encoder.latest()).toMatchObject({ step: 3, mime: 'image/webp' });
    expect(handed).toEqual([]);
  });

  it('hands nothing on after it was closed', async () => {
    const handed: EncodedPreview[] = [];
    const encoder = new PreviewEncoder(64, 48, (preview) => handed.push(preview));
    encoder.offer(raw(1), true);
    encoder.close();
    await encoder.latest();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(handed).toEqual([]);
  });
});
