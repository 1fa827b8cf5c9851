/** POST, GET /api/v1/jobs; GET, DELETE /api/v1/jobs/:id */
import { z } from 'zod';

import { generationRequest, textToImageParameters } from '../generation.ts';
import {
  convertRequest,
  mergeRequest,
  modelWorkProgress,
  modelWorkRequest,
  modelWorkResult,
  type ModelWorkParameters,
  type ModelWorkRequest,
} from '../model-work.ts';
import type { GenerationParameters, GenerationRequest } from '../generation.ts';

/** All that may be posted: pictures to make, or a model file. */
export const jobRequest = z.discriminatedUnion('type', [generationRequest, modelWorkRequest]);
export type JobRequest = GenerationRequest | ModelWorkRequest;
/** The same with nothing left open, as a job has them. */
export type JobParameters = GenerationParameters | ModelWorkParameters;

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

/** What every job has, whatever it makes. */
const jobFacts = z.object({
  id: z.string(),
  state: jobState,
  /** Place among the waiting jobs, 0 = next; null when not queued. */
  position: z.number().int().nullable(),
  /** Ids of the pictures saved so far, in order; none of a job that makes a model. */
  images: z.array(z.string()),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).nullable(),
  /** 1 at first; 2 after the engine died once at it. */
  attempt: z.number().int(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  /** Of a cell of a grid: the grid's id. */
  grid: z.string().optional(),
});

export type JobFacts = z.infer<typeof jobFacts>;

export const pictureJobView = jobFacts.extend({
  type: z.literal('text-to-image'),
  parameters: textToImageParameters,
  progress: jobProgress.nullable(),
});
export type PictureJobView = z.infer<typeof pictureJobView>;

const modelJobFacts = jobFacts.extend({
  progress: modelWorkProgress.nullable(),
  /** null until it is done. */
  result: modelWorkResult.nullable(),
});
const convertJobView = modelJobFacts.extend({ type: z.literal('convert'), parameters: convertRequest });
const mergeJobView = modelJobFacts.extend({ type: z.literal('merge'), parameters: mergeRequest });
export type ModelJobView = z.infer<typeof convertJobView> | z.infer<typeof mergeJobView>;

export const jobView = z.discriminatedUnion('type', [pictureJobView, convertJobView, mergeJobView]);
export type JobView = PictureJobView | ModelJobView;

/** Whether a job makes pictures; otherwise it makes a model file. */
export const makesPictures = <T extends { readonly type: string }>(
  job: T,
): job is Exclude<T, { readonly type: 'convert' | 'merge' }> => job.type !== 'convert' && job.type !== 'merge';

export const jobAccepted = z.object({ id: z.string(), state: jobState, position: z.number().int().nullable() });
export type JobAccepted = z.infer<typeof jobAccepted>;

export const jobQuery = z.strictObject({
  state: jobState.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const jobList = z.object({ jobs: z.array(jobView) });
export type JobList = z.infer<typeof jobList>;
