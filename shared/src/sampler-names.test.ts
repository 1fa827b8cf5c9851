import { describe, expect, it } from 'vitest';

import type { Catalogue } from './catalogue.ts';
import { resolveSamplerName } from './sampler-names.ts';

const entry = (id: string, label: string, aliases: string[] = []) => ({ id, label, aliases, summary: '' });
const sampler = (id: string, label: string, aliases: string[] = []) => ({
  ...entry(id, label, aliases),
  defaultSchedule: 'uniform',
  evaluationsPerStep: 1,
  isStochastic: false,
});

const catalogue: Pick<Catalogue, 'samplers' | 'schedules'> = {
  samplers: [
    sampler('euler', 'Euler', ['k_euler']),
    sampler('euler-ancestral', 'Euler a', ['k_euler_a', 'k_euler_ancestral']),
    sampler('dpmpp-2m', 'DPM++ 2M', ['k_dpmpp_2m']),
    sampler('dpmpp-2m-sde', 'DPM++ 2M SDE', ['k_dpmpp_2m_sde']),
    sampler('dpmpp-2m-sde-heun', 'DPM++ 2M SDE Heun', ['k_dpmpp_2m_sde_heun']),
    sampler('ddim', 'DDIM'),
  ],
  schedules: [
    entry('automatic', 'Automatic'),
    entry('karras', 'Karras', ['ka']),
    entry('exponential', 'Exponential', ['exp']),
    entry('sgm-uniform', 'SGM Uniform', ['sgm_uniform', 'SGMUniform']),
    entry('uniform', 'Uniform'),
    entry('ddim', 'DDIM'),
  ],
};

describe('resolveSamplerName', () => {
  it.each([
    ['Euler a', 'euler-ancestral', 'automatic'],
    ['euler A', 'euler-ancestral', 'automatic'],
    ['k_euler_a', 'euler-ancestral', 'automatic'],
    ['dpmpp-2m', 'dpmpp-2m', 'automatic'],
    ['DPM++ 2M Karras', 'dpmpp-2m', 'karras'],
    ['DPM++ 2M Automatic', 'dpmpp-2m', 'automatic'],
    ['k_dpmpp_2m_ka', 'dpmpp-2m', 'karras'],
    ['DPM++ 2M SDE Exponential', 'dpmpp-2m-sde', 'exponential'],
    ['DPM++ 2M SDE Heun Karras', 'dpmpp-2m-sde-heun', 'karras'],
    ['Euler SGMUniform', 'euler', 'sgm-uniform'],
    ['Euler SGM Uniform', 'euler', 'sgm-uniform'],
    ['DDIM', 'ddim', 'automatic'],
    ['Euler DDIM', 'euler', 'ddim'],
  ])('reads %s as %s on %s', (name, id, schedule) => {
    expect(resolveSamplerName(name, catalogue)).toEqual({ sampler: id, schedule });
  });

  it.each(['', 'Karras', 'Euler b', 'DPM++ 2MKarras', 'Euler a Foo'])('knows no sampler called "%s"', (name) => {
    expect(resolveSamplerName(name, catalogue)).toBeUndefined();
  });
});
