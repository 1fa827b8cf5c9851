/** What a network is told at a noise level: read off the training table, or off a list made with the levels. */
import { StudioError } from '@easel/shared/errors';

import type { Sigma, Timestep } from '../numeric/sigma.ts';
import { timestepAt, type SigmaTable } from '../numeric/sigma-table.ts';
import type { TimestepOf } from './types.ts';

/** Fractional timesteps, linear in log sigma: the WebUI's way, right for every schedule. */
export const interpolatedTimesteps =
  (table: SigmaTable): TimestepOf =>
  (sigma) =>
    timestepAt(table, sigma);

/**
 * The timesteps that were made together with the levels (diffusers' way, where the two need not agree exactly).
 *
 * @param sigmas levels, one per timestep; further ones (the closing 0) may follow
 * @throws graph_invalid at a level that is not in the list
 */
export function listedTimesteps(sigmas: readonly Sigma[], timesteps: readonly Timestep[]): TimestepOf {
  const known = new Map<number, Timestep>(timesteps.map((timestep, i) => [sigmas[i] as number, timestep]));
  return (sigma) => {
    const timestep = known.get(sigma);
    if (timestep === undefined) throw new StudioError('graph_invalid', `Noise level ${sigma} has no listed timestep.`);
    return timestep;
  };
}
