/** DPM-Solver-fast: as many evaluations as steps were asked for, spent in steps of third order. */
import { sigma as asSigma, type Sigma } from '../numeric/sigma.ts';
import { addScaled, type Tensor } from '../numeric/tensor.ts';
import { ancestralSplit } from './ancestral.ts';
import { evenlyTimedSigmas, firstOrder, levelAt, noiseAt, secondOrder, thirdOrder } from './dpm-steps.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** Orders of the steps that together take `evaluations`. @source Lu et al. 2022 (DPM-Solver), appendix D.3 */
function ordersOf(evaluations: number): number[] {
  const third = Math.floor(evaluations / 3);
  const rest = evaluations % 3;
  if (rest !== 0) return [...Array.from({ length: third }, () => 3), rest];
  return [...Array.from({ length: third - 1 }, () => 3), 2, 1];
}

/**
 * Walks evenly in log sigma from the first to the last level, which is not 0 and whose noise stays in; of the levels
 * between only the number counts. eta 0 when absent, as in k-diffusion; requests get the
 * WebUI's 1.
 */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const { eta = 0, sNoise = 1 } = o;
  const start = -Math.log(sigmas[0] as Sigma);
  const end = -Math.log(sigmas.at(-1) as Sigma);
  const orders = ordersOf(sigmas.length - 1);
  for (const [index, order] of orders.entries()) {
    const t = start + ((end - start) * index) / orders.length;
    const tNext = start + ((end - start) * (index + 1)) / orders.length;
    const sigma = asSigma(levelAt(t));
    const next = asSigma(levelAt(tNext));
    // With noise, down to a lower level first; never beyond the end.
    const down = eta > 0 ? Math.min(end, -Math.log(ancestralSplit(sigma, next, eta).down)) : tNext;
    const up = eta > 0 ? Math.sqrt(Math.max(next * next - levelAt(down) ** 2, 0)) : 0;
    const before = x;
    const { noise, denoised } = await noiseAt(denoise, x, t);
    const steps: (() => Promise<Tensor> | Tensor)[] = [
      () => firstOrder(before, noise, t, down),
      async () => (await secondOrder(denoise, before, noise, t, down)).x,
      () => thirdOrder(denoise, before, noise, t, down),
    ];
    x = (await steps[order - 1]?.()) ?? x;
    if (up > 0) x = addScaled(x, sNoise * up, o.noise.draw(x.shape, sigma, next));
    x = settle(x, next, index, o);
    yield { index, count: orders.length, sigma, x: before, denoised };
  }
  return x;
};

export const dpmFast: Sampler = {
  id: 'dpm-fast',
  label: 'DPM fast',
  aliases: ['k_dpm_fast'],
  summary: 'Third-order steps with as many evaluations as steps were asked for.',
  defaultSchedule: 'uniform',
  evaluationsPerStep: 1,
  isStochastic: true,
  options: ['eta', 'sNoise', 'ensd'],
  requestedEta: 1,
  sample,
  ownSigmas: evenlyTimedSigmas,
};
