/** Evenly spread timesteps that stop one step early, so that the last jump goes from a visible level to 0. */
import { linspace } from '../numeric/linspace.ts';
import { highestSigma, lowestSigma, timestepAt } from '../numeric/sigma-table.ts';
import { sigma } from '../numeric/sigma.ts';
import { levelsAt } from './levels.ts';
import type { Schedule } from './types.ts';

/** @source Stability's generative-models, as the WebUI's "SGM Uniform" */
export const sgmUniform: Schedule = {
  id: 'sgm-uniform',
  label: 'SGM Uniform',
  aliases: ['sgm_uniform', 'SGMUniform'],
  summary: 'Uniform without its last, smallest level; made for models that draw in few steps.',
  options: ['sigmaMin', 'sigmaMax'],
  sigmas: (table, steps, { sigmaMin = lowestSigma(table), sigmaMax = highestSigma(table) } = {}) => {
    const start = timestepAt(table, sigma(sigmaMax));
    const end = timestepAt(table, sigma(sigmaMin));
    return levelsAt(table, linspace(start, end, steps + 1).slice(0, -1));
  },
};
