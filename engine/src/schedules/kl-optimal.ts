/** Evenly spread arc tangents of sigma. Ends at the lowest level, not at 0, as the WebUI has it. */
import { highestSigma, lowestSigma } from '../numeric/sigma-table.ts';
import { sigma } from '../numeric/sigma.ts';
import type { Schedule } from './types.ts';

const f = Math.fround;

/** @source Sabour et al. 2024 (Align Your Steps), the closed form of its first theorem */
export const klOptimal: Schedule = {
  id: 'kl-optimal',
  label: 'KL Optimal',
  aliases: ['kl_optimal'],
  summary: 'Closed-form optimum for a simple picture; ends at the lowest level instead of 0.',
  options: ['sigmaMin', 'sigmaMax'],
  sigmas: (table, steps, { sigmaMin = lowestSigma(table), sigmaMax = highestSigma(table) } = {}) => {
    const low = f(Math.atan(sigmaMin));
    const high = f(Math.atan(sigmaMax));
    // Rounded after every operation: near a quarter turn the tangent multiplies the last digit of its argument.
    return Array.from({ length: steps + 1 }, (_, i) => {
      const part = f(i / steps);
      return sigma(f(Math.tan(f(f(part * low) + f(f(1 - part) * high)))));
    });
  },
};
