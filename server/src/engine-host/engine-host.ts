/** Owns the engine process: starts it, watches it, starts it again; request and reply over shared/engine. */
import type { Catalogue } from '@easel/shared/catalogue';
import type { CheckpointInspection, EngineJob, FromEngine } from '@easel/shared/engine';
import type { EngineState } from '@easel/shared/http/health';

type Message<T extends FromEngine['type']> = Extract<FromEngine, { type: T }>;

export interface RunListener {
  progress(message: Message<'progress'>): void;
  preview(message: Message<'preview'>): void;
  image(message: Message<'image'>): void;
}

export declare class EngineHost {
  get state(): EngineState;
  /** What the engine can do; null until it has reported for the first time. */
  get catalogue(): Catalogue | null;
  /** Waits for the catalogue. @throws engine_lost after `timeoutMs` */
  whenReady(timeoutMs?: number): Promise<Catalogue>;
  /** Runs one job. @throws what the engine answered; engine_lost when it died or hung; cancelled */
  run(job: EngineJob, listener: RunListener): Promise<{ durationMs: number }>;
  cancel(jobId: string): void;
  /** Header only. @throws model_invalid, model_unsupported, model_incomplete, model_unexpected, engine_lost */
  inspect(file: string): Promise<CheckpointInspection>;
}
