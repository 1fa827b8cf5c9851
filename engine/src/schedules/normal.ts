/** Evenly spread timesteps between two noise levels. */
import { linspace } from '../numeric/linspace.ts';
import { highestSigma, lowestSigma, timestepAt } from '../numeric/sigma-table.ts';
import { sigma } from '../numeric/sigma.ts';
import { levelsAt } from './levels.ts';
import type { Schedule } from './types.ts';

/** @source the WebUI's "Normal" */
export const normal: Schedule = {
  id: 'normal',
  label: 'Normal',
  aliases: [],
  summary: 'Uniform between the lowest and the highest level.',
  options: ['sigmaMin', 'sigmaMax'],
  sigmas: (table, steps, { sigmaMin = lowestSigma(table), sigmaMax = highestSigma(table) } = {}) =>
    levelsAt(table, linspace(timestepAt(table, sigma(sigmaMax)), timestepAt(table, sigma(sigmaMin)), steps)),
};
