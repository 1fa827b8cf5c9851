/** Levels on a power curve in log sigma; with rho = 1 the same as exponential. */
import { linspace } from '../numeric/linspace.ts';
import { highestSigma, lowestSigma } from '../numeric/sigma-table.ts';
import { withZero } from './levels.ts';
import type { Schedule } from './types.ts';

/** @source k-diffusion's polyexponential schedule */
export const polyexponential: Schedule = {
  id: 'polyexponential',
  label: 'Polyexponential',
  aliases: [],
  summary: 'Exponential with an adjustable curve.',
  options: ['sigmaMin', 'sigmaMax', 'rho'],
  sigmas: (table, steps, { sigmaMin = lowestSigma(table), sigmaMax = highestSigma(table), rho = 1 } = {}) => {
    const low = Math.log(sigmaMin);
    const high = Math.log(sigmaMax);
    return withZero(linspace(1, 0, steps).map((ramp) => Math.exp(low + ramp ** rho * (high - low))));
  },
};
