/** From a checkpoint's path to its resident networks: opened once, kept between jobs, replaced when the file changed. */
import type { EngineJob } from '@easel/shared/engine';
import { DEFAULT_PLAN } from '@easel/shared/memory';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import { openCheckpoint } from '../checkpoint/open.ts';
import { FILE_DTYPE_BYTES } from '../checkpoint/tensor-entry.ts';
import type { NetworkOptions } from '../families/network-options.ts';
import { openLoneVae } from '../families/lone-vae.ts';
import { openPipeline, type PipelineOptions } from '../families/pipeline.ts';
import { recogniseCheckpoint } from '../families/recognise.ts';
import type { Pipeline, Role } from '../families/types.ts';
import { currentPrecision } from '../graph/device.ts';
import type { MemoryForm } from '../graph/session.ts';
import { startSession } from '../runtime/session.ts';
import { loadBudgetMs } from './step-clock.ts';
import type { JobContext } from './types.ts';

/** What the weights of a checkpoint take as float32, without the copies that training leaves beside them. */
function expandedBytesOf({ tensors }: CheckpointHeader): number {
  let elements = 0;
  for (const { name, dtype, byteLength } of tensors.values()) {
    if (!name.startsWith('model_ema.')) elements += byteLength / FILE_DTYPE_BYTES[dtype];
  }
  return elements * 4;
}

/** How to hold a checkpoint of this size: as float32 where that fits the budget, as it is in the file where it does not. */
export function chooseMemoryForm(
  { fileBytes, expandedBytes }: { readonly fileBytes: number; readonly expandedBytes: number },
  budgetBytes: number,
): { memory: MemoryForm; neededBytes: number } {
  return expandedBytes <= budgetBytes
    ? { memory: 'fast', neededBytes: expandedBytes }
    : { memory: 'low', neededBytes: fileBytes };
}

/** Where networks compute in half precision there is a second way to start one. */
const sessionsHere = (): Pick<PipelineOptions, 'startSession' | 'startExactSession'> =>
  currentPrecision() === 'f32'
    ? { startSession }
    : { startSession, startExactSession: async (model, memory) => startSession(model.exact?.() ?? model, memory) };

/** For a job that came without a plan. */
function unplanned(header: CheckpointHeader, budgetBytes: number): NonNullable<JobContext['memory']> {
  const sizes = { fileBytes: header.fileBytes, expandedBytes: expandedBytesOf(header) };
  const { memory, neededBytes } = chooseMemoryForm(sizes, budgetBytes);
  return { plan: { ...DEFAULT_PLAN, weights: memory }, neededBytes };
}

/** Which checkpoint, and what it is used with. */
export type PipelineSource = Pick<EngineJob, 'checkpoint' | 'overrides' | 'adapters' | 'hypernetworks' | 'embeddings'>;

/**
 * The pipeline of a checkpoint with its networks started, or ready to start one after the other where the plan says so.
 *
 * @param unused networks of the family that the job does without
 * @param networks how they are built; the pipeline keeps those that are built so already
 * @throws model_gone | model_invalid | pickle_unsafe | model_incomplete | model_unexpected | model_unsupported | session_failed | out_of_memory;
 *   model_incompatible for an adapter of another base
 */
export async function acquirePipeline(
  { checkpoint: file, overrides = {}, adapters = [], hypernetworks = [], embeddings = [] }: PipelineSource,
  unused: readonly Role[],
  networks: NetworkOptions,
  context: JobContext,
): Promise<Pipeline> {
  const header = await openCheckpoint(file);
  const { fileBytes, modifiedMs } = header;
  // The key holds size and time: weights are mapped from the file, and a changed file is another model. So is one that
  // is read differently.
  const said = [overrides.family, overrides.prediction, overrides.zeroTerminalSnr].join('/');
  const key = `${file}:${fileBytes}:${modifiedMs}:${said}`;
  context.quiet(loadBudgetMs(fileBytes), 'loading');
  const { plan, neededBytes } = context.memory ?? unplanned(header, context.pipelines.budgetBytes);
  const pipeline = await context.pipelines.acquire(key, neededBytes, async () =>
    openPipeline(await recogniseCheckpoint(file, overrides), { ...sessionsHere(), memory: plan.weights }),
  );
  await pipeline.adopt(plan);
  await pipeline.useVae(context.vae === undefined ? null : await openLoneVae(context.vae));
  await pipeline.configure(networks);
  await pipeline.adapt(adapters);
  await pipeline.useHypernetworks(hypernetworks);
  const skipped = await pipeline.useEmbeddings(embeddings);
  for (const { name, error } of skipped) {
    context.emit({ type: 'log', level: 'warn', message: `${name} is read as words: ${error.message}` });
  }
  for (const role of pipeline.family.roles) {
    if (unused.includes(role)) continue;
    await pipeline.load(role);
    await context.breathe();
  }
  return pipeline;
}
