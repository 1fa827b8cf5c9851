/** POST /api/v1/estimate: what a request would take, asked before it is sent. */
import { z } from 'zod';

import { FALLBACKS } from '../picture-notes.ts';

export const estimateView = z.object({
  /** Whether it would be accepted. */
  fits: z.boolean(),
  /** Most memory the engine would take; where it does not fit, the least it could be done with. */
  needBytes: z.number(),
  /** What the engine may take. */
  haveBytes: z.number(),
  /** For the whole job; null where it does not fit. */
  durationMs: z.number().nullable(),
  /** Whether the time rests on what this machine has done before. */
  isMeasured: z.boolean(),
  /** What would be given up to make it fit, in order. */
  fallbacks: z.array(z.enum(FALLBACKS)),
  /** Where it does not fit: the largest picture of this shape that does; null = none. */
  largest: z.object({ width: z.number().int(), height: z.number().int() }).nullable(),
});
export type EstimateView = z.infer<typeof estimateView>;

/** Null where the model has not been looked at closely yet. */
export const estimateAnswer = z.object({ estimate: estimateView.nullable() });
