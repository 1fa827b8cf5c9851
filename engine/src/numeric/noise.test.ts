import { describe, expect, it } from 'vitest';

import { batchNoise } from './noise-source.ts';
import { philoxNoise } from './philox.ts';
import { torchNoise, TorchRandom } from './torch-random.ts';

// ../shared/specs/sampling.md 3e.3, taken there from CUDA and from torch.
const NV_SEED_0 = [-0.92466241, -0.42534396, -2.6438458, 0.14518388, -0.12086651, -0.57972568];
const NV_SEED_0_SECOND_CALL = [0.18082589, -0.55226272, 0.9238134, -0.73497033];
const CPU_SEED_0 = [-1.1258, -1.1524, -0.2506, -0.4339, 0.8487, 0.692, -0.316, -2.1152];

const distance = (actual: ArrayLike<number>, expected: readonly number[]): number =>
  Math.max(...expected.map((value, i) => Math.abs((actual[i] as number) - value)));

describe.each([
  ['nv', philoxNoise],
  ['cpu', torchNoise],
])('%s noise', (_name, make) => {
  it('gives the same bytes for the same seed', () => {
    expect(make(1234).draw([4, 8, 8])).toEqual(make(1234).draw([4, 8, 8]));
  });

  it('gives other numbers for another seed and for the next draw', () => {
    const source = make(1);
    const first = source.draw([64]);
    expect(source.draw([64])).not.toEqual(first);
    expect(make(2).draw([64])).not.toEqual(first);
  });

  it('is normal: mean 0, variance 1, on a large draw', () => {
    const { data } = make(7).draw([100_000]);
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.02);
  });

  it('makes a picture of a batch from its own seed alone', () => {
    const both = batchNoise([make(10), make(11)]).draw([2, 4, 4, 4]);
    expect(both.data.subarray(64)).toEqual(make(11).draw([1, 4, 4, 4]).data);
  });
});

describe('noise', () => {
  it('repeats what CUDA draws', () => {
    const source = philoxNoise(0);
    expect(distance(source.draw([12]).data, NV_SEED_0)).toBeLessThan(1e-6);
    expect(distance(source.draw([4]).data, NV_SEED_0_SECOND_CALL)).toBeLessThan(1e-6);
  });

  it('repeats what torch draws on the CPU', () => {
    expect(distance(torchNoise(0).draw([16]).data, CPU_SEED_0)).toBeLessThan(1e-4);
  });

  it('tells seeds beyond 32 bits apart on NV and counts them modulo 2^32 on CPU', () => {
    expect(philoxNoise(2 ** 32 + 7).draw([16])).not.toEqual(philoxNoise(7).draw([16]));
    expect(torchNoise(2 ** 32 + 7).draw([16])).toEqual(torchNoise(7).draw([16]));
  });

  it('keeps half of a small pair across a large draw, as torch does', () => {
    const random = new TorchRandom(7);
    const kept = new TorchRandom(7).normal(2)[1];
    random.normal(1);
    random.normal(32);
    expect(random.normal(1)[0]).toBe(kept);
  });

  it('shuffles without losing a number', () => {
    expect([...new TorchRandom(3).permutation(50)].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, i) => i),
    );
  });
});
