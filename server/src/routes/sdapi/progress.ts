/** GET /sdapi/v1/progress, POST interrupt and skip: the running job, whoever asked for it. */
import { makesPictures, type JobProgress, type PictureJobView } from '@easel/shared/http/jobs';
import sharp from 'sharp';
import { z } from 'zod';

import type { AppDependencies } from '../../app-dependencies.ts';
import type { StudioApp } from '../types.ts';
import { jobTimestamp } from './names.ts';

const flag = z.string().transform((text) => /^(?:true|1|yes|on)$/i.test(text));
/** Clients know the flag by two names. */
const progressQuery = z.object({ skip_current_image: flag.optional(), skipCurrentImage: flag.optional() });

/** The WebUI's formula: a beginning is one percent, and every picture counts the same. */
const progressOf = ({ image, count, step, steps }: Pick<JobProgress, 'image' | 'count' | 'step' | 'steps'>): number =>
  Math.min(1, 0.01 + image / count + step / (steps * count));

const IDLE = { image: 0, count: 0, step: 0, steps: 0, etaMs: null };

const describeState = (job: PictureJobView | null): Record<string, unknown> => {
  const { image, count, step, steps } = job?.progress ?? {
    ...IDLE,
    count: job?.parameters.count ?? 0,
    steps: job?.parameters.steps ?? 0,
  };
  return {
    skipped: false,
    interrupted: false,
    stopping_generation: false,
    job: job === null ? '' : `Picture ${image + 1} out of ${count}`,
    job_count: count,
    job_timestamp: job === null ? '0' : jobTimestamp(job.createdAt),
    job_no: image,
    sampling_step: step,
    sampling_steps: steps,
  };
};

/** @param own ids of the jobs that clients of this API wait for, oldest first */
export function progressRoutes(app: StudioApp, { queue }: AppDependencies, own: ReadonlySet<string>): void {
  app.get(
    '/sdapi/v1/progress',
    { schema: { tags: ['webui'], summary: 'How far the running job is', querystring: progressQuery }, compress: false },
    async (request) => {
      const current = queue.current();
      // Work on model files is no business of this API's clients.
      const job = current !== null && makesPictures(current) ? current : null;
      const isWanted = !(request.query.skip_current_image ?? request.query.skipCurrentImage ?? false);
      const preview = isWanted && job !== null ? await queue.latestPreview() : null;
      const progress = job?.progress ?? null;
      return {
        progress: job === null ? 0 : progress === null ? 0.01 : progressOf(progress),
        eta_relative: (progress?.etaMs ?? 0) / 1000,
        state: describeState(job),
        // Clients put it behind `data:image/png`, whatever it is.
        current_image: preview === null ? null : (await sharp(preview.bytes).png().toBuffer()).toString('base64'),
        textinfo: progress === null ? null : progress.activity,
        current_task: job?.id ?? null,
      };
    },
  );

  /**
   * Clients interrupt when their user gave up on what they asked for: that is the job of theirs that runs, else the
   * first of theirs that waits. With none of theirs, it is whatever runs, as in the WebUI.
   */
  const interrupt = async (): Promise<Record<string, never>> => {
    const running = queue.current();
    const meant = running !== null && own.has(running.id) ? running.id : ([...own][0] ?? running?.id);
    // Between the look and the act the job may have ended, and then there is nothing to interrupt.
    if (meant !== undefined) await queue.cancel(meant).catch(() => null);
    return {};
  };
  app.post(
    '/sdapi/v1/interrupt',
    { schema: { tags: ['webui'], summary: 'End the running job; its finished pictures stay' } },
    interrupt,
  );
  app.post(
    '/sdapi/v1/skip',
    { schema: { tags: ['webui'], summary: 'The same: pictures of a job are not skipped one by one' } },
    interrupt,
  );
}
