/**
 * The noise levels a network was trained at, and the way between level and timestep.
 *
 * Scaled-linear betas, 1000 steps: the same for SD1, SD2 and SDXL. Values are float32, as the reference holds them.
 */
import { sigma, timestep, type Sigma, type Timestep } from './sigma.ts';

/** Sigmas of the integer timesteps, ascending. */
export interface SigmaTable {
  /** abar of each timestep in float64, for methods that count in alphas. */
  readonly alphasCumprod: Float64Array;
  readonly sigmas: Float32Array;
  readonly logSigmas: Float32Array;
}

/** The end of the WebUI's and ComfyUI's zero-terminal-SNR table: sigma 4518.76 instead of infinity. */
const ZERO_SNR_LAST_ALPHA = 4.8973451890853435e-8;

/**
 * @source Rombach et al. 2022 (the square roots of the betas are linear); zero terminal SNR: Lin et al. 2023, Alg. 1
 * @param options.zeroTerminalSnr rescale so that the last step is (nearly) pure noise
 */
export function makeSigmaTable({
  betaStart = 0.00085,
  betaEnd = 0.012,
  count = 1000,
  zeroTerminalSnr = false,
}: { betaStart?: number; betaEnd?: number; count?: number; zeroTerminalSnr?: boolean } = {}): SigmaTable {
  const alphasCumprod = new Float64Array(count);
  const first = Math.sqrt(betaStart);
  const step = (Math.sqrt(betaEnd) - first) / (count - 1);
  let product = 1;
  for (let i = 0; i < count; i++) {
    product *= 1 - (first + step * i) ** 2;
    alphasCumprod[i] = product;
  }
  if (zeroTerminalSnr) rescaleToZeroSnr(alphasCumprod);
  return tableOf(alphasCumprod);
}

/** A table from given cumulative alphas (float64, descending). */
export function tableOf(alphasCumprod: Float64Array): SigmaTable {
  const sigmas = Float32Array.from(alphasCumprod, (abar) => {
    const a = Math.fround(abar);
    return Math.sqrt(Math.fround(Math.fround(1 - a) / a));
  });
  return { alphasCumprod, sigmas, logSigmas: sigmas.map(Math.log) };
}

function rescaleToZeroSnr(alphasCumprod: Float64Array): void {
  const last = alphasCumprod.length - 1;
  const rootFirst = Math.sqrt(alphasCumprod[0] as number);
  const rootLast = Math.sqrt(alphasCumprod[last] as number);
  const stretch = rootFirst / (rootFirst - rootLast);
  for (let i = 0; i < last; i++) alphasCumprod[i] = ((Math.sqrt(alphasCumprod[i] as number) - rootLast) * stretch) ** 2;
  alphasCumprod[last] = ZERO_SNR_LAST_ALPHA;
}

/** Lowest positive level of a table. */
export const lowestSigma = (table: SigmaTable): Sigma => sigma(table.sigmas[0] as number);

/** Highest level of a table. */
export const highestSigma = (table: SigmaTable): Sigma => sigma(table.sigmas[table.sigmas.length - 1] as number);

const f = Math.fround;

/** Level at a timestep, linear in log sigma between integers; float32 after every operation. `t` within [0, count - 1]. */
export function sigmaAt(table: SigmaTable, t: Timestep): Sigma {
  const low = Math.floor(t);
  const weight = f(f(t) - low);
  const below = f(f(1 - weight) * (table.logSigmas[low] as number));
  const above = f(weight * (table.logSigmas[Math.ceil(t)] as number));
  return sigma(f(Math.exp(f(below + above))));
}

/** Timestep of a level, the inverse of {@link sigmaAt}; levels outside the table give its first or last timestep. */
export function timestepAt(table: SigmaTable, level: Sigma): Timestep {
  const { logSigmas } = table;
  const log = f(Math.log(level));
  let low = 0;
  let high = logSigmas.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (log >= (logSigmas[middle] as number)) low = middle;
    else high = middle;
  }
  const below = logSigmas[low] as number;
  const above = logSigmas[high] as number;
  const weight = Math.min(Math.max(f(f(below - log) / f(below - above)), 0), 1);
  return timestep(f(f(f(1 - weight) * low) + f(weight * (low + 1))));
}

/** The whole timestep whose level is nearest, by the difference of levels. */
export function nearestTimestep({ sigmas }: SigmaTable, level: Sigma): Timestep {
  let nearest = 0;
  for (let t = 1; t < sigmas.length; t++) {
    if (Math.abs((sigmas[t] as number) - level) < Math.abs((sigmas[nearest] as number) - level)) nearest = t;
  }
  return timestep(nearest);
}
