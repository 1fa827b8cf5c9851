import { resolveSamplerName } from '@easel/shared/sampler-names';
import { describe, expect, it } from 'vitest';

import { automatic, schedules } from '../schedules/index.ts';
import { samplers } from './index.ts';

const catalogue = { samplers: [...samplers], schedules: [automatic, ...schedules] };

const resolve = (name: string): string | undefined => {
  const choice = resolveSamplerName(name, catalogue);
  return choice && (choice.schedule === 'automatic' ? choice.sampler : `${choice.sampler} ${choice.schedule}`);
};

/** Names of one program with what they mean here; a name alone means the id it looks like. */
type Names = readonly (string | readonly [name: string, meaning: string])[];

const WEBUI: Names = [
  ['DPM++ 2M', 'dpmpp-2m'],
  ['DPM++ SDE', 'dpmpp-sde'],
  ['DPM++ 2M SDE', 'dpmpp-2m-sde'],
  ['DPM++ 2M SDE Heun', 'dpmpp-2m-sde-heun'],
  ['DPM++ 2S a', 'dpmpp-2s-ancestral'],
  ['DPM++ 3M SDE', 'dpmpp-3m-sde'],
  ['Euler a', 'euler-ancestral'],
  ['Euler', 'euler'],
  ['LMS', 'lms'],
  ['Heun', 'heun'],
  ['DPM2', 'dpm-2'],
  ['DPM2 a', 'dpm-2-ancestral'],
  ['DPM fast', 'dpm-fast'],
  ['DPM adaptive', 'dpm-adaptive'],
  ['Restart', 'restart'],
  ['DDIM', 'ddim'],
  ['DDIM CFG++', 'ddim-cfgpp'],
  ['PLMS', 'plms'],
  ['UniPC', 'unipc'],
  ['LCM', 'lcm'],
  ['k_dpmpp_2s_a', 'dpmpp-2s-ancestral'],
  ['k_dpm_ad', 'dpm-adaptive'],
  // Those of versions before 1.9, which say the schedule too.
  ['DPM++ 2M Karras', 'dpmpp-2m karras'],
  ['DPM++ SDE Karras', 'dpmpp-sde karras'],
  ['DPM++ 2M SDE Exponential', 'dpmpp-2m-sde exponential'],
  ['DPM++ 2M SDE Heun Karras', 'dpmpp-2m-sde-heun karras'],
  ['DPM++ 2M SDE Heun Exponential', 'dpmpp-2m-sde-heun exponential'],
  ['DPM++ 3M SDE Karras', 'dpmpp-3m-sde karras'],
  ['DPM++ 2S a Karras', 'dpmpp-2s-ancestral karras'],
  ['LMS Karras', 'lms karras'],
  ['DPM2 Karras', 'dpm-2 karras'],
  ['DPM2 a Karras', 'dpm-2-ancestral karras'],
];

const COMFYUI: Names = [
  'euler',
  ['euler_cfg_pp', 'euler-cfgpp'],
  'euler_ancestral',
  ['euler_ancestral_cfg_pp', 'euler-ancestral-cfgpp'],
  'heun',
  'dpm_2',
  'dpm_2_ancestral',
  'lms',
  'dpm_fast',
  'dpm_adaptive',
  'dpmpp_2s_ancestral',
  ['dpmpp_2s_ancestral_cfg_pp', 'dpmpp-2s-ancestral-cfgpp'],
  'dpmpp_sde',
  ['dpmpp_sde_gpu', 'dpmpp-sde'],
  'dpmpp_2m',
  ['dpmpp_2m_cfg_pp', 'dpmpp-2m-cfgpp'],
  'dpmpp_2m_sde',
  ['dpmpp_2m_sde_gpu', 'dpmpp-2m-sde'],
  'dpmpp_2m_sde_heun',
  ['dpmpp_2m_sde_heun_gpu', 'dpmpp-2m-sde-heun'],
  'dpmpp_3m_sde',
  ['dpmpp_3m_sde_gpu', 'dpmpp-3m-sde'],
  'ddpm',
  'lcm',
  'ipndm',
  'deis',
  'res_multistep',
  ['res_multistep_cfg_pp', 'res-multistep-cfgpp'],
  'res_multistep_ancestral',
  ['res_multistep_ancestral_cfg_pp', 'res-multistep-ancestral-cfgpp'],
  'er_sde',
  'sa_solver',
  'ddim',
  ['uni_pc', 'unipc'],
  ['uni_pc_bh2', 'unipc-bh2'],
];

const DIFFUSERS: Names = [
  ['DDIMScheduler', 'ddim'],
  ['DDPMScheduler', 'ddpm'],
  ['DEISMultistepScheduler', 'deis'],
  ['DPMSolverMultistepScheduler', 'dpmpp-2m'],
  ['DPMSolverSDEScheduler', 'dpmpp-sde'],
  ['DPMSolverSinglestepScheduler', 'dpmpp-2s'],
  ['EDMDPMSolverMultistepScheduler', 'dpmpp-2m'],
  ['EDMEulerScheduler', 'euler'],
  ['EulerAncestralDiscreteScheduler', 'euler-ancestral'],
  ['EulerDiscreteScheduler', 'euler'],
  ['HeunDiscreteScheduler', 'heun'],
  ['IPNDMScheduler', 'ipndm'],
  ['KDPM2AncestralDiscreteScheduler', 'dpm-2-ancestral'],
  ['KDPM2DiscreteScheduler', 'dpm-2'],
  ['LCMScheduler', 'lcm'],
  ['LMSDiscreteScheduler', 'lms'],
  ['PNDMScheduler', 'plms'],
  ['SASolverScheduler', 'sa-solver'],
  ['TCDScheduler', 'tcd'],
  ['UniPCMultistepScheduler', 'unipc-bh2'],
];

const INVOKEAI: Names = [
  'ddim',
  'ddpm',
  'deis',
  ['deis_k', 'deis karras'],
  'dpmpp_2s',
  ['dpmpp_2s_k', 'dpmpp-2s karras'],
  ['dpmpp_2m_k', 'dpmpp-2m karras'],
  ['dpmpp_2m_sde_k', 'dpmpp-2m-sde karras'],
  'dpmpp_3m',
  ['dpmpp_sde_k', 'dpmpp-sde karras'],
  ['euler_k', 'euler karras'],
  ['euler_a', 'euler-ancestral'],
  ['heun_k', 'heun karras'],
  ['kdpm_2', 'dpm-2'],
  ['kdpm_2_k', 'dpm-2 karras'],
  ['kdpm_2_a', 'dpm-2-ancestral'],
  'pndm',
  'unipc',
  'lcm',
  'tcd',
];

describe.each([
  ['the WebUI', WEBUI],
  ['ComfyUI', COMFYUI],
  ['diffusers', DIFFUSERS],
  ['InvokeAI', INVOKEAI],
] as const)('names of %s', (_program, names) => {
  it.each(names.map((entry) => (typeof entry === 'string' ? ([entry, entry.replaceAll('_', '-')] as const) : entry)))(
    '%s means %s',
    (name, meaning) => {
      expect(resolve(name)).toBe(meaning);
    },
  );
});
