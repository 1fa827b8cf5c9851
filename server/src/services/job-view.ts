/** A job as clients see it. */
import { makesPictures, type JobFacts, type JobProgress, type JobView } from '@easel/shared/http/jobs';
import type { WireError } from '@easel/shared/errors';
import type { ModelWorkProgress } from '@easel/shared/model-work';

import type { JobRecord } from '../store/job-records.ts';

/** The part of an error that clients get. */
export const shownError = ({
  code,
  message,
  details,
}: WireError): { code: string; message: string; hint?: string } => ({
  code,
  message,
  ...(details?.hint === undefined ? {} : { hint: details.hint }),
});

/** What is known of a job beside its record. */
interface Moment {
  position: number | null;
  /** Of the job's own kind. */
  progress: JobProgress | ModelWorkProgress | null;
  images: readonly string[];
}

export const toJobView = (job: JobRecord, { progress, ...moment }: Moment): JobView => {
  const facts = { ...factsOf(job), position: moment.position, images: [...moment.images] };
  const { parameters } = job;
  if (makesPictures(parameters))
    return { ...facts, type: parameters.type, parameters, progress: progress as JobProgress | null };
  const work = { ...facts, progress: progress as ModelWorkProgress | null, result: job.result };
  return parameters.type === 'convert'
    ? { ...work, type: parameters.type, parameters }
    : { ...work, type: parameters.type, parameters };
};

const factsOf = (job: JobRecord): Omit<JobFacts, 'position' | 'images'> => ({
  id: job.id,
  state: job.state,
  error: job.error === null ? null : shownError(job.error),
  attempt: job.attempt,
  createdAt: job.createdAt,
  startedAt: job.startedAt,
  endedAt: job.endedAt,
  ...(job.grid === undefined ? {} : { grid: job.grid.id }),
});
