/** DPM-Solver++(3M) for the SDE: memory of two steps and noise; one evaluation a step, wants 30 or more. */
import type { Sigma } from '../numeric/sigma.ts';
import { weightedSum, type Tensor } from '../numeric/tensor.ts';
import { differences } from './multistep.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

interface Memory {
  readonly denoised: Tensor;
  /** Step in -log sigma. */
  readonly h: number;
}

/**
 * Weights of (now, last, the one before last) for the second and third order terms.
 * @param g step in -log sigma times (1 + eta)
 */
function corrections(
  h: number,
  g: number,
  last: Memory | undefined,
  older: Memory | undefined,
): [number, number, number] {
  if (last === undefined) return [0, 0, 0];
  const phi2 = Math.expm1(-g) / g + 1;
  const r0 = last.h / h;
  if (older === undefined) return [phi2 / r0, -phi2 / r0, 0];
  const phi3 = phi2 / g - 0.5;
  const { first, second } = differences(r0, older.h / h);
  return [0, 1, 2].map((k) => phi2 * (first[k] as number) - phi3 * (second[k] as number)) as [number, number, number];
}

/** @source Lu et al. 2022 (DPM-Solver++), third order in the stochastic form of k-diffusion's sample_dpmpp_3m_sde */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const { eta = 1, sNoise = 1 } = o;
  const count = sigmas.length - 1;
  let last: Memory | undefined;
  let older: Memory | undefined;
  for (let i = 0; i < count; i++) {
    const sigma = sigmas[i] as Sigma;
    const next = sigmas[i + 1] as Sigma;
    const before = x;
    const denoised = await denoise(x, sigma);
    if (next === 0) {
      x = denoised;
    } else {
      const h = Math.log(sigma / next);
      const g = h * (1 + eta);
      const [now, then, beforeThen] = corrections(h, g, last, older);
      const terms: [number, Tensor][] = [
        [Math.exp(-g), x],
        [-Math.expm1(-g) + now, denoised],
      ];
      if (last !== undefined) terms.push([then, last.denoised]);
      if (older !== undefined) terms.push([beforeThen, older.denoised]);
      if (eta > 0) {
        terms.push([sNoise * next * Math.sqrt(-Math.expm1(-2 * eta * h)), o.noise.draw(x.shape, sigma, next)]);
      }
      x = weightedSum(terms);
      older = last;
      last = { denoised, h };
    }
    x = settle(x, next, i, o);
    yield { index: i, count, sigma, x: before, denoised };
  }
  return x;
};

export const dpmpp3mSde: Sampler = {
  id: 'dpmpp-3m-sde',
  label: 'DPM++ 3M SDE',
  aliases: ['k_dpmpp_3m_sde', 'dpmpp_3m_sde_gpu'],
  summary: 'Third order with noise: smooth detail from 30 steps on.',
  defaultSchedule: 'exponential',
  evaluationsPerStep: 1,
  isStochastic: true,
  options: ['eta', 'sNoise'],
  sample,
  dropsNextToLastSigma: true,
  usesBrownianNoise: true,
};
