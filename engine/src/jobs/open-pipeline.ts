/** From a checkpoint's path to its resident networks: opened once, kept between jobs, replaced when the file changed. */
import { readHeader } from '../checkpoint/header.ts';
import { openPipeline } from '../families/pipeline.ts';
import { recogniseCheckpoint } from '../families/recognise.ts';
import type { Pipeline, Role } from '../families/types.ts';
import { startSession } from '../runtime/session.ts';
import { loadBudgetMs } from './step-clock.ts';
import type { JobContext } from './types.ts';

/**
 * The pipeline of a checkpoint with its networks started.
 *
 * @param unused networks of the family that the job does without
 * @throws model_gone | model_invalid | model_incomplete | model_unexpected | model_unsupported | session_failed | out_of_memory
 */
export async function acquirePipeline(file: string, unused: readonly Role[], context: JobContext): Promise<Pipeline> {
  const { fileBytes, modifiedMs } = await readHeader(file);
  // The key holds size and time: weights are mapped from the file, and a changed file is another model.
  const key = `${file}:${fileBytes}:${modifiedMs}`;
  context.quiet(loadBudgetMs(fileBytes), 'loading');
  const pipeline = await context.pipelines.acquire(key, fileBytes * 2, async () =>
    openPipeline(await recogniseCheckpoint(file), { startSession }),
  );
  for (const role of pipeline.family.roles) {
    if (unused.includes(role)) continue;
    await pipeline.load(role);
    await context.breathe();
  }
  return pipeline;
}
