/** What a kind of job is, and what it is given: everything with an effect comes in here, so a job can be tested without a process. */
import type { EngineJob, EngineModelJob, FromEngine } from '@easel/shared/engine';
import type { MemoryPlan } from '@easel/shared/memory';

import type { Pipeline } from '../families/types.ts';
import type { Previewer } from './preview.ts';
import type { PipelineCache } from './pipeline-cache.ts';

export interface JobContext {
  readonly pipelines: PipelineCache<Pipeline>;
  /** How networks are held, and what the process will take with them; absent = nobody planned it. */
  readonly memory?: { readonly plan: MemoryPlan; readonly neededBytes: number };
  /** File of the autoencoder that is used in place of checkpoints' own; absent = theirs. */
  readonly vae?: string;
  readonly previews: Previewer;
  readonly emit: (message: FromEngine) => void;
  /**
   * Announces the longest silence to come. A network pass blocks the event loop, so the server must know how long
   * it may hear nothing before it takes the engine for dead.
   */
  readonly quiet: (budgetMs: number, activity: string) => void;
  /** Lets waiting messages in; @throws CancelledError when one of them asked this job to stop. */
  readonly breathe: () => Promise<void>;
}

/** Runs one job to its end, emitting progress, previews and pictures. @throws StudioError with the reason it failed. */
export type Job = (job: EngineJob, context: JobContext) => Promise<void>;

/** The same of work that makes a model file. */
export type ModelJob = (job: EngineModelJob, context: JobContext) => Promise<void>;
