/**
 * How the engine's tables present themselves: the engine reports this on start, the server checks requests against it
 * and the web draws its controls from it. The tables are the truth; nobody keeps a second list.
 */
import { z } from 'zod';

import { OPTION_GROUPS } from './options/row.ts';

/** As {@link NumberLimit}. */
export const numberLimit = z.object({
  minimum: z.number(),
  maximum: z.number(),
  multipleOf: z.number().optional(),
  integer: z.boolean(),
});

/** One sampler, schedule or other named choice. */
export const descriptor = z.object({
  id: z.string(),
  label: z.string(),
  /** Other names people type, e.g. A1111's `k_euler_a`. */
  aliases: z.array(z.string()),
  /** One sentence for a tooltip. */
  summary: z.string(),
});
export type Descriptor = z.infer<typeof descriptor>;

export const samplerDescriptor = descriptor.extend({
  /** Schedule id this sampler uses when the request says `automatic`. */
  defaultSchedule: z.string(),
  /** Network evaluations per step: 2 for second-order samplers. */
  evaluationsPerStep: z.number().int(),
  /** Draws fresh noise at each step (so the result depends on more than the first draw). */
  isStochastic: z.boolean(),
  /** Ids of the options it reads, of those that not every sampler reads. */
  options: z.array(z.string()).optional(),
  /** Walks noise levels of its own, whatever the schedule menu says. */
  ignoresSchedule: z.boolean().optional(),
});
export type SamplerDescriptor = z.infer<typeof samplerDescriptor>;

export const scheduleDescriptor = descriptor.extend({
  /** Ids of the options it reads, of those that not every schedule reads. */
  options: z.array(z.string()).optional(),
});
export type ScheduleDescriptor = z.infer<typeof scheduleDescriptor>;

/** One of the text encoders that read a prompt side by side. */
const textEncoderDescriptor = z.object({
  /** As people call it, e.g. `CLIP-L`. */
  label: z.string(),
  /** Id that fills a chunk behind its end mark. */
  padding: z.number().int(),
  /** How it cuts text into tokens. */
  dialect: z.enum(['clip', 'open-clip']),
});

export const familyDescriptor = descriptor.extend({
  nativeSize: z.number().int(),
  /** In the order in which their states lie side by side. */
  textEncoders: z.array(textEncoderDescriptor).readonly().optional(),
  /** Families of the same word read each other's latents, so that one can refine what the other began. */
  latents: z.string().optional(),
  /** Ids of the options it reads, of those that not every family reads. */
  options: z.array(z.string()).optional(),
});
export type FamilyDescriptor = z.infer<typeof familyDescriptor>;

const optionValue = z.union([z.number(), z.boolean(), z.string()]);

/** One row of the table of options (shared/src/options), as the page draws its control from it. */
export const optionDescriptor = z.object({
  /** Field of the request. */
  id: z.string(),
  label: z.string(),
  summary: z.string(),
  group: z.enum(OPTION_GROUPS),
  kind: z.enum(['number', 'toggle', 'choice', 'model']),
  /** What it is where a request leaves it out; null = no one value. */
  neutral: optionValue.nullable(),
  limit: numberLimit.optional(),
  step: z.number().optional(),
  usualMaximum: z.number().optional(),
  choices: z.array(z.object({ id: z.string(), label: z.string() })).optional(),
  /** Of a model: which kind of file. */
  of: z.enum(['checkpoint', 'vae', 'upscaler']).optional(),
  /** Who must list it for it to have an effect. */
  readBy: z.enum(['any', 'sampler', 'schedule', 'family']),
  /** The option it belongs to. */
  needs: z.object({ id: z.string(), is: z.string().optional() }).optional(),
  isCommon: z.boolean(),
});
export type OptionDescriptor = z.infer<typeof optionDescriptor>;

export const catalogue = z.object({
  samplers: z.array(samplerDescriptor),
  schedules: z.array(scheduleDescriptor),
  families: z.array(familyDescriptor),
  rngs: z.array(descriptor),
  options: z.array(optionDescriptor),
});
export type Catalogue = z.infer<typeof catalogue>;
