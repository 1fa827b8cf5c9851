/** Levels at quantiles of a beta distribution: dense at both ends, sparse between. */
import { betaQuantile } from '../numeric/beta-distribution.ts';
import { highestSigma, lowestSigma } from '../numeric/sigma-table.ts';
import { withZero } from './levels.ts';
import type { Schedule } from './types.ts';

/** Both parameters, as published. */
const SHAPE = 0.6;

/** @source Lee et al. 2024 (Beta Sampling is All You Need); linear in sigma as the WebUI has it, unlike ComfyUI's */
export const beta: Schedule = {
  id: 'beta',
  label: 'Beta',
  aliases: [],
  summary: 'More steps at both ends, fewer in the middle.',
  options: ['sigmaMin', 'sigmaMax', 'betaAlpha', 'betaBeta'],
  sigmas: (
    table,
    steps,
    { sigmaMin = lowestSigma(table), sigmaMax = highestSigma(table), alpha = SHAPE, beta: shape = SHAPE } = {},
  ) =>
    withZero(
      Array.from({ length: steps }, (_, i) => {
        const quantile = betaQuantile(1 - (steps > 1 ? i / (steps - 1) : 0), alpha, shape);
        return sigmaMin + quantile * (sigmaMax - sigmaMin);
      }),
    ),
};
