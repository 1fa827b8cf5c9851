/** Karras et al.'s schedule: small steps near the end, where detail is decided. */
import { highestSigma, lowestSigma } from '../numeric/sigma-table.ts';
import { spread, withZero } from './spread.ts';
import type { Schedule } from './types.ts';

/** @source Karras et al. 2022, eq. 5; rho = 7 as they recommend */
export const karras: Schedule = {
  id: 'karras',
  label: 'Karras',
  aliases: ['ka'],
  summary: 'Larger steps in the noise, finer ones near the picture.',
  sigmas: (table, steps, { sigmaMin = lowestSigma(table), sigmaMax = highestSigma(table), rho = 7 } = {}) => {
    const low = sigmaMin ** (1 / rho);
    const high = sigmaMax ** (1 / rho);
    return withZero(spread(0, 1, steps).map((ramp) => (high + ramp * (low - high)) ** rho));
  },
};
