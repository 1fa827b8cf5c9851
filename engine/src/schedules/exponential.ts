/** Geometric levels: every step removes the same fraction of the noise. */
import { linspace } from '../numeric/linspace.ts';
import { highestSigma, lowestSigma } from '../numeric/sigma-table.ts';
import { withZero } from './levels.ts';
import type { Schedule } from './types.ts';

/** @source k-diffusion's exponential schedule */
export const exponential: Schedule = {
  id: 'exponential',
  label: 'Exponential',
  aliases: ['exp'],
  summary: 'Each step removes the same fraction of the noise.',
  options: ['sigmaMin', 'sigmaMax'],
  sigmas: (table, steps, { sigmaMin = lowestSigma(table), sigmaMax = highestSigma(table) } = {}) =>
    withZero(linspace(Math.log(sigmaMax), Math.log(sigmaMin), steps).map(Math.exp)),
};
