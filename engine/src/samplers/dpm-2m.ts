/** DPM-Solver (without ++) from memory: the same solver on the predicted noise instead of the picture. */
import type { Sigma } from '../numeric/sigma.ts';
import type { Tensor } from '../numeric/tensor.ts';
import { differences, firstDifference, orderAt } from './multistep.ts';
import { slopeOf, stepBySlopes } from './slopes.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

interface Memory {
  readonly slope: Tensor;
  /** The step made from it, in -log sigma. */
  readonly h: number;
}

/** Weights on the slopes for the step of length h that ends at `next`: all of it, not only what Euler leaves. */
function weightsOf(order: number, second: 'midpoint' | 'heun', h: number, next: number, memory: readonly Memory[]) {
  const gain = next * Math.expm1(h);
  const phi = next * (Math.expm1(h) / h - 1);
  const [last, older] = memory;
  if (order === 1 || last === undefined) return [-gain];
  const r0 = last.h / h;
  if (order === 2 || older === undefined) {
    const bend = second === 'heun' ? phi : gain / 2;
    return firstDifference(r0).map((each, k) => -bend * each - (k === 0 ? gain : 0));
  }
  const curve = next * ((Math.expm1(h) - h) / (h * h) - 0.5);
  const { first, second: twice } = differences(r0, older.h / h);
  return first.map((each, k) => -phi * each - curve * (twice[k] as number) - (k === 0 ? gain : 0));
}

/** @source Lu et al. 2022 (DPM-Solver), multistep as its authors' code and diffusers have it; o.order 1 to 3 */
export const makeDpmSample = (
  order: number,
  second: 'midpoint' | 'heun' = 'midpoint',
  lowersAtEnd = true,
  endsFirstOrder = false,
): Sample =>
  async function* (denoise, x, sigmas, o) {
    const { order: highest = order } = o;
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
        const h = Math.log(sigma / next);
        const used = endsFirstOrder && i + 1 === count ? 1 : orderAt(i, count, highest, lowersAtEnd);
        const slope = slopeOf(x, sigma, denoised);
        const weights = weightsOf(used, second, h, next, memory);
        const slopes = [slope, ...memory.map((each) => each.slope)].slice(0, weights.length);
        x = stepBySlopes(x, denoised, sigma, next, slopes, weights);
        memory = [{ slope, h }, ...memory].slice(0, 2);
      }
      x = settle(x, next, i, o);
      yield { index: i, count, sigma, x: before, denoised };
    }
    return x;
  };

export const dpm2m: Sampler = {
  id: 'dpm-2m',
  label: 'DPM 2M',
  aliases: [],
  summary: 'The older DPM-Solver on the predicted noise; for little guidance, where it is more exact than DPM++.',
  defaultSchedule: 'karras',
  evaluationsPerStep: 1,
  isStochastic: false,
  sample: makeDpmSample(2),
};
