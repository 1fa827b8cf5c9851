/**
 * Runs one job at a time and turns its end into exactly one of finished, failed, cancelled.
 *
 * It owns cancellation: a network pass blocks the event loop, so a cancel message is only seen when a job breathes.
 */
import type { EngineJob, EngineModelJob, FromEngine, JobMeasurement, JobMemory } from '@easel/shared/engine';
import { CancelledError, toStudioError } from '@easel/shared/errors';
import type { Stage } from '@easel/shared/memory';
import type { PictureNote } from '@easel/shared/picture-notes';

import { startSession } from '../runtime/session.ts';
import { watchPeak, type PeakWatch } from '../runtime/process-memory.ts';
import { jobs, modelJobs } from './index.ts';
import { createPreviewer } from './preview.ts';
import type { JobContext } from './types.ts';

/** Lets the event loop read what arrived on the IPC channel meanwhile: its poll phase comes before the second turn's check phase. */
const letMessagesIn = async (): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
};

/** The fallbacks of the job's plan, and what happened to this picture. */
function notesOf(memory: JobMemory | undefined, pipelines: JobContext['pipelines']): { notes?: PictureNote[] } {
  const happened = pipelines.pipelines.flatMap((pipeline) => pipeline.takeNotes());
  const notes: PictureNote[] = [...new Set([...(memory?.fallbacks ?? []), ...happened])];
  return notes.length === 0 ? {} : { notes };
}

function measurementOf(pipelines: JobContext['pipelines'], peak: PeakWatch): JobMeasurement {
  const stages: JobMeasurement['stages'] = {};
  for (const pipeline of pipelines.pipelines) {
    for (const [stage, { ms, runs }] of Object.entries(pipeline.takeUsage()) as [
      Stage,
      { ms: number; runs: number },
    ][]) {
      const known = stages[stage] ?? { ms: 0, runs: 0 };
      stages[stage] = { ms: known.ms + ms, runs: known.runs + runs };
    }
  }
  return { stages, peakBytes: peak.peakBytes() };
}

export interface JobRunner {
  /** Runs after the jobs given before; resolves when this one has ended. */
  run(job: EngineJob | EngineModelJob): Promise<void>;
  /** Asks a waiting or running job to stop; unknown ids are ignored, the job may have ended a moment ago. */
  cancel(jobId: string): void;
  /** Stops everything given so far; resolves when nothing runs any more. */
  cancelAll(): Promise<void>;
}

export function createJobRunner(pipelines: JobContext['pipelines'], emit: (message: FromEngine) => void): JobRunner {
  const cancelled = new Set<string>();
  const known = new Set<string>();
  let tail = Promise.resolve();

  const runNow = async (job: EngineJob | EngineModelJob): Promise<void> => {
    const memory = 'memory' in job ? job.memory : undefined;
    // Its activations are not in the plan: where memory is short there is none.
    const isRoomy = (memory?.fallbacks ?? []).length === 0;
    const tiny = 'previewDecoder' in job && isRoomy ? job.previewDecoder : undefined;
    const previews = createPreviewer(tiny?.files, startSession);
    const context: JobContext = {
      pipelines,
      previews,
      ...('vae' in job && job.vae !== undefined && !('target' in job) ? { vae: job.vae.file } : {}),
      emit: (message) => emit(message.type === 'image' ? { ...message, ...notesOf(memory, pipelines) } : message),
      ...(memory === undefined ? {} : { memory: { plan: memory.plan, neededBytes: memory.peakBytes } }),
      quiet: (budgetMs, activity) => emit({ type: 'quiet', budgetMs: Math.ceil(budgetMs), activity }),
      breathe: async () => {
        await letMessagesIn();
        if (cancelled.has(job.jobId)) throw new CancelledError('cancelled', 'The job was cancelled.');
      },
    };
    const startedAt = performance.now();
    const peak = watchPeak(pipelines.keys.length === 0);
    try {
      emit({ type: 'started', jobId: job.jobId });
      await context.breathe();
      if ('target' in job) await modelJobs[job.parameters.type](job, context);
      else await jobs[job.parameters.type](job, context);
      if (!('target' in job)) emit({ type: 'measured', jobId: job.jobId, measured: measurementOf(pipelines, peak) });
      emit({ type: 'finished', jobId: job.jobId, durationMs: performance.now() - startedAt });
    } catch (thrown) {
      const error = toStudioError(thrown);
      if (error.code === 'internal') emit({ type: 'log', level: 'error', message: String(error.stack ?? error) });
      if (error instanceof CancelledError) emit({ type: 'cancelled', jobId: job.jobId });
      else emit({ type: 'failed', jobId: job.jobId, error: error.toWire() });
    } finally {
      await previews.release();
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
