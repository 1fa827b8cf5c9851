/** From a checkpoint's path to its resident networks: opened once, kept between jobs, replaced when the file changed. */
import { readHeader } from '../checkpoint/header.ts';
import { openPipeline } from '../families/pipeline.ts';
import { recogniseCheckpoint } from '../families/recognise.ts';
import type { Pipeline, Role } from '../families/types.ts';
import type { MemoryForm } from '../graph/session.ts';
import { startSession } from '../runtime/session.ts';
import { loadBudgetMs } from './step-clock.ts';
import type { JobContext } from './types.ts';

/** Weights are mostly half precision in the file and float32 in the `fast` form. */
const EXPANSION = 2;

/** How to hold a checkpoint of this size: as float32 where that fits the budget, as it is in the file where it does not. */
export function chooseMemoryForm(fileBytes: number, budgetBytes: number): { memory: MemoryForm; neededBytes: number } {
  const expanded = fileBytes * EXPANSION;
  return expanded <= budgetBytes
    ? { memory: 'fast', neededBytes: expanded }
    : { memory: 'low', neededBytes: fileBytes };
}

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
  const { memory, neededBytes } = chooseMemoryForm(fileBytes, context.pipelines.budgetBytes);
  const pipeline = await context.pipelines.acquire(key, neededBytes, async () =>
    openPipeline(await recogniseCheckpoint(file), { startSession, memory }),
  );
  for (const role of pipeline.family.roles) {
    if (unused.includes(role)) continue;
    await pipeline.load(role);
    await context.breathe();
  }
  return pipeline;
}
