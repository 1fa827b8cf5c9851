/** What this engine can do, as the server and the page see it: its tables, stripped of their functions. */
import type { Catalogue, Descriptor, FamilyDescriptor, ScheduleDescriptor } from '@easel/shared/catalogue';
import type { RngSource } from '@easel/shared/generation';
import { describeOption } from '@easel/shared/options/describe';
import { OPTION_IDS } from '@easel/shared/options/values';

import { families } from './families/index.ts';
import { samplers } from './samplers/index.ts';
import type { Sampler } from './samplers/types.ts';
import { automatic, schedules } from './schedules/index.ts';

const describe = ({ id, label, aliases, summary }: Descriptor): Descriptor => ({ id, label, aliases, summary });

/** What follows from the form of a sampler's record needs no mention in it. */
const describeSampler = (sampler: Sampler): Catalogue['samplers'][number] => ({
  ...describe(sampler),
  defaultSchedule: sampler.defaultSchedule,
  evaluationsPerStep: sampler.evaluationsPerStep,
  isStochastic: sampler.isStochastic,
  options: [
    ...(sampler.options ?? []),
    ...(sampler.ownSigmas === undefined ? ['discardPenultimateSigma'] : []),
    ...(sampler.initialScale === undefined ? ['sgmNoiseMultiplier'] : []),
  ],
  ignoresSchedule: sampler.ownSigmas !== undefined,
});

const describeSchedule = (schedule: ScheduleDescriptor): ScheduleDescriptor => ({
  ...describe(schedule),
  options: schedule.options ?? [],
});

const describeFamily = (family: FamilyDescriptor): FamilyDescriptor => ({
  ...describe(family),
  nativeSize: family.nativeSize,
  ...(family.latents === undefined ? {} : { latents: family.latents }),
  textEncoders: family.textEncoders ?? [],
  options: family.options ?? [],
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
    schedules: [automatic, ...schedules].map(describeSchedule),
    families: families.map(describeFamily),
    rngs: RNGS.map(describe),
    options: OPTION_IDS.map(describeOption),
  };
}
