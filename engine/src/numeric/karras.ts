/** Karras et al.'s spacing of noise levels; a schedule and a sampler use it. */
import { linspace } from './linspace.ts';

const f = Math.fround;

/**
 * `count` float32 levels from `high` down to `low`, evenly spread in their `rho`-th root; one level is `high`.
 *
 * Rounded after every operation, as torch does: Brownian noise is drawn by these numbers, and a difference in their last
 * digit is a difference of half a percent in the noise.
 *
 * @source Karras et al. 2022, eq. 5; rho = 7 as they recommend
 */
export function karrasLevels(count: number, low: number, high: number, rho = 7): number[] {
  const first = high ** (1 / rho);
  const last = low ** (1 / rho);
  return Array.from(linspace(0, 1, count), (ramp) => f(f(f(first) + f(ramp * f(last - first))) ** rho));
}
