/** Published step tables, found by optimisation for each family, stretched to the number of steps asked for. */
import { withZero } from './levels.ts';
import type { Schedule } from './types.ts';

/** @source Sabour et al. 2024, https://research.nvidia.com/labs/toronto-ai/AlignYourSteps/howto.html */
const TABLES = {
  sd15: [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029],
  sdxl: [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.38, 0.234, 0.113, 0.029],
} as const;

/** Log-linear between the entries of `levels`, at `count` evenly spread places. */
function stretch(levels: readonly number[], count: number): number[] {
  if (count === levels.length) return [...levels];
  const last = levels.length - 1;
  return Array.from({ length: count }, (_, i) => {
    // Counted from the small end, so that a single step begins at the smallest level as the reference has it.
    const place = last - (count > 1 ? ((count - 1 - i) / (count - 1)) * last : 0);
    const low = Math.min(Math.floor(place), last - 1);
    const weight = place - low;
    return Math.exp((1 - weight) * Math.log(levels[low] as number) + weight * Math.log(levels[low + 1] as number));
  });
}

export const alignYourSteps: Schedule = {
  id: 'align-your-steps',
  label: 'Align Your Steps',
  aliases: ['align_your_steps', 'AYS'],
  summary: 'Tables optimised for about ten steps.',
  sigmas: (_table, steps, { base = 'sd15' } = {}) => withZero(stretch(TABLES[base], steps)),
};
