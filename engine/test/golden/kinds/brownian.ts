/** Brownian trees: increments between pairs of times. One check per call. */
import { BrownianTree } from '../../../src/numeric/brownian.ts';
import { philoxNoise } from '../../../src/numeric/philox.ts';
import { torchNoise } from '../../../src/numeric/torch-random.ts';
import { checkOf, compare } from '../compare.ts';
import type { Kind } from './types.ts';

interface Call {
  readonly name: string;
  readonly seed: number;
  readonly t0: number;
  readonly t1: number;
  readonly shape: readonly number[];
  readonly queries: readonly (readonly [number, number])[];
  readonly rng?: string;
}

export const brownian: Kind = {
  run: 'brownian',
  check: async (golden) =>
    (golden.json as unknown as { calls: readonly Call[] }).calls.map((call) => {
      const tree = new BrownianTree(
        call.seed,
        call.t0,
        call.t1,
        call.shape,
        call.rng === 'nv' ? philoxNoise : torchNoise,
      );
      const comparisons = call.queries.map(([from, to], i) =>
        compare(`.${i}`, tree.increment(from, to), golden.stored(`${call.name}.${i}`), golden.bound),
      );
      return checkOf(call.name, comparisons);
    }),
};
