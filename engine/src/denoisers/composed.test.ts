import { describe, expect, it } from 'vitest';

import type { Timestep } from '../numeric/sigma.ts';
import { tensor } from '../numeric/tensor.ts';
import { composed, remembering } from './composed.ts';
import type { Predict } from './types.ts';

const always =
  (value: number): Predict =>
  async () =>
    tensor(Float32Array.of(value), [1]);
const x = tensor(Float32Array.of(0), [1]);
const at = 5 as Timestep;
const read = async (predict: Predict): Promise<number> => (await predict(x, at)).data[0] as number;

describe('parts of a prompt', () => {
  it('lead away from the negative prediction by their weights', async () => {
    const parts = [
      { weight: 1, predict: always(3) },
      { weight: 0.5, predict: always(7) },
      { weight: -0.25, predict: always(11) },
    ];
    // 2 + (3 - 2) + 0.5 (7 - 2) - 0.25 (11 - 2)
    expect(await read(composed(parts, always(2)))).toBeCloseTo(3.25, 6);
  });

  it('are the prediction itself when there is one of weight 1', () => {
    const predict = always(3);
    expect(composed([{ weight: 1, predict }], null)).toBe(predict);
  });

  it('are not asked again about what they were asked last', async () => {
    let asked = 0;
    const counted = remembering(async () => tensor(Float32Array.of(++asked), [1]));
    expect([await read(counted), await read(counted)]).toEqual([1, 1]);
    await counted(tensor(Float32Array.of(1), [1]), at);
    expect(asked).toBe(2);
    await counted(x, 6 as Timestep);
    expect(asked).toBe(3);
  });
});
