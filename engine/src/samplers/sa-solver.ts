/**
 * SA-Solver: a multistep predictor and corrector for the equation with noise, which it adds in the middle of the walk only.
 * One evaluation a step.
 */
import { solveLinear } from '../numeric/solve-linear.ts';
import { makeSigmaTable, sigmaAt } from '../numeric/sigma-table.ts';
import { timestep, type Sigma } from '../numeric/sigma.ts';
import { weightedSum, type Tensor } from '../numeric/tensor.ts';
import { settle } from './step.ts';
import type { Sample, SampleOptions, Sampler } from './types.ts';

/** Steps looked back on, in the predictor and the corrector. @source diffusers' defaults */
const ORDER = 2;
/** Training steps between which noise is added. @source Xue et al. 2023, section 6, and diffusers' default */
const NOISY = { from: 800, to: 200 } as const;
/** A level this near to the end of the noisy part, in parts of itself, is in it. */
const NEAR = 1e-5;

const trained = makeSigmaTable();

interface Seen {
  readonly denoised: Tensor;
  readonly sigma: Sigma;
}

/**
 * Weights on predictions at `levels` (newest first) for the step from `from` to `to`, so that polynomials in log sigma are
 * integrated exactly under the weight e^(q s) of the equation with noise.
 *
 * @param q 1 + tau^2
 */
function adamsWeights(levels: readonly number[], from: number, to: number, q: number): number[] {
  const h = Math.log(from / to);
  // q times the integrals of s^k e^(q s) from -h to 0, by parts.
  const moments: number[] = [];
  for (let k = 0; k < levels.length; k++) {
    const edge = k === 0 ? 1 : 0;
    moments.push(edge - (-h) ** k * Math.exp(-q * h) - (k === 0 ? 0 : (k / q) * (moments[k - 1] as number)));
  }
  const places = levels.map((level) => Math.log(to / level));
  return solveLinear(
    moments.map((_, k) => places.map((place) => place ** k)),
    moments,
  );
}

/** How much of h^2 / 2 the exact weights of second order leave out; the authors put it back. @source Xue et al. 2023, appendix D */
const leftOut = (h: number, q: number): number => q * ((h * h) / 2 - (h * q - 1 + Math.exp(-q * h)) / (q * q));

/** x at `to` from x at `from`. `seen` newest first; the corrector's newest is at `to`. */
function move(
  x: Tensor,
  from: number,
  to: number,
  seen: readonly Seen[],
  tau: number,
  noise: Tensor,
  sNoise: number,
  isCorrector: boolean,
): Tensor {
  const q = 1 + tau * tau;
  const h = Math.log(from / to);
  const weights = adamsWeights(
    seen.map(({ sigma }) => sigma),
    from,
    to,
    q,
  );
  if (seen.length === 2 && h > 0) {
    const [newest, older] = seen as [Seen, Seen];
    const extra = leftOut(h, q) / (isCorrector ? h : Math.log(older.sigma / newest.sigma));
    weights[0] = (weights[0] as number) + extra;
    weights[1] = (weights[1] as number) - extra;
  }
  const terms: [number, Tensor][] = [
    [Math.exp(-tau * tau * h) * (to / from), x],
    ...seen.map(({ denoised }, k): [number, Tensor] => [weights[k] as number, denoised]),
  ];
  if (tau > 0) terms.push([sNoise * to * Math.sqrt(-Math.expm1(-2 * tau * tau * h)), noise]);
  return weightedSum(terms);
}

/**
 * A number is drawn at every step, also where it is not used, as in diffusers. o.eta is tau in the noisy part.
 * @source Xue et al. 2023 (SA-Solver), Alg. 1 with predicted pictures
 */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const { eta = 1, sNoise = 1, order: highest = ORDER } = o;
  const tauAt = tauOf(eta, o);
  const count = sigmas.length - 1;
  let seen: Seen[] = [];
  let last: { x: Tensor; noise: Tensor; tau: number; sigma: Sigma; order: number } | undefined;
  for (let i = 0; i < count; i++) {
    const sigma = sigmas[i] as Sigma;
    const next = sigmas[i + 1] as Sigma;
    const before = x;
    const denoised = await denoise(x, sigma);
    seen = [{ denoised, sigma }, ...seen].slice(0, highest);
    if (last !== undefined) {
      x = move(last.x, last.sigma, sigma, seen.slice(0, last.order), last.tau, last.noise, sNoise, true);
    }
    if (next === 0) {
      x = denoised;
    } else {
      const noise = o.noise.draw(x.shape, sigma, next);
      const tau = tauAt(sigma);
      const start = x;
      x = move(start, sigma, next, seen.slice(0, Math.min(highest, count - i, i + 1)), tau, noise, sNoise, false);
      // The corrector of the next step has the prediction there besides.
      last = { x: start, noise, tau, sigma, order: Math.min(highest, count - i + 1, i + 2) };
    }
    x = settle(x, next, i, o);
    yield { index: i, count, sigma, x: before, denoised };
  }
  return x;
};

/** tau by level: eta within the noisy part of the training levels, 0 outside. */
function tauOf(eta: number, { table = trained }: SampleOptions): (sigma: Sigma) => number {
  const last = table.sigmas.length - 1;
  const levelOf = (t: number): number => sigmaAt(table, timestep(Math.min(t, last)));
  const high = levelOf(NOISY.from);
  const low = levelOf(NOISY.to);
  return (sigma) => (sigma <= high * (1 + NEAR) && sigma >= low * (1 - NEAR) ? eta : 0);
}

export const saSolver: Sampler = {
  id: 'sa-solver',
  label: 'SA-Solver',
  aliases: ['sa_solver', 'SASolverScheduler'],
  summary: 'Predicts and corrects with noise in the middle of the walk; varied and clean from ten steps on.',
  defaultSchedule: 'karras',
  evaluationsPerStep: 1,
  isStochastic: true,
  options: ['eta', 'sNoise', 'ensd'],
  sample,
};
