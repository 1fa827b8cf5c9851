/** The table of schedules: one file per schedule, one line here. */
import type { Descriptor } from '@easel/shared/catalogue';
import { RequestError } from '@easel/shared/errors';

import { alignYourSteps } from './align-your-steps.ts';
import { beta } from './beta.ts';
import { ddim } from './ddim.ts';
import { exponential } from './exponential.ts';
import { karras } from './karras.ts';
import { klOptimal } from './kl-optimal.ts';
import { normal } from './normal.ts';
import { polyexponential } from './polyexponential.ts';
import { sgmUniform } from './sgm-uniform.ts';
import { simple } from './simple.ts';
import type { Schedule } from './types.ts';
import { uniform } from './uniform.ts';

/** In the order menus show them. */
export const schedules: readonly Schedule[] = [
  uniform,
  karras,
  exponential,
  polyexponential,
  sgmUniform,
  klOptimal,
  alignYourSteps,
  simple,
  normal,
  ddim,
  beta,
];

/** Not a schedule of its own: the one the sampler was made for. First in menus. */
export const automatic: Descriptor = {
  id: 'automatic',
  label: 'Automatic',
  aliases: [],
  summary: 'The schedule the sampler was made for.',
};

/** @throws unknown_schedule with the allowed ids */
export function findSchedule(id: string): Schedule {
  const found = schedules.find((schedule) => schedule.id === id);
  if (found !== undefined) return found;
  const allowed = [automatic, ...schedules].map((schedule) => schedule.id);
  throw new RequestError('unknown_schedule', `There is no schedule "${id}".`, {
    field: 'schedule',
    limit: allowed,
    got: id,
  });
}
