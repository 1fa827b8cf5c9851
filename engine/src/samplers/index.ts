/** The table of samplers: one file per sampler, one line here. */
import { RequestError } from '@easel/shared/errors';

import { ddim } from './ddim.ts';
import { dpmpp2m } from './dpmpp-2m.ts';
import { eulerAncestral } from './euler-ancestral.ts';
import { euler } from './euler.ts';
import { heun } from './heun.ts';
import type { Sampler } from './types.ts';

/** In the order menus show them. */
export const samplers: readonly Sampler[] = [dpmpp2m, eulerAncestral, euler, heun, ddim];

/** @throws unknown_sampler with the allowed ids */
export function findSampler(id: string): Sampler {
  const found = samplers.find((sampler) => sampler.id === id);
  if (found !== undefined) return found;
  const allowed = samplers.map((sampler) => sampler.id);
  throw new RequestError('unknown_sampler', `There is no sampler "${id}".`, {
    field: 'sampler',
    limit: allowed,
    got: id,
  });
}
