import { describe, expect, it } from 'vitest';

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

describe('a preview', () => {
  it('has a pixel for each cell where there is no tiny autoencoder', async () => {
    const preview = await createPreviewer(undefined, never).make(zeros([1, 4, 3, 5]), FORMAT);
    expect(preview).toMatchObject({ width: 5, height: 3 });
  });

  it('falls back to that when the file is no use, and asks no more', async () => {
    const previewer = createPreviewer(['/nowhere/taesd_decoder.safetensors'], never);
    expect(await previewer.make(zeros([1, 4, 3, 5]), FORMAT)).toMatchObject({ width: 5, height: 3 });
    expect(await previewer.make(zeros([1, 4, 2, 2]), FORMAT)).toMatchObject({ width: 2, height: 2 });
    await previewer.release();
  });
});
