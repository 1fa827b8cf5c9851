/** POST, GET /api/v1/jobs; GET, DELETE /api/v1/jobs/:id */
import { z } from 'zod';

import { textToImageParameters } from '../generation.ts';

const JOB_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;
export const jobState = z.enum(JOB_STATES);
export type JobState = z.infer<typeof jobState>;

export const jobProgress = z.object({
  /** Finished steps of the current picture, 0 while loading. */
  step: z.number().int(),
  steps: z.number().int(),
  /** Index of the picture being made. */
  image: z.number().int(),
  count: z.number().int(),
  activity: z.enum(['loading', 'sampling', 'decoding', 'saving']),
  /** Estimate for the whole job; null until a step has been timed. */
  etaMs: z.number().nullable(),
});
export type JobProgress = z.infer<typeof jobProgress>;

export const jobView = z.object({
  id: z.string(),
  type: z.literal('text-to-image'),
  state: jobState,
  /** Place among the waiting jobs, 0 = next; null when not queued. */
  position: z.number().int().nullable(),
  parameters: textToImageParameters,
  progress: jobProgress.nullable(),
  /** Ids of the pictures saved so far, in order. */
  images: z.array(z.string()),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).nullable(),
  /** 1 at first; 2 after the engine died once at it. */
  attempt: z.number().int(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
});
export type JobView = z.infer<typeof jobView>;

export const jobAccepted = z.object({ id: z.string(), state: jobState, position: z.number().int().nullable() });
export type JobAccepted = z.infer<typeof jobAccepted>;

export const jobQuery = z.strictObject({
  state: jobState.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const jobList = z.object({ jobs: z.array(jobView) });
export type JobList = z.infer<typeof jobList>;
