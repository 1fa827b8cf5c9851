import { describe, expect, it } from 'vitest';

import { findSampler } from '../samplers/index.ts';
import { findSchedule } from '../schedules/index.ts';
import type { CheckpointHeader } from '../checkpoint/header.ts';
import type { TensorEntry } from '../checkpoint/tensor-entry.ts';
import { GUIDANCE_TENSOR, readDistillation } from './distilled.ts';

const named = (name: string, metadata: Record<string, string> = {}): CheckpointHeader => ({
  file: `/models/${name}.safetensors`,
  fileBytes: 0,
  modifiedMs: 0,
  metadata: new Map(Object.entries(metadata)),
  tensors: new Map(),
});

const ENTRY: TensorEntry = {
  name: GUIDANCE_TENSOR,
  dtype: 'F16',
  shape: [320, 256],
  offset: 0,
  byteLength: 320 * 256 * 2,
};

describe('a checkpoint that paints in a few steps', () => {
  it.each([
    ['sd_xl_turbo_1.0_fp16', 1, 1, 'euler-ancestral', 512],
    ['sdxl_lightning_4step', 4, 1, 'euler', undefined],
    ['sdxl_lightning_8step_unet', 8, 1, 'euler', undefined],
    ['Hyper-SDXL-1step-Unet-Comfyui', 1, 1, 'euler', undefined],
    ['realisticVision_hyper', 8, 1, 'euler', undefined],
    ['LCM_Dreamshaper_v7_4k', 6, 1, 'lcm', undefined],
    ['dreamshaperXL_v2_Turbo_dpmpp', 8, 2, 'dpmpp-sde', undefined],
  ])('is known by its name: %s', (name, steps, guidance, sampler, size) => {
    expect(readDistillation(named(name))).toMatchObject({ sampling: { steps, guidance, sampler }, size });
  });

  it('is known by its U-Net where that is told the guidance, whatever its name', () => {
    const header = { ...named('anything'), tensors: new Map([[GUIDANCE_TENSOR, ENTRY]]) };
    expect(readDistillation(header)).toMatchObject({ sampling: { steps: 4, guidance: 8, sampler: 'lcm' } });
    expect(readDistillation(header)?.evidence).toContain('told the guidance');
  });

  it('is known by its title before its name, and says which', () => {
    const found = readDistillation(named('model', { 'modelspec.title': 'Dream Lightning' }));
    expect(found?.evidence).toBe('its defaults are those of Lightning, because modelspec.title says so');
  });

  it.each(['sd_xl_base_1.0', 'hyperrealism_v2', 'turbovision', 'talcmix', 'v1-5-pruned'])('is not %s', (name) => {
    expect(readDistillation(named(name))).toBeNull();
  });

  it('names samplers and schedules that there are', () => {
    for (const name of ['sd_turbo', 'a-lightning', 'a-hyper', 'a-lcm', 'a-turbo']) {
      const { sampler, schedule } = readDistillation(named(name))?.sampling ?? { sampler: '', schedule: '' };
      expect(findSampler(sampler).id).toBe(sampler);
      if (schedule !== 'automatic') expect(findSchedule(schedule).id).toBe(schedule);
    }
  });
});
