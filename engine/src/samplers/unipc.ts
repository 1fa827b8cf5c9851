/** UniPC: predicts a step from the memory of the last ones and corrects it once the next prediction is known. */
import { solveLinear } from '../numeric/solve-linear.ts';
import { sigma as asSigma, timestep, type Sigma } from '../numeric/sigma.ts';
import type { SigmaTable } from '../numeric/sigma-table.ts';
import { scale, weightedSum, type Tensor } from '../numeric/tensor.ts';
import { slopeOf } from './slopes.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** Which B(h) the paper offers: h itself, or e^h - 1. */
export type UnipcVariant = 'bh1' | 'bh2';

/** Predictions a step looks back on. @source the WebUI's default */
const DEFAULT_ORDER = 3;

interface Memory {
  readonly denoised: Tensor;
  /** What is integrated: the predicted picture or the predicted noise. */
  readonly value: Tensor;
  readonly sigma: Sigma;
}

export interface UnipcForm {
  /** What the solver integrates; the picture when absent. */
  readonly about?: 'picture' | 'noise';
  /** Steps, from 0, whose result is not corrected. */
  readonly uncorrected?: readonly number[];
}

/**
 * Moves `x` from the newest memory's level to `next`, with `order` predictions. With `arrived`, the prediction at the
 * place arrived at, it is the corrector; without, the predictor.
 *
 * @param memory newest last; at least `order`
 * @source Zhao et al. 2023 (UniPC), eq. 9 and 10 for data and noise prediction, alpha divided out
 */
function move(
  x: Tensor,
  next: Sigma,
  memory: readonly Memory[],
  order: number,
  variant: UnipcVariant,
  about: 'picture' | 'noise',
  arrived?: Tensor,
): Tensor {
  const newest = memory.at(-1) as Memory;
  if (next === 0) return newest.denoised;
  const h = Math.log(newest.sigma / next);
  const isPicture = about === 'picture';
  // The equation of the picture runs in -h, that of the noise in h.
  const hh = isPicture ? -h : h;
  const places: number[] = [];
  for (let k = 1; k < order; k++) places.push(Math.log(newest.sigma / (memory.at(-1 - k) as Memory).sigma) / h);
  if (arrived !== undefined) places.push(1);

  const weights = weightsOf(places, hh, variant);
  const unit = isPicture ? 1 : next;
  const b = unit * (variant === 'bh1' ? hh : Math.expm1(hh));
  const terms: [number, Tensor][] = [
    [isPicture ? next / newest.sigma : 1, x],
    [-unit * Math.expm1(hh), newest.value],
  ];
  // Differences to the newest prediction, divided by where they lie.
  places.forEach((place, k) => {
    const weight = (-b * (weights[k] as number)) / place;
    const other = k === order - 1 ? (arrived as Tensor) : (memory.at(-2 - k) as Memory).value;
    terms.push([weight, other], [-weight, newest.value]);
  });
  return weightedSum(terms);
}

/** Weights that make the step exact for polynomials; the two lowest orders are fixed at a half, as the authors do. */
function weightsOf(places: readonly number[], hh: number, variant: UnipcVariant): number[] {
  if (places.length <= 1) return places.map(() => 0.5);
  const b = variant === 'bh1' ? hh : Math.expm1(hh);
  const rows: number[][] = [];
  const right: number[] = [];
  let phi = Math.expm1(hh) / hh - 1;
  let factorial = 1;
  for (let i = 1; i <= places.length; i++) {
    rows.push(places.map((place) => place ** (i - 1)));
    right.push((phi * factorial) / b);
    factorial *= i + 1;
    phi = phi / hh - 1 / factorial;
  }
  return solveLinear(rows, right);
}

/** @param variant which B(h); order from o.order. The order sinks to 1 at the end, and the first steps grow up to it. */
export const makeUnipcSample = (
  variant: UnipcVariant,
  { about = 'picture', uncorrected = [] }: UnipcForm = {},
): Sample =>
  async function* (denoise, x, sigmas, o) {
    const { order: highest = DEFAULT_ORDER } = o;
    const count = sigmas.length - 1;
    let memory: Memory[] = [];
    let start = x;
    let order = 0;
    for (let i = 0; i < count; i++) {
      const sigma = sigmas[i] as Sigma;
      const next = sigmas[i + 1] as Sigma;
      const before = x;
      const denoised = await denoise(x, sigma);
      const value = about === 'picture' ? denoised : slopeOf(x, sigma, denoised);
      if (memory.length > 0 && !uncorrected.includes(i - 1)) {
        x = move(start, sigma, memory, order, variant, about, value);
      }
      memory = [...memory, { denoised, value, sigma }].slice(-highest);
      start = x;
      order = Math.min(highest, count - i, memory.length);
      x = settle(move(x, next, memory, order, variant, about), next, i, o);
      yield { index: i, count, sigma, x: before, denoised };
    }
    return x;
  };

/** n + 1 evenly spread timesteps, linear in log alpha-bar between them; the last is timestep 0, whose noise stays in. */
function unipcSigmas({ alphasCumprod }: SigmaTable, steps: number): readonly Sigma[] {
  const last = alphasCumprod.length - 1;
  return Array.from({ length: steps + 1 }, (_, i) => {
    const t = timestep((last * (steps - i)) / steps);
    const low = Math.floor(t);
    const weight = t - low;
    const at = (place: number): number => Math.log(alphasCumprod[Math.min(place, last)] as number);
    return asSigma(Math.sqrt(Math.expm1(-((1 - weight) * at(low) + weight * at(low + 1)))));
  });
}

const webuiSample = makeUnipcSample('bh1');

export const unipc: Sampler = {
  id: 'unipc',
  label: 'UniPC',
  aliases: ['uni_pc'],
  summary: 'Predicts and corrects; exact from five to ten steps, with its own schedule.',
  defaultSchedule: 'uniform',
  evaluationsPerStep: 1,
  isStochastic: false,
  options: ['unipcOrder'],
  async *sample(denoise, x, sigmas, o) {
    const end = yield* webuiSample(denoise, x, sigmas, o);
    const rest = sigmas.at(-1) as Sigma;
    return scale(end, 1 / Math.sqrt(rest * rest + 1));
  },
  ownSigmas: unipcSigmas,
  initialScale: (first) => Math.sqrt(first * first + 1),
};

export const unipcBh2: Sampler = {
  id: 'unipc-bh2',
  label: 'UniPC BH2',
  aliases: ['uni_pc_bh2', 'UniPCMultistepScheduler'],
  summary: 'UniPC in its other form, on the schedule of the menu; exact from five steps on.',
  defaultSchedule: 'karras',
  evaluationsPerStep: 1,
  isStochastic: false,
  options: ['unipcOrder'],
  sample: makeUnipcSample('bh2'),
};
