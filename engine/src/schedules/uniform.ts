/** Evenly spread timesteps: what the old samplers were published with. */
import { linspace } from '../numeric/linspace.ts';
import { levelsAt } from './levels.ts';
import type { Schedule } from './types.ts';

/** @source the WebUI's "Uniform" (k-diffusion's get_sigmas) */
export const uniform: Schedule = {
  id: 'uniform',
  label: 'Uniform',
  aliases: [],
  summary: 'Steps evenly spread over the training schedule.',
  sigmas: (table, steps) => levelsAt(table, linspace(table.sigmas.length - 1, 0, steps)),
};
