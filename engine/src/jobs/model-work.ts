/** Jobs that make model files: what convert/ does, with its progress told and its end asked for as of every job. */
import type { EngineModelJob } from '@easel/shared/engine';

import { makeModel } from '../convert/make-model.ts';
import { loadBudgetMs } from './step-clock.ts';
import type { JobContext } from './types.ts';

/** Between two chunks; a disk that others keep busy may take its time. */
const CHUNK_BUDGET_MS = 60_000;

/** @throws StudioError with the reason it failed */
export async function modelWork(job: EngineModelJob, { emit, quiet, breathe }: JobContext): Promise<void> {
  const { jobId } = job;
  const result = await makeModel(job, {
    breathe,
    report(progress) {
      const { activity, totalBytes } = progress;
      // Before and after the chunks whole files are put in order and brought to the disk.
      quiet(activity === 'writing' ? CHUNK_BUDGET_MS : CHUNK_BUDGET_MS + 2 * loadBudgetMs(totalBytes), activity);
      emit({ type: 'model-progress', jobId, progress });
    },
  });
  emit({ type: 'model-made', jobId, result });
}
