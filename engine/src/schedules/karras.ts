/** Karras et al.'s schedule: small steps near the end, where detail is decided. */
import { karrasLevels } from '../numeric/karras.ts';
import { highestSigma, lowestSigma } from '../numeric/sigma-table.ts';
import { withZero } from './levels.ts';
import type { Schedule } from './types.ts';

/** @source Karras et al. 2022, eq. 5 */
export const karras: Schedule = {
  id: 'karras',
  label: 'Karras',
  aliases: ['ka', 'k'],
  summary: 'Larger steps in the noise, finer ones near the picture.',
  options: ['sigmaMin', 'sigmaMax', 'rho'],
  sigmas: (table, steps, { sigmaMin = lowestSigma(table), sigmaMax = highestSigma(table), rho } = {}) =>
    withZero(karrasLevels(steps, sigmaMin, sigmaMax, rho)),
};
