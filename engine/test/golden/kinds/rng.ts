/** Random numbers: torch's CPU generator, NV Philox, numpy's SeedSequence, variation seeds. One check per call. */
import { PhiloxRandom, philoxNoise } from '../../../src/numeric/philox.ts';
import { seedState } from '../../../src/numeric/seed-sequence.ts';
import { addScaled, elementCount, type Tensor } from '../../../src/numeric/tensor.ts';
import { TorchRandom, torchNoise } from '../../../src/numeric/torch-random.ts';
import { mixNoise, pasteCentre } from '../../../src/numeric/variation.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown, type Check } from '../compare.ts';
import { LegacyNumpyRandom } from '../numpy-legacy.ts';
import { roundToHalf } from '../../support/half.ts';
import type { Kind } from './types.ts';

interface Call {
  readonly name: string;
  readonly generator: string;
  readonly seed: number;
  /** [what, shape, ...more], or for numpy [what, its arguments]. */
  readonly draws?: readonly (readonly [what: string, shape: number[], ...more: number[]])[];
  readonly n?: number;
  readonly spawn_key?: readonly number[];
  readonly pool_size?: number;
  readonly rng?: string;
  readonly subseed?: number;
  readonly strength?: number;
  readonly mix?: number;
  readonly shape?: number[];
  readonly from?: number[];
  readonly to?: number[];
}

type Numbers = { readonly data: ArrayLike<number>; readonly shape: readonly number[] };

function drawTorch(
  random: TorchRandom,
  [what, shape, ...more]: readonly [string, number[], ...number[]],
): Numbers | undefined {
  const count = elementCount(shape);
  switch (what) {
    case 'randn':
      return { data: random.normal(count), shape };
    case 'randn16':
      return { data: random.normal(count).map(roundToHalf), shape };
    case 'randn64':
      return { data: Float32Array.from(random.normalDouble(count)), shape };
    case 'rand':
      return { data: random.uniform(count), shape };
    case 'randint':
      return { data: random.integers(more[0] as number, more[1] as number, count), shape };
    case 'randperm':
      return { data: random.permutation(count), shape };
    default:
      return undefined;
  }
}

function drawNumpy(random: LegacyNumpyRandom, [what, args]: readonly [string, readonly number[]]): Numbers | undefined {
  const [first = 0, second = 0, third = 0] = args;
  switch (what) {
    case 'rand':
      return listOf(first, () => random.double());
    case 'randn':
      return listOf(first, () => random.normal());
    case 'randint':
      return listOf(third, () => first + random.upTo(second - first - 1));
    case 'permutation':
      return { data: random.permutation(first), shape: [first] };
    default:
      return undefined;
  }
}

const listOf = (count: number, draw: () => number): Numbers => ({
  data: Float32Array.from({ length: count }, draw),
  shape: [count],
});

const noiseOf = (call: Call, seed: number, shape: readonly number[]): Tensor =>
  (call.rng === 'nv' ? philoxNoise(seed) : torchNoise(seed)).draw(shape);

/** Everything a call draws, by the names of the case's outputs; undefined when the generator is not known. */
function drawsOf(call: Call): Map<string, Numbers> | undefined {
  const out = new Map<string, Numbers>();
  switch (call.generator) {
    case 'torch': {
      const random = new TorchRandom(call.seed);
      for (const [i, draw] of (call.draws ?? []).entries()) {
        const drawn = drawTorch(random, draw);
        if (drawn === undefined) return undefined;
        out.set(`${call.name}.${i}`, drawn);
      }
      return out;
    }
    case 'numpy-legacy': {
      const random = new LegacyNumpyRandom(call.seed);
      for (const [i, [what, args]] of (call.draws ?? []).entries()) {
        const drawn = drawNumpy(random, [what, args]);
        if (drawn === undefined) return undefined;
        out.set(`${call.name}.${i}`, drawn);
      }
      return out;
    }
    case 'nv': {
      const source = philoxNoise(call.seed);
      for (const [i, [, shape]] of (call.draws ?? []).entries()) out.set(`${call.name}.${i}`, source.draw(shape));
      return out;
    }
    case 'philox-words': {
      const random = new PhiloxRandom(call.seed);
      const elements = Array.from({ length: call.n ?? 0 }, (_, j) => random.words(j));
      const data = [0, 1, 2, 3].flatMap((word) => elements.map((words) => words[word] as number));
      return out.set(call.name, { data, shape: [4, elements.length] });
    }
    case 'seed-sequence': {
      const data = seedState(call.seed, call.spawn_key ?? [], call.pool_size ?? 4, call.n ?? 0);
      return out.set(call.name, { data, shape: [data.length] });
    }
    case 'slerp': {
      const low = noiseOf(call, call.seed, call.shape ?? []);
      const other = noiseOf(call, call.subseed ?? 0, call.shape ?? []);
      const high = call.mix === undefined ? other : addScaled(low, call.mix, other);
      return out.set(call.name, mixNoise(call.strength ?? 0, low, high));
    }
    case 'seed-resize': {
      const small = noiseOf(call, call.seed, call.from ?? []);
      return out.set(call.name, pasteCentre(small, noiseOf(call, call.seed, call.to ?? [])));
    }
    default:
      return undefined;
  }
}

function checkCall(golden: GoldenCase, call: Call): Check {
  const drawn = drawsOf(call);
  if (drawn === undefined) return unknown(call.name, `generator ${call.generator}`);
  const comparisons = [...drawn].map(([name, value]) =>
    compare(name.slice(call.name.length) || name, value, golden.stored(name), golden.bound),
  );
  return checkOf(call.name, comparisons);
}

export const rng: Kind = {
  run: 'rng',
  check: async (golden) => {
    const { calls } = golden.json as unknown as { calls: readonly Call[] };
    return calls.map((call) => checkCall(golden, call));
  },
};
