/**
 * diffusers' alphas and noise levels. They differ from the WebUI's in the last digits: betas are made in float32.
 */
import { linspace } from '../../../src/numeric/linspace.ts';
import { sigma, type Sigma } from '../../../src/numeric/sigma.ts';
import { tableOf, type SigmaTable } from '../../../src/numeric/sigma-table.ts';

const f = Math.fround;

/** Stands for an infinite level (alpha-bar 0): far beyond float32's digits, far from its largest number. */
const PURE_NOISE: Sigma = sigma(2 ** 40);

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
  return tableOf(Float64Array.from(alphas));
}

/** The level of an alpha-bar. */
export function levelOf(alpha: number): Sigma {
  return alpha === 0 ? PURE_NOISE : sigma(Math.sqrt((1 - alpha) / alpha));
}
