/** ER-SDE: a third-order solver of an equation with noise, of a strength found to suit few steps; one evaluation a step. */
import type { Sigma } from '../numeric/sigma.ts';
import { combine, weightedSum, type Tensor } from '../numeric/tensor.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** Steps looked back on. */
const DEFAULT_ORDER = 3;
/** Places at which the integrals of a step are summed. @source the authors' code */
const PLACES = 200;

/** The strength of the noise, as a function of the level: the authors' fifth. @source Cui et al. 2023 (ER-SDE), section 4 */
const strength = (sigma: number): number => sigma * (Math.exp(sigma ** 0.3) + 10);

/** Left Riemann sums over a step of 1 / strength and of (sigma - from) / strength. */
function integralsOf(from: number, to: number): [number, number] {
  const width = (from - to) / PLACES;
  let plain = 0;
  let weighted = 0;
  for (let k = 0; k < PLACES; k++) {
    const at = to + k * width;
    const inverse = 1 / strength(at);
    plain += inverse;
    weighted += (at - from) * inverse;
  }
  return [plain * width, weighted * width];
}

/** @source Cui et al. 2023 (Elucidating the Solution Space of Extended Reverse-Time SDE), ER-SDE-Solver-3 in sigma; o.order 1 to 3 */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const { sNoise = 1, order: highest = DEFAULT_ORDER } = o;
  const count = sigmas.length - 1;
  let last: { denoised: Tensor; sigma: number; slope?: Tensor } | undefined;
  let older = NaN;
  for (let i = 0; i < count; i++) {
    const sigma = sigmas[i] as Sigma;
    const next = sigmas[i + 1] as Sigma;
    const before = x;
    const denoised = await denoise(x, sigma);
    if (next === 0) {
      x = denoised;
    } else {
      const kept = strength(next) / strength(sigma);
      const terms: [number, Tensor][] = [
        [kept, x],
        [1 - kept, denoised],
      ];
      let slope: Tensor | undefined;
      if (last !== undefined && highest > 1) {
        // Divided differences of the prediction over sigma.
        const dt = next - sigma;
        const [plain, weighted] = integralsOf(sigma, next);
        const width = sigma - last.sigma;
        slope = combine(1 / width, denoised, -1 / width, last.denoised);
        terms.push([dt + plain * strength(next), slope]);
        if (last.slope !== undefined && highest > 2) {
          const weight = (dt * dt) / 2 + weighted * strength(next);
          const span = (sigma - older) / 2;
          terms.push([weight / span, slope], [-weight / span, last.slope]);
        }
      }
      const variance = next * next - (sigma * kept) ** 2;
      if (variance > 0) terms.push([sNoise * Math.sqrt(variance), o.noise.draw(x.shape, sigma, next)]);
      x = weightedSum(terms);
      older = last?.sigma ?? NaN;
      last = { denoised, sigma, ...(slope === undefined ? {} : { slope }) };
    }
    x = settle(x, next, i, o);
    yield { index: i, count, sigma, x: before, denoised };
  }
  return x;
};

export const erSde: Sampler = {
  id: 'er-sde',
  label: 'ER-SDE',
  aliases: ['er_sde'],
  summary: 'Third order with a little noise that fades early; rich detail from ten steps on.',
  defaultSchedule: 'karras',
  evaluationsPerStep: 1,
  isStochastic: true,
  options: ['sNoise', 'ensd'],
  sample,
};
