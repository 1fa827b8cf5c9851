/** The levels the WebUI's DDIM and PLMS walk, whatever the schedule menu says. */
import { sigma, type Sigma } from '../numeric/sigma.ts';
import type { SigmaTable } from '../numeric/sigma-table.ts';

/**
 * Timesteps 1, 1 + d, 1 + 2d, ... with d = 1000 div steps, from the highest down. Where steps does not divide 1000
 * there are more of them than asked for; the walk has one step less than there are levels, and does not end in 0.
 * A single step, which the WebUI answers with bare noise, goes from the highest level to timestep 1 here.
 */
export function webuiTimestepSigmas({ alphasCumprod }: SigmaTable, steps: number): readonly Sigma[] {
  const last = alphasCumprod.length - 1;
  const stride = Math.max(Math.floor(alphasCumprod.length / steps), 1);
  const timesteps: number[] = [];
  for (let t = 0; t <= last; t += stride) timesteps.push(Math.min(t + 1, last));
  if (timesteps.length < 2) timesteps.push(last);
  return timesteps.toReversed().map((t) => {
    const alpha = alphasCumprod[t] as number;
    return sigma(Math.sqrt((1 - alpha) / alpha));
  });
}
