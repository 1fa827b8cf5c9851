/** The table of samplers: one file per sampler, one line here. */
import { RequestError } from '@easel/shared/errors';

import { ddim } from './ddim.ts';
import { ddpm } from './ddpm.ts';
import { deis } from './deis.ts';
import { dpm2 } from './dpm-2.ts';
import { dpm2Ancestral } from './dpm-2-ancestral.ts';
import { dpm2m } from './dpm-2m.ts';
import { dpmAdaptive } from './dpm-adaptive.ts';
import { dpmFast } from './dpm-fast.ts';
import { dpmpp2m } from './dpmpp-2m.ts';
import { dpmpp2mCfgpp } from './dpmpp-2m-cfgpp.ts';
import { dpmpp2mSde, dpmpp2mSdeHeun } from './dpmpp-2m-sde.ts';
import { dpmpp2sAncestral } from './dpmpp-2s-ancestral.ts';
import { dpmpp2sAncestralCfgpp } from './dpmpp-2s-ancestral-cfgpp.ts';
import { dpmpp3m } from './dpmpp-3m.ts';
import { dpmpp3mSde } from './dpmpp-3m-sde.ts';
import { dpmppSde } from './dpmpp-sde.ts';
import { dpmpp2s, dpmpp3s } from './dpmpp-singlestep.ts';
import { erSde } from './er-sde.ts';
import { euler } from './euler.ts';
import { eulerAncestral } from './euler-ancestral.ts';
import { ddimCfgpp, eulerAncestralCfgpp, eulerCfgpp } from './euler-cfgpp.ts';
import { heun } from './heun.ts';
import { ipndm } from './ipndm.ts';
import { lcm } from './lcm.ts';
import { lms } from './lms.ts';
import { plms } from './plms.ts';
import { pndm } from './pndm.ts';
import { resMultistep, resMultistepAncestral, resMultistepAncestralCfgpp, resMultistepCfgpp } from './res-multistep.ts';
import { restart } from './restart.ts';
import { saSolver } from './sa-solver.ts';
import { tcd } from './tcd.ts';
import { unipc, unipcBh2 } from './unipc.ts';
import type { Sampler } from './types.ts';

/** In the order menus show them. */
export const samplers: readonly Sampler[] = [
  // The WebUI's, in its order.
  dpmpp2m,
  dpmppSde,
  dpmpp2mSde,
  dpmpp2mSdeHeun,
  dpmpp2sAncestral,
  dpmpp3mSde,
  eulerAncestral,
  euler,
  lms,
  heun,
  dpm2,
  dpm2Ancestral,
  dpmFast,
  dpmAdaptive,
  restart,
  ddim,
  ddimCfgpp,
  plms,
  unipc,
  lcm,
  // Those other programs have.
  ddpm,
  deis,
  dpm2m,
  dpmpp2s,
  dpmpp3s,
  dpmpp3m,
  erSde,
  ipndm,
  pndm,
  resMultistep,
  resMultistepAncestral,
  saSolver,
  tcd,
  unipcBh2,
  eulerCfgpp,
  eulerAncestralCfgpp,
  dpmpp2mCfgpp,
  dpmpp2sAncestralCfgpp,
  resMultistepCfgpp,
  resMultistepAncestralCfgpp,
];

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
