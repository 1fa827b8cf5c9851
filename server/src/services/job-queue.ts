/** The durable queue: what was accepted stays queued, running, done, failed or cancelled, whatever dies in between. */
import type { GenerationRequest } from '@easel/shared/generation';
import type { JobAccepted, JobState, JobView } from '@easel/shared/http/jobs';

export interface EncodedPreview {
  imageIndex: number;
  step: number;
  mime: string;
  bytes: Buffer;
}

export declare class JobQueue {
  /** @throws queue_full, unknown_model, model_unusable, no_model, unknown_sampler, unknown_schedule, engine_lost */
  submit(request: GenerationRequest, origin?: string): Promise<JobAccepted>;
  /** @throws unknown_job */
  get(id: string): Promise<JobView>;
  list(filter: { state?: JobState | undefined; limit: number }): Promise<JobView[]>;
  /** Ends a queued or running job; twice is fine. @throws unknown_job, already_done */
  cancel(id: string): Promise<JobView>;
  /** Cancels the running job if there is one. */
  cancelCurrent(): Promise<JobView | null>;
  /** Resolves with the job once it is done, failed or cancelled. @throws unknown_job; the signal's reason */
  waitFor(id: string, signal?: AbortSignal): Promise<JobView>;
  /** The running job. */
  current(): JobView | null;
  /** Jobs that wait. */
  get waitingCount(): number;
  /** Newest preview of the running job, encoded when asked for; null when there is none. */
  latestPreview(): Promise<EncodedPreview | null>;
}
