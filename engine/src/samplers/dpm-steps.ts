/** Single steps of DPM-Solver in time t = -log sigma, of first, second and third order; dpm-fast and dpm-adaptive use them. */
import type { Denoise } from '../numeric/denoise.ts';
import { sigma as asSigma, type Sigma } from '../numeric/sigma.ts';
import { highestSigma, lowestSigma, type SigmaTable } from '../numeric/sigma-table.ts';
import { combine, weightedSum, type Tensor } from '../numeric/tensor.ts';

/**
 * `steps` + 1 levels evenly spread in time over the whole table, the lowest included: what both samplers walk, whatever
 * the schedule menu says.
 */
export function evenlyTimedSigmas(table: SigmaTable, steps: number): readonly Sigma[] {
  const start = -Math.log(highestSigma(table));
  const end = -Math.log(lowestSigma(table));
  return Array.from({ length: steps + 1 }, (_, i) => asSigma(levelAt(start + ((end - start) * i) / steps)));
}

/** Level at a time. */
export const levelAt = (t: number): number => Math.exp(-t);

/** The noise in `x` at time t, by the network's prediction. */
export async function noiseAt(denoise: Denoise, x: Tensor, t: number): Promise<{ noise: Tensor; denoised: Tensor }> {
  const sigma = levelAt(t);
  const denoised = await denoise(x, asSigma(sigma));
  return { noise: combine(1 / sigma, x, -1 / sigma, denoised), denoised };
}

/** First order from t to tNext. `noise` is what noiseAt gives for (x, t), here and below. */
export function firstOrder(x: Tensor, noise: Tensor, t: number, tNext: number): Tensor {
  return combine(1, x, -levelAt(tNext) * Math.expm1(tNext - t), noise);
}

/** Second order with a look at the part `r` of the step; gives that look's noise too, for a third-order step. */
export async function secondOrder(
  denoise: Denoise,
  x: Tensor,
  noise: Tensor,
  t: number,
  tNext: number,
  r = 1 / 2,
): Promise<{ x: Tensor; noiseAtR: Tensor }> {
  const h = tNext - t;
  const at = t + r * h;
  const { noise: noiseAtR } = await noiseAt(denoise, firstOrder(x, noise, t, at), at);
  const gain = levelAt(tNext) * Math.expm1(h);
  const bend = gain / (2 * r);
  return {
    x: weightedSum([
      [1, x],
      [bend - gain, noise],
      [-bend, noiseAtR],
    ]),
    noiseAtR,
  };
}

/**
 * Third order with looks at a third and two thirds of the step.
 * @param noiseAtThird noise at a third, where a second-order step with r = 1/3 has found it already
 * @source Lu et al. 2022 (DPM-Solver), Alg. 2
 */
export async function thirdOrder(
  denoise: Denoise,
  x: Tensor,
  noise: Tensor,
  t: number,
  tNext: number,
  noiseAtThird?: Tensor,
): Promise<Tensor> {
  const [r1, r2] = [1 / 3, 2 / 3];
  const h = tNext - t;
  const at1 = t + r1 * h;
  const at2 = t + r2 * h;
  const first = noiseAtThird ?? (await noiseAt(denoise, firstOrder(x, noise, t, at1), at1)).noise;
  const gain2 = levelAt(at2) * Math.expm1(r2 * h);
  const bend2 = levelAt(at2) * (r2 / r1) * (Math.expm1(r2 * h) / (r2 * h) - 1);
  const look = weightedSum([
    [1, x],
    [bend2 - gain2, noise],
    [-bend2, first],
  ]);
  const { noise: second } = await noiseAt(denoise, look, at2);
  const gain = levelAt(tNext) * Math.expm1(h);
  const bend = (levelAt(tNext) / r2) * (Math.expm1(h) / h - 1);
  return weightedSum([
    [1, x],
    [bend - gain, noise],
    [-bend, second],
  ]);
}
