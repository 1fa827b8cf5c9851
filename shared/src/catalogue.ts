/**
 * How the engine's tables present themselves: the engine reports this on start, the server checks requests against it
 * and the web draws its controls from it. The tables are the truth; nobody keeps a second list.
 */
import { z } from 'zod';

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
});
export type SamplerDescriptor = z.infer<typeof samplerDescriptor>;

export const familyDescriptor = descriptor.extend({ nativeSize: z.number().int() });
export type FamilyDescriptor = z.infer<typeof familyDescriptor>;

export const catalogue = z.object({
  samplers: z.array(samplerDescriptor),
  schedules: z.array(descriptor),
  families: z.array(familyDescriptor),
  rngs: z.array(descriptor),
});
export type Catalogue = z.infer<typeof catalogue>;
