/** DPM-Solver++ from memory, of order 1 to 3, with or without noise; DPM++ 3M is its third order without. */
import type { Sigma } from '../numeric/sigma.ts';
import { weightedSum, type Tensor } from '../numeric/tensor.ts';
import { differences, firstDifference, orderAt } from './multistep.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

export interface DpmppMultistep {
  /** Steps looked back on, this one included: 1 to 3. */
  readonly order: number;
  /** How a step of second order is made. */
  readonly second?: 'midpoint' | 'heun';
  /** Noise where the options say nothing; 0 when absent. */
  readonly eta?: number;
  /** Lower orders in the last steps of a short walk; true when absent. */
  readonly lowersAtEnd?: boolean;
  /** The last step is of first order in long walks too. */
  readonly endsFirstOrder?: boolean;
  /** The constant of the third-order term is subtracted instead of added, as diffusers has it in its form with noise. */
  readonly subtractsThirdConstant?: boolean;
}

interface Memory {
  readonly denoised: Tensor;
  /** The step made from it, in -log sigma. */
  readonly h: number;
}

/** Weights on (now, last, the one before) beside the first-order ones. `g` = h (1 + eta). */
function correctionsOf(how: DpmppMultistep, order: number, h: number, g: number, memory: readonly Memory[]): number[] {
  const [last, older] = memory;
  if (order === 1 || last === undefined) return [];
  const phi2 = Math.expm1(-g) / g + 1;
  const r0 = last.h / h;
  if (order === 2 || older === undefined) {
    const weight = how.second === 'heun' ? phi2 : -Math.expm1(-g) / 2;
    return firstDifference(r0).map((each) => weight * each);
  }
  const { first, second } = differences(r0, older.h / h);
  const constant = how.subtractsThirdConstant === true ? -0.5 : 0.5;
  return first.map((each, k) => phi2 * each - (phi2 / g - constant) * (second[k] as number));
}

/** @source Lu et al. 2022 (DPM-Solver++), Alg. 2 and its third order; with noise: the SDE form of the same */
export const makeDpmppSample = (how: DpmppMultistep): Sample =>
  async function* (denoise, x, sigmas, o) {
    const { eta = how.eta ?? 0, sNoise = 1 } = o;
    const count = sigmas.length - 1;
    let memory: Memory[] = [];
    for (let i = 0; i < count; i++) {
      const sigma = sigmas[i] as Sigma;
      const next = sigmas[i + 1] as Sigma;
      const before = x;
      const denoised = await denoise(x, sigma);
      if (next === 0) {
        x = denoised;
      } else {
        const isLast = i + 1 === count && how.endsFirstOrder === true;
        const order = isLast ? 1 : orderAt(i, count, how.order, how.lowersAtEnd);
        const h = Math.log(sigma / next);
        const g = h * (1 + eta);
        const [now = 0, ...earlier] = correctionsOf(how, order, h, g, memory);
        const terms: [number, Tensor][] = [
          [Math.exp(-g), x],
          [now - Math.expm1(-g), denoised],
          ...earlier.map((weight, k): [number, Tensor] => [weight, (memory[k] as Memory).denoised]),
        ];
        if (eta > 0) {
          terms.push([sNoise * next * Math.sqrt(-Math.expm1(-2 * eta * h)), o.noise.draw(x.shape, sigma, next)]);
        }
        x = weightedSum(terms);
        memory = [{ denoised, h }, ...memory].slice(0, 2);
      }
      x = settle(x, next, i, o);
      yield { index: i, count, sigma, x: before, denoised };
    }
    return x;
  };

export const dpmpp3m: Sampler = {
  id: 'dpmpp-3m',
  label: 'DPM++ 3M',
  aliases: [],
  summary: 'DPM++ 2M with one more step of memory; no noise, a little sharper from 20 steps on.',
  defaultSchedule: 'karras',
  evaluationsPerStep: 1,
  isStochastic: false,
  sample: makeDpmppSample({ order: 3 }),
};
