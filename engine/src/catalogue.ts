/** What this engine can do, as the server and the page see it: its tables, stripped of their functions. */
import type { Catalogue, Descriptor, FamilyDescriptor, SamplerDescriptor } from '@easel/shared/catalogue';
import type { RngSource } from '@easel/shared/generation';

import { families } from './families/index.ts';
import { samplers } from './samplers/index.ts';
import { automatic, schedules } from './schedules/index.ts';

const describe = ({ id, label, aliases, summary }: Descriptor): Descriptor => ({ id, label, aliases, summary });

const describeSampler = (sampler: SamplerDescriptor): SamplerDescriptor => ({
  ...describe(sampler),
  defaultSchedule: sampler.defaultSchedule,
  evaluationsPerStep: sampler.evaluationsPerStep,
  isStochastic: sampler.isStochastic,
});

const describeFamily = (family: FamilyDescriptor): FamilyDescriptor => ({
  ...describe(family),
  nativeSize: family.nativeSize,
});

const RNGS: readonly (Descriptor & { id: RngSource })[] = [
  {
    id: 'nv',
    label: 'NV',
    aliases: ['GPU'],
    summary: 'The numbers an NVIDIA GPU draws; what most shared pictures were made with.',
  },
  {
    id: 'cpu',
    label: 'CPU',
    aliases: [],
    summary: 'The numbers torch draws on the CPU; what diffusers and ComfyUI users know.',
  },
];

/** Built once per process start and sent with `ready`. */
export function catalogue(): Catalogue {
  return {
    samplers: samplers.map(describeSampler),
    schedules: [automatic, ...schedules].map(describe),
    families: families.map(describeFamily),
    rngs: RNGS.map(describe),
  };
}
