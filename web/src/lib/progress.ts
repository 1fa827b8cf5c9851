/** What a job's progress means in numbers people see. Pure; the words are the locales'. */
import { makesPictures, type JobView, type PictureJobView } from '@easel/shared/http/jobs';

/** Share of the whole job that is done, 0 to 1; over all its pictures, or over the bytes of a model file. */
export function fractionOf(progress: JobView['progress']): number {
  if (!progress) return 0;
  if ('totalBytes' in progress)
    return progress.totalBytes > 0 ? Math.min(1, progress.doneBytes / progress.totalBytes) : 0;
  if (progress.steps <= 0 || progress.count <= 0) return 0;
  return Math.min(1, (progress.image + Math.min(1, progress.step / progress.steps)) / progress.count);
}

export const percentOf = (progress: JobView['progress']): number => Math.floor(fractionOf(progress) * 100);

/** The quarter to announce: 0, 25, 50 or 75. The end has its own words. */
export const quarterOf = (progress: JobView['progress']): number =>
  Math.min(75, Math.floor(fractionOf(progress) * 4) * 25);

/** The jobs that make pictures; others make model files. */
export const picturesOf = (jobs: readonly JobView[] | undefined): PictureJobView[] | undefined =>
  jobs?.filter((job): job is PictureJobView => makesPictures(job));

/** Job ids are compared often: the one that is running, if any. */
export const runningOf = <T extends JobView>(jobs: readonly T[] | undefined): T | undefined =>
  jobs?.find((job) => job.state === 'running');

/** Waiting jobs in the order they will run. */
export function waitingOf<T extends JobView>(jobs: readonly T[] | undefined): T[] {
  const waiting = (jobs ?? []).filter((job) => job.state === 'queued');
  return waiting.sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
}

/** A job, and how many others stand behind it as cells of the same grid. */
interface FoldedJob<T> {
  readonly job: T;
  readonly more: number;
}

/** Of each grid's cells the first, with how many more there are; other jobs as they are. */
export function foldGrids<T extends JobView>(jobs: readonly T[]): FoldedJob<T>[] {
  const counts = new Map<string, number>();
  for (const { grid } of jobs) if (grid !== undefined) counts.set(grid, (counts.get(grid) ?? 0) + 1);
  const isFirst = (job: T): boolean => jobs.find(({ grid }) => grid === job.grid) === job;
  return jobs
    .filter((job) => job.grid === undefined || isFirst(job))
    .map((job) => ({ job, more: job.grid === undefined ? 0 : (counts.get(job.grid) ?? 1) - 1 }));
}

/** Jobs that ended since midnight of `now`, latest first. */
export function endedTodayOf(jobs: readonly JobView[] | undefined, now: Date): JobView[] {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const ended = (jobs ?? []).filter((job) => job.endedAt !== null && Date.parse(job.endedAt) >= midnight);
  return ended.sort((a, b) => Date.parse(b.endedAt ?? '') - Date.parse(a.endedAt ?? ''));
}
