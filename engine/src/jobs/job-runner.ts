/**
 * Runs one job at a time and turns its end into exactly one of finished, failed, cancelled.
 *
 * It owns cancellation: a network pass blocks the event loop, so a cancel message is only seen when a job breathes.
 */
import type { EngineJob, FromEngine } from '@easel/shared/engine';
import { CancelledError, toStudioError } from '@easel/shared/errors';

import { jobs } from './index.ts';
import type { JobContext } from './types.ts';

/** Lets the event loop read what arrived on the IPC channel meanwhile: its poll phase comes before the second turn's check phase. */
const letMessagesIn = async (): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
};

export interface JobRunner {
  /** Runs after the jobs given before; resolves when this one has ended. */
  run(job: EngineJob): Promise<void>;
  /** Asks a waiting or running job to stop; unknown ids are ignored, the job may have ended a moment ago. */
  cancel(jobId: string): void;
  /** Stops everything given so far; resolves when nothing runs any more. */
  cancelAll(): Promise<void>;
}

export function createJobRunner(pipelines: JobContext['pipelines'], emit: (message: FromEngine) => void): JobRunner {
  const cancelled = new Set<string>();
  const known = new Set<string>();
  let tail = Promise.resolve();

  const runNow = async (job: EngineJob): Promise<void> => {
    const context: JobContext = {
      pipelines,
      emit,
      quiet: (budgetMs, activity) => emit({ type: 'quiet', budgetMs: Math.ceil(budgetMs), activity }),
      breathe: async () => {
        await letMessagesIn();
        if (cancelled.has(job.jobId)) throw new CancelledError('cancelled', 'The job was cancelled.');
      },
    };
    const startedAt = performance.now();
    try {
      emit({ type: 'started', jobId: job.jobId });
      await context.breathe();
      await jobs[job.parameters.type](job, context);
      emit({ type: 'finished', jobId: job.jobId, durationMs: performance.now() - startedAt });
    } catch (thrown) {
      const error = toStudioError(thrown);
      if (error.code === 'internal') emit({ type: 'log', level: 'error', message: String(error.stack ?? error) });
      if (error instanceof CancelledError) emit({ type: 'cancelled', jobId: job.jobId });
      else emit({ type: 'failed', jobId: job.jobId, error: error.toWire() });
    } finally {
      cancelled.delete(job.jobId);
      known.delete(job.jobId);
      emit({ type: 'quiet', budgetMs: 0, activity: 'idle' });
    }
  };

  return {
    run(job) {
      known.add(job.jobId);
      tail = tail.then(() => runNow(job));
      return tail;
    },
    cancel(jobId) {
      if (known.has(jobId)) cancelled.add(jobId);
    },
    async cancelAll() {
      for (const jobId of known) cancelled.add(jobId);
      await tail;
    },
  };
}
