/**
 * Owns the engine: starts it, watches it, starts it again with growing pauses; request and reply over shared/engine.
 *
 * It does not know what a queue is: whoever asked is told that the engine was lost and decides whether to ask again.
 */
import type { Catalogue } from '@easel/shared/catalogue';
import type { CheckpointOverrides } from '@easel/shared/checkpoint';
import {
  ENGINE_PROTOCOL,
  type CheckpointInspection,
  type EngineJob,
  type EngineModelJob,
  type FromEngine,
  type ToEngine,
} from '@easel/shared/engine';
import { CancelledError, EngineLostError, fromWire, type WireError } from '@easel/shared/errors';
import type { EngineState } from '@easel/shared/http/health';
import type { NetworkView } from '@easel/shared/networks';

import { EngineProcess, type EngineExit, type EngineProcessOptions } from './engine-process.ts';

type Message<T extends FromEngine['type']> = Extract<FromEngine, { type: T }>;

/** What a run tells. A job of one kind never sends the messages of another: leave out what cannot come. */
export interface RunListener {
  progress(message: Message<'progress'>): void;
  preview(message: Message<'preview'>): void;
  image(message: Message<'image'>): void;
  measured(message: Message<'measured'>): void;
  modelProgress(message: Message<'model-progress'>): void;
  modelMade(message: Message<'model-made'>): void;
}

export interface EngineHostOptions extends EngineProcessOptions {
  log(level: 'info' | 'warn' | 'error', message: string): void;
  /** Pause before the n-th start in a row that failed; for tests. */
  restartDelayMs?: (failures: number) => number;
}

interface Waiter<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}
interface CurrentRun extends Waiter<{ durationMs: number }> {
  jobId: string;
  listener: Partial<RunListener>;
}

/** How long a request waits for an engine that is still starting. */
const READY_TIMEOUT_MS = 8000;
const SHUTDOWN_MS = 4000;
/** A start that lived this long counts as one that worked. */
const SETTLED_MS = 60_000;
/** So many deaths in a row before `ready` and the state is `failed`; starting goes on, slowly. */
const FAILED_AFTER = 4;

const defaultDelay = (failures: number): number => Math.min(30_000, failures <= 1 ? 0 : 250 * 2 ** (failures - 1));

export class EngineHost {
  readonly #options: EngineHostOptions;
  readonly #stateListeners = new Set<(state: EngineState) => void>();
  readonly #readyWaiters = new Set<Waiter<Catalogue>>();
  readonly #inspections = new Map<number, Waiter<CheckpointInspection>>();
  readonly #networkInspections = new Map<number, Waiter<NetworkView>>();
  #process: EngineProcess | null = null;
  #state: EngineState = { state: 'starting', device: null, reason: 'The engine is starting.' };
  #catalogue: Catalogue | null = null;
  #run: CurrentRun | null = null;
  #nextRequest = 1;
  /** Deaths in a row that no work explains, without a settled life between. */
  #failures = 0;
  #readyAt = 0;
  #restartTimer: NodeJS.Timeout | null = null;
  #isStopping = false;

  constructor(options: EngineHostOptions) {
    this.#options = options;
  }

  get state(): EngineState {
    return this.#state;
  }

  /** What the engine can do; null until it has reported for the first time. */
  get catalogue(): Catalogue | null {
    return this.#catalogue;
  }

  /** Whether a job is being run. */
  get isRunning(): boolean {
    return this.#run !== null;
  }

  /** @returns the function that ends the subscription */
  onState(listener: (state: EngineState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  start(): void {
    if (this.#process !== null || this.#isStopping) return;
    const engine: EngineProcess = new EngineProcess(this.#options, {
      message: (message) => this.#receive(engine, message),
      line: (line) => this.#options.log('info', `engine: ${line}`),
      ended: (exit) => this.#ended(engine, exit),
    });
    this.#process = engine;
  }

  /** Waits until the engine answers. @throws engine_lost after `timeoutMs`, or at once when it cannot be started */
  async whenReady(timeoutMs = READY_TIMEOUT_MS): Promise<Catalogue> {
    if (this.#state.state === 'ready' && this.#catalogue !== null) return this.#catalogue;
    const lost = (): EngineLostError =>
      new EngineLostError('engine_lost', `The engine is not ready: ${this.#state.reason ?? this.#state.state}`, {
        hint: 'Try again in a few seconds; the log in the data folder says more.',
      });
    if (this.#state.state === 'failed' || this.#isStopping) throw lost();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#readyWaiters.delete(waiter);
        reject(lost());
      }, timeoutMs);
      const waiter: Waiter<Catalogue> = {
        resolve: (catalogue) => {
          clearTimeout(timer);
          resolve(catalogue);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#readyWaiters.add(waiter);
    });
  }

  /**
   * Runs one job; only one at a time.
   * @throws what the engine answered; cancelled; engine_lost when it died or hung, with its last lines in the details
   */
  async run(job: EngineJob | EngineModelJob, listener: Partial<RunListener>): Promise<{ durationMs: number }> {
    const engine = this.#process;
    if (engine === null || this.#state.state !== 'ready') throw this.#lost('it is not running', []);
    if (this.#run !== null) throw new Error(`The engine already runs job ${this.#run.jobId}.`);
    return new Promise((resolve, reject) => {
      this.#run = { jobId: job.jobId, listener, resolve, reject };
      engine.ask('target' in job ? { type: 'work', job } : { type: 'run', job });
    });
  }

  /** The run ends with `cancelled`, after the step it is in. */
  cancel(jobId: string): void {
    if (this.#run?.jobId === jobId) this.#process?.send({ type: 'cancel', jobId });
  }

  /**
   * What a checkpoint's header tells. Ask for one file after the other: an engine that dies took the asked file badly,
   * unless a job was running too (`wasShared` in the details).
   * @param overrides what a person says of it
   * @throws model_invalid, model_unsupported, model_incomplete, model_unexpected, engine_lost
   */
  async inspect(file: string, overrides: CheckpointOverrides = {}): Promise<CheckpointInspection> {
    const engine = this.#process;
    if (engine === null || this.#state.state !== 'ready') throw this.#lost('it is not running', []);
    const requestId = this.#nextRequest++;
    return new Promise((resolve, reject) => {
      this.#inspections.set(requestId, { resolve, reject });
      engine.ask({ type: 'inspect', requestId, file, overrides } satisfies ToEngine);
    });
  }

  /** The same of a LoRA or one of its kin, or of an embedding. @throws as {@link inspect}; model_incompatible, pickle_unsafe */
  async inspectNetwork(file: string, kind: 'lora' | 'embedding'): Promise<NetworkView> {
    const engine = this.#process;
    if (engine === null || this.#state.state !== 'ready') throw this.#lost('it is not running', []);
    const requestId = this.#nextRequest++;
    return new Promise((resolve, reject) => {
      this.#networkInspections.set(requestId, { resolve, reject });
      engine.ask({ type: 'inspect-network', requestId, file, kind } satisfies ToEngine);
    });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#restartTimer !== null) clearTimeout(this.#restartTimer);
    this.#failWaiters('the server stops');
    await this.#process?.shutDown(SHUTDOWN_MS);
  }

  #receive(engine: EngineProcess, message: FromEngine): void {
    if (engine !== this.#process) return;
    switch (message.type) {
      case 'ready':
        this.#becomeReady(engine, message);
        break;
      case 'inspected':
        settle(engine, this.#inspections, message.requestId, message.inspection, message.error);
        break;
      case 'network-inspected':
        settle(engine, this.#networkInspections, message.requestId, message.network, message.error);
        break;
      case 'log':
        this.#options.log(message.level, `engine: ${message.message}`);
        break;
      case 'quiet':
      case 'started':
        break;
      case 'progress':
        if (this.#run?.jobId === message.jobId) this.#run.listener.progress?.(message);
        break;
      case 'preview':
        if (this.#run?.jobId === message.jobId) this.#run.listener.preview?.(message);
        break;
      case 'image':
        if (this.#run?.jobId === message.jobId) this.#run.listener.image?.(message);
        break;
      case 'measured':
        if (this.#run?.jobId === message.jobId) this.#run.listener.measured?.(message);
        break;
      case 'model-progress':
        if (this.#run?.jobId === message.jobId) this.#run.listener.modelProgress?.(message);
        break;
      case 'model-made':
        if (this.#run?.jobId === message.jobId) this.#run.listener.modelMade?.(message);
        break;
      case 'finished':
        this.#endRun(engine, message.jobId)?.resolve({ durationMs: message.durationMs });
        break;
      case 'failed':
        this.#endRun(engine, message.jobId)?.reject(fromWire(message.error));
        break;
      case 'cancelled':
        this.#endRun(engine, message.jobId)?.reject(new CancelledError('cancelled', 'The job was cancelled.'));
        break;
    }
  }

  #becomeReady(engine: EngineProcess, message: Message<'ready'>): void {
    if (message.protocol !== ENGINE_PROTOCOL) {
      // Starting again would find the same program again.
      this.#isStopping = true;
      const reason =
        `The engine speaks protocol ${message.protocol}, this server ${ENGINE_PROTOCOL}. ` +
        'Build both from the same version: npm run build.';
      this.#setState({ state: 'failed', device: null, reason });
      this.#failWaiters(reason);
      engine.kill(reason);
      return;
    }
    this.#catalogue = message.catalogue;
    this.#readyAt = Date.now();
    this.#setState({ state: 'ready', device: message.device, reason: message.deviceReason });
    for (const waiter of this.#readyWaiters) waiter.resolve(message.catalogue);
    this.#readyWaiters.clear();
  }

  /** Whether a file is being looked at. */
  get #isInspecting(): boolean {
    return this.#inspections.size + this.#networkInspections.size > 0;
  }

  #endRun(engine: EngineProcess, jobId: string): CurrentRun | null {
    const run = this.#run;
    if (run?.jobId !== jobId) return null;
    this.#run = null;
    engine.answered();
    return run;
  }

  #ended(engine: EngineProcess, exit: EngineExit): void {
    if (engine !== this.#process) return;
    this.#process = null;
    const wasSettled = this.#readyAt > 0 && Date.now() - this.#readyAt > SETTLED_MS;
    this.#readyAt = 0;
    // One that died at work is started at once: who asked decides about the work. One that dies by itself has to wait.
    const hadWork = this.#run !== null || this.#isInspecting;
    this.#failures = hadWork || wasSettled ? 1 : this.#failures + 1;
    if (!this.#isStopping) {
      this.#options.log(
        'error',
        `The engine was lost: ${exit.reason}.${exit.lastLines.map((line) => `\n    ${line}`).join('')}`,
      );
      const hasFailed = this.#failures >= FAILED_AFTER;
      this.#setState({
        state: hasFailed ? 'failed' : 'restarting',
        device: null,
        reason: `The engine was lost: ${exit.reason}.${hasFailed ? ` It failed ${this.#failures} times in a row and is tried again every half minute.` : ''}`,
      });
      const delay = (this.#options.restartDelayMs ?? defaultDelay)(this.#failures);
      this.#restartTimer = setTimeout(() => this.start(), hasFailed ? Math.max(delay, 30_000) : delay);
      if (hasFailed) this.#failWaiters(exit.reason);
    }
    const run = this.#run;
    // With two things going on nobody knows which of them it died of.
    const error = this.#lost(exit.reason, exit.lastLines, { wasShared: run !== null && this.#isInspecting });
    this.#run = null;
    const inspections = [...this.#inspections.values(), ...this.#networkInspections.values()];
    this.#inspections.clear();
    this.#networkInspections.clear();
    run?.reject(error);
    for (const waiter of inspections) waiter.reject(error);
  }

  #failWaiters(reason: string): void {
    for (const waiter of this.#readyWaiters) waiter.reject(this.#lost(reason, []));
    this.#readyWaiters.clear();
  }

  #lost(reason: string, lastLines: readonly string[], more: { wasShared?: boolean } = {}): EngineLostError {
    return new EngineLostError('engine_lost', `The engine was lost: ${reason}.`, {
      hint: 'It starts again by itself; try again in a few seconds.',
      lastLines,
      ...more,
    });
  }

  #setState(state: EngineState): void {
    this.#state = state;
    for (const listener of this.#stateListeners) listener(state);
  }
}

/** Gives an answer to whoever waits for it. */
function settle<T>(
  engine: EngineProcess,
  waiters: Map<number, Waiter<T>>,
  requestId: number,
  found: T | null,
  error: WireError | null,
): void {
  const waiter = waiters.get(requestId);
  if (waiter === undefined) return;
  waiters.delete(requestId);
  engine.answered();
  if (found !== null) waiter.resolve(found);
  else
    waiter.reject(
      fromWire(error ?? { code: 'internal', message: 'The engine answered neither a result nor an error.' }),
    );
}
