import { describe, expect, it } from 'vitest';

import type { Conditioning, Network } from '../denoisers/types.ts';
import { timestep } from '../numeric/sigma.ts';
import { zeros } from '../numeric/tensor.ts';
import { PLAIN } from './network-options.ts';
import { readTuning, toldGuidance, tuned } from './tuning.ts';
import type { CheckpointFacts } from './types.ts';

/** A network that keeps what it was told. */
function listener(): { network: Network; told: Conditioning[] } {
  const told: Conditioning[] = [];
  return {
    told,
    network: async (x, _timestep, conditioning) => {
      told.push(conditioning);
      return x;
    },
  };
}

const X = zeros([1, 4, 5, 7]);

describe('tuning', () => {
  it('of neutral options is none', async () => {
    const neutral = readTuning({ tiling: 'off', tokenMerging: 0, freeuSkip1: 1 });
    expect(neutral.networks).toEqual(PLAIN);
    expect(neutral.inputs(X)).toEqual({});
  });

  it('tells how many cells to merge, rounded down from the size of the latent', () => {
    expect(readTuning({ tokenMerging: 0.5 }).inputs(X)).toEqual({ merged: { data: Float32Array.of(17), shape: [1] } });
    // 100 * 0.29 is a little less than 29 in the reference's arithmetic too.
    expect(readTuning({ tokenMerging: 0.29 }).inputs(zeros([2, 4, 10, 10]))['merged']?.data[0]).toBe(28);
  });

  it('tells FreeU its four factors as soon as one of them says something', async () => {
    const { network, told } = listener();
    const tuning = readTuning({ freeuSkip2: 0.5, freeuVersion: '1' });
    expect(tuning.networks.unet).toEqual({ freeu: '1', mergesTokens: false, isPerturbable: false });
    await tuned(network, tuning)(X, timestep(1), { context: X });
    expect(told).toEqual([{ context: X, freeu: { data: Float32Array.of(1, 1, 1, 0.5), shape: [4] } }]);
  });

  it('wraps along the axes of the direction asked for', () => {
    expect(readTuning({ tiling: 'x' }).networks.wraps).toEqual({ x: true, y: false });
    expect(readTuning({ tiling: 'y' }).networks.wraps).toEqual({ x: false, y: true });
    expect(readTuning({ tiling: 'both' }).networks.wraps).toEqual({ x: true, y: true });
  });
});

describe('a network that is told the guidance', () => {
  it('is told it as waves; one that is not stays as it is', async () => {
    const { network, told } = listener();
    const factsOf = (guidanceWidth: number | null): CheckpointFacts => ({ guidanceWidth }) as CheckpointFacts;
    await toldGuidance({ network, facts: factsOf(4) }, 1)(X, timestep(1), { context: X });
    expect(told).toEqual([{ context: X, guidance: { data: Float32Array.of(0, 0, 1, 1), shape: [1, 4] } }]);
    expect(toldGuidance({ network, facts: factsOf(null) }, 8)).toBe(network);
  });
});
