/** What a job's progress means in numbers people see. Pure; the words are the locales'. */
import type { JobProgress, JobView } from '@easel/shared/http/jobs';

/** Share of the whole job that is done, 0 to 1; over all its pictures. */
export function fractionOf(progress: JobProgress | null): number {
  if (!progress || progress.steps <= 0 || progress.count <= 0) return 0;
  return Math.min(1, (progress.image + Math.min(1, progress.step / progress.steps)) / progress.count);
}

export const percentOf = (progress: JobProgress | null): number => Math.floor(fractionOf(progress) * 100);

/** The quarter to announce: 0, 25, 50 or 75. The end has its own words. */
export const quarterOf = (progress: JobProgress | null): number =>
  Math.min(75, Math.floor(fractionOf(progress) * 4) * 25);

/** Job ids are compared often: the one that is running, if any. */
export const runningOf = (jobs: readonly JobView[] | undefined): JobView | undefined =>
  jobs?.find((job) => job.state === 'running');

/** Waiting jobs in the order they will run. */
export function waitingOf(jobs: readonly JobView[] | undefined): JobView[] {
  const waiting = (jobs ?? []).filter((job) => job.state === 'queued');
  return waiting.sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
}

/** Jobs that ended since midnight of `now`, latest first. */
export function endedTodayOf(jobs: readonly JobView[] | undefined, now: Date): JobView[] {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const ended = (jobs ?? []).filter((job) => job.endedAt !== null && Date.parse(job.endedAt) >= midnight);
  return ended.sort((a, b) => Date.parse(b.endedAt ?? '') - Date.parse(a.endedAt ?? ''));
}
