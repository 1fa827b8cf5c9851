/** A job as clients see it. */
import type { JobProgress, JobView } from '@easel/shared/http/jobs';
import type { WireError } from '@easel/shared/errors';

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

export const toJobView = (
  job: JobRecord,
  more: { position: number | null; progress: JobProgress | null; images: readonly string[] },
): JobView => ({
  id: job.id,
  type: job.parameters.type,
  state: job.state,
  position: more.position,
  parameters: job.parameters,
  progress: more.progress,
  images: [...more.images],
  error: job.error === null ? null : shownError(job.error),
  attempt: job.attempt,
  createdAt: job.createdAt,
  startedAt: job.startedAt,
  endedAt: job.endedAt,
});
