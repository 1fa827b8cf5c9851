import { describe, expect, it } from 'vitest';

import { sigma, timestep } from '../numeric/sigma.ts';
import { tensor, type Tensor } from '../numeric/tensor.ts';
import { keepOutside, predictKept } from './keep-outside.ts';
import { guideByPicture } from './picture-guidance.ts';
import type { Predict } from './types.ts';

const row = (...values: number[]): Tensor => tensor(Float32Array.from(values), [1, 1, 1, values.length]);
const MASK = row(0, 1);

describe('a kept part', () => {
  it('has the noise of the level it is put back at', () => {
    const correct = keepOutside(MASK, row(3, 3), row(0.5, 0.5));
    expect([...correct(row(9, 9), sigma(2)).data]).toEqual([3 + 2 * 0.5, 9]);
  });

  it('is the picture itself at the end', () => {
    const correct = keepOutside(MASK, row(3, 3), row(0.5, 0.5));
    expect([...correct(row(9, 9), sigma(0)).data]).toEqual([3, 9]);
  });

  it('is in every prediction, the WebUI’s way', async () => {
    const denoise = predictKept(
      async (x) => ({ data: x.data.map((value) => value + 1), shape: x.shape }),
      MASK,
      row(3, 3),
    );
    expect([...(await denoise(row(7, 7), sigma(2))).data]).toEqual([3, 8]);
  });
});

describe('guidance by a picture', () => {
  const constant =
    (value: number): Predict =>
    async () =>
      row(value);
  const predictions = { neither: constant(1), picture: constant(3), both: constant(10) };
  const at = async (byText: number, byPicture: number): Promise<number | undefined> =>
    (await guideByPicture(predictions, byText, byPicture)(row(0), timestep(0))).data[0];

  it('goes from neither to the picture, and on to the prompt', async () => {
    expect(await at(0, 0)).toBe(1);
    expect(await at(0, 1)).toBe(3);
    expect(await at(1, 1)).toBe(10);
    expect(await at(7.5, 1.5)).toBe(1 + 1.5 * (3 - 1) + 7.5 * (10 - 3));
  });
});
