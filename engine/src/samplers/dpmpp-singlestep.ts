/**
 * DPM-Solver++ in single steps of second and third order: groups of two or three levels are walked together, and no memory
 * goes from one group to the next. DPM++ 2S and 3S. One evaluation a level.
 */
import type { Sigma } from '../numeric/sigma.ts';
import { weightedSum, type Tensor } from '../numeric/tensor.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

export interface DpmppSinglestep {
  readonly order: 2 | 3;
  /** How the last step of a group is made. */
  readonly kind?: 'midpoint' | 'heun';
  /** What the network's prediction is integrated as. */
  readonly about?: 'picture' | 'noise';
  /** Ends in lower orders, so that any number of steps will do; without, it must be a multiple of the order. */
  readonly lowersAtEnd?: boolean;
}

/**
 * Place in its group of every step, from 1; a step of place k looks back on k predictions.
 * @source diffusers' DPMSolverSinglestepScheduler: the authors' list of orders, spelled out level by level
 */
function placesOf(count: number, order: 2 | 3, lowersAtEnd: boolean): number[] {
  const places = Array.from({ length: count }, (_, i) => (i % order) + 1);
  if (!lowersAtEnd) return places;
  // A last group that is whole would end in its full order: it is split.
  const whole = count % order === 0 && count > 0;
  if (whole && order === 2) places.splice(-2, 2, 1, 1);
  if (whole && order === 3) places.splice(-3, 3, 1, 2, 1);
  return places;
}

/** One prediction of the group: at a level, with what it is integrated as. */
interface Seen {
  readonly sigma: Sigma;
  readonly value: Tensor;
}

/** Weights on the predictions of the group, oldest first, for the step from its beginning to `next`. */
function weightsOf(group: readonly Seen[], next: number, { kind, about }: DpmppSinglestep): number[] {
  const from = (group[0] as Seen).sigma;
  const time = (sigma: number): number => Math.log(from / sigma);
  const h = time(next);
  // The same formulas in -h for the picture and in h for the noise.
  const isPicture = about !== 'noise';
  const unit = isPicture ? 1 : -next;
  const gain = unit * (isPicture ? -Math.expm1(-h) : Math.expm1(h));
  const phi = unit * (isPicture ? Math.expm1(-h) / h + 1 : Math.expm1(h) / h - 1);
  const [, second, third] = group;
  if (second === undefined) return [gain];
  const r1 = time(second.sigma) / h;
  if (third === undefined) {
    const bend = (kind === 'heun' ? phi : gain / 2) / r1;
    return [gain - bend, bend];
  }
  const r0 = time(third.sigma) / h;
  if (kind !== 'heun') return [gain - phi / r0, 0, phi / r0];
  const curve = isPicture ? -((Math.expm1(-h) + h) / (h * h) - 0.5) : unit * ((Math.expm1(h) - h) / (h * h) - 0.5);
  // Differences to the first prediction, per step.
  const [near, far] = [1 / r1, 1 / r0];
  const slope = [(r0 * near) / (r0 - r1), (-r1 * far) / (r0 - r1)] as const;
  const bend = [(-2 * near) / (r0 - r1), (2 * far) / (r0 - r1)] as const;
  const weights = [0, 1].map((k) => phi * (slope[k] as number) + curve * (bend[k] as number)) as [number, number];
  return [gain - weights[0] - weights[1], ...weights];
}

/** @source Lu et al. 2022 (DPM-Solver++), Alg. 1 and its third order, on given levels as diffusers walks them */
export const makeSinglestepSample = (how: DpmppSinglestep): Sample =>
  async function* (denoise, x, sigmas, o) {
    const count = sigmas.length - 1;
    const places = placesOf(count, how.order, how.lowersAtEnd ?? true);
    let start = x;
    let group: Seen[] = [];
    for (let i = 0; i < count; i++) {
      const sigma = sigmas[i] as Sigma;
      const next = sigmas[i + 1] as Sigma;
      const before = x;
      const denoised = await denoise(x, sigma);
      const isFirst = places[i] === 1 || group.length === 0;
      if (isFirst) {
        start = x;
        group = [];
      }
      const isPicture = how.about !== 'noise';
      const value = isPicture
        ? denoised
        : weightedSum([
            [1 / sigma, x],
            [-1 / sigma, denoised],
          ]);
      group = [...group, { sigma, value }];
      if (next === 0) {
        x = denoised;
      } else {
        const kept = isPicture ? next / (group[0] as Seen).sigma : 1;
        const weights = weightsOf(group, next, how);
        x = weightedSum([
          [kept, start],
          ...group.map((seen, k): [number, Tensor] => [weights[k] as number, seen.value]),
        ]);
      }
      x = settle(x, next, i, o);
      yield { index: i, count, sigma, x: before, denoised };
    }
    return x;
  };

const shared = { defaultSchedule: 'karras', evaluationsPerStep: 1, isStochastic: false } as const;

export const dpmpp2s: Sampler = {
  ...shared,
  id: 'dpmpp-2s',
  label: 'DPM++ 2S',
  aliases: ['DPMSolverSinglestepScheduler'],
  summary: 'DPM++ in pairs of steps without memory; steady under strong guidance.',
  sample: makeSinglestepSample({ order: 2 }),
};

export const dpmpp3s: Sampler = {
  ...shared,
  id: 'dpmpp-3s',
  label: 'DPM++ 3S',
  aliases: [],
  summary: 'DPM++ in threes without memory; exact with little guidance.',
  sample: makeSinglestepSample({ order: 3 }),
};
