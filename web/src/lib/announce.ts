/** When to say something aloud about a job: at its start, at each quarter, at its end. Pure. */
import { quarterOf } from './progress.ts';

import { makesPictures, type JobView } from '@easel/shared/http/jobs';

export type Announcement =
  | { kind: 'queued' | 'started' | 'cancelled' }
  | { kind: 'quarter'; percent: number }
  | { kind: 'finished'; count: number }
  /** A model file is there. */
  | { kind: 'made' }
  | { kind: 'failed'; code: string };

/** What changed for a listener between two states of a job; null when nothing worth a word did. */
export function announcementOf(before: JobView | undefined, job: JobView): Announcement | null {
  if (before?.state !== job.state) {
    switch (job.state) {
      case 'queued':
        return before ? null : { kind: 'queued' };
      case 'running':
        return { kind: 'started' };
      case 'done':
        return makesPictures(job) ? { kind: 'finished', count: job.images.length } : { kind: 'made' };
      case 'failed':
        return { kind: 'failed', code: job.error?.code ?? 'internal' };
      case 'cancelled':
        return { kind: 'cancelled' };
    }
  }
  if (job.state !== 'running') return null;
  const percent = quarterOf(job.progress);
  return percent > 0 && percent !== quarterOf(before.progress) ? { kind: 'quarter', percent } : null;
}
