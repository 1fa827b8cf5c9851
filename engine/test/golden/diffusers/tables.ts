/**
 * diffusers' alphas and noise levels. They differ from the WebUI's in the last digits: betas are made in float32.
 */
import { linspace } from '../../../src/numeric/linspace.ts';
import { sigma, type Sigma } from '../../../src/numeric/sigma.ts';
import { tableOf, type SigmaTable } from '../../../src/numeric/sigma-table.ts';

const f = Math.fround;

/** Stands for an infinite level (alpha-bar 0): far beyond float32's digits, far from its largest number. */
const PURE_NOISE: Sigma = sigma(2 ** 40);

/**
 * Timesteps of Stable Diffusion's table whose level torch has one float32 step higher or lower than the square root is: its
 * library for vectors rounds that freely. Measured with torch 2.13 (CPU, MKL); what hangs on the last digit of a level
 * (Brownian noise, the ancestral split of long steps) can only be compared with these.
 */
const TORCH_ROOTS = {
  higher: [
    0, 3, 33, 36, 44, 48, 52, 54, 85, 92, 107, 108, 126, 129, 155, 159, 168, 170, 175, 183, 187, 189, 201, 212, 256,
    263, 280, 283, 287, 288, 293, 295, 313, 315, 323, 333, 334, 336, 337, 338, 345, 346, 348, 349, 351, 353, 354, 375,
    461, 467, 470, 479, 490, 496, 498, 502, 503, 514, 515, 518, 519, 522, 525, 529, 530, 534, 537, 540, 546, 554, 560,
    565, 566, 615, 660, 663, 675, 677, 688, 692, 708, 713, 722, 739, 754, 763, 774, 779, 782, 803, 835, 836, 841, 846,
    863, 875, 880, 881, 883, 887, 960, 986, 996, 997, 998,
  ],
  lower: [
    21, 23, 51, 114, 133, 135, 137, 147, 148, 162, 167, 169, 171, 182, 193, 205, 213, 228, 240, 246, 260, 273, 289, 291,
    292, 311, 321, 324, 330, 331, 340, 342, 343, 356, 358, 363, 364, 379, 383, 389, 404, 408, 414, 429, 433, 444, 464,
    471, 489, 532, 535, 542, 548, 557, 558, 563, 586, 593, 597, 602, 639, 671, 695, 704, 706, 716, 717, 719, 721, 736,
    742, 750, 765, 778, 806, 853, 888, 897, 900, 914, 937, 964, 975, 989, 992,
  ],
};

/** What of a scheduler's config makes its table. */
export interface TableConfig {
  readonly beta_start: number;
  readonly beta_end: number;
  readonly beta_schedule: string;
  readonly num_train_timesteps: number;
  readonly rescale_betas_zero_snr: boolean;
}

function betasOf(config: TableConfig): Float32Array {
  const { beta_start: start, beta_end: end, num_train_timesteps: count } = config;
  if (config.beta_schedule === 'linear') return linspace(start, end, count);
  return linspace(Math.sqrt(start), Math.sqrt(end), count).map((root) => root * root);
}

/** alpha-bar after zero terminal SNR, every operation in float32 as torch does it. */
function rescaled(alphasCumprod: Float32Array): Float32Array {
  const roots = alphasCumprod.map(Math.sqrt);
  const first = roots[0] as number;
  const last = roots[roots.length - 1] as number;
  const stretch = f(first / f(first - last));
  const squares = roots.map((root) => f(f(root - last) * stretch) ** 2);
  // The schedulers go back to betas and multiply them up again.
  let product = 1;
  return squares.map((value, i) => {
    const alpha = i === 0 ? value : f(value / (squares[i - 1] as number));
    product *= f(1 - f(1 - alpha));
    return product;
  });
}

/** @param lastAlpha what an alpha-bar of 0 at the end is replaced by; absent = stays 0 */
export function diffusersTable(config: TableConfig, lastAlpha?: number): SigmaTable {
  let product = 1;
  let alphas: Float32Array = betasOf(config).map((beta) => (product *= f(1 - beta)));
  if (config.rescale_betas_zero_snr) {
    alphas = rescaled(alphas);
    if (lastAlpha !== undefined) alphas[alphas.length - 1] = lastAlpha;
  }
  const table = tableOf(Float64Array.from(alphas));
  return isStableDiffusion(config) ? asTorchHasIt(table) : table;
}

const isStableDiffusion = (config: TableConfig): boolean =>
  config.beta_schedule === 'scaled_linear' &&
  config.beta_start === 0.00085 &&
  config.beta_end === 0.012 &&
  config.num_train_timesteps === 1000 &&
  !config.rescale_betas_zero_snr;

function asTorchHasIt(table: SigmaTable): SigmaTable {
  const sigmas = table.sigmas.slice();
  const bits = new Uint32Array(sigmas.buffer);
  for (const t of TORCH_ROOTS.higher) bits[t] = (bits[t] as number) + 1;
  for (const t of TORCH_ROOTS.lower) bits[t] = (bits[t] as number) - 1;
  return { ...table, sigmas, logSigmas: sigmas.map(Math.log) };
}

/** The level of an alpha-bar. */
export function levelOf(alpha: number): Sigma {
  return alpha === 0 ? PURE_NOISE : sigma(Math.sqrt((1 - alpha) / alpha));
}
