/**
 * What the engine finds out about model files, one after the other. A file the engine dies of is left alone until it
 * changes; where a job ran meanwhile and may have been the cause, it is looked at again when none does.
 */
import { join } from 'node:path';

import type { CheckpointOverrides } from '@easel/shared/checkpoint';
import { toStudioError } from '@easel/shared/errors';

import type { EngineHost } from '../engine-host/engine-host.ts';
import type { ModelRecord, ModelRecords } from '../store/model-records.ts';
import { keyOf, type Entry } from './model-entry.ts';

interface ModelExaminationOptions {
  engine: EngineHost;
  records: ModelRecords;
  /** The entry of the same file among those of the last look at the folders. */
  entryLike(entry: Entry): Entry | undefined;
  /** Names what would examine it, and with which corrections. */
  examinerOf(entry: Entry): string;
  isPending(entry: Entry): boolean;
  overridesOf(entry: Entry): CheckpointOverrides;
  /** Those that could not be examined beside a job can be now. */
  onRetry(): void;
}

/** Pauses between looks at whether a suspect can be examined alone. */
const SUSPECT_INTERVAL_MS = 2000;

export class ModelExamination {
  readonly #options: ModelExaminationOptions;
  /** Files during whose examination the engine died while a job ran. */
  readonly #suspects = new Set<string>();
  #retryTimer: NodeJS.Timeout | null = null;
  #examining: Promise<unknown> = Promise.resolve();

  constructor(options: ModelExaminationOptions) {
    this.#options = options;
  }

  close(): void {
    if (this.#retryTimer !== null) clearInterval(this.#retryTimer);
  }

  /** Whether it must wait until no job runs. */
  mustWait(entry: Entry): boolean {
    return this.#suspects.has(keyOf(entry)) && this.#options.engine.isRunning;
  }

  /** One file after the other: of two at once nobody could say which one the engine died of. */
  async examine(entry: Entry): Promise<void> {
    const examining = this.#examining.then(async () => this.#examineNow(entry));
    this.#examining = examining.catch(() => null);
    return examining;
  }

  async #examineNow(asked: Entry): Promise<void> {
    const { engine, records } = this.#options;
    // Another look at the folders may have put a new entry for the same file in its place, and examined it.
    const now = (): Entry | undefined => this.#options.entryLike(asked);
    const entry = now();
    if (
      entry === undefined ||
      entry.record === null ||
      !this.#options.isPending(entry) ||
      engine.state.state !== 'ready'
    )
      return;
    const overrides = this.#options.overridesOf(entry);
    const file = join(entry.folder, entry.found.path);
    const examiner = this.#options.examinerOf(entry);
    const record: ModelRecord = { ...entry.record, examiner, inspection: null, network: null, error: null };
    try {
      const { kind } = entry;
      if (kind === 'lora' || kind === 'embedding') record.network = await engine.inspectNetwork(file, kind);
      else record.inspection = await engine.inspect(file, overrides);
    } catch (thrown) {
      const error = toStudioError(thrown);
      if (error.code === 'engine_lost' && error.details['wasShared'] === true) {
        this.#suspects.add(keyOf(entry));
        this.#retryTimer ??= setInterval(() => this.#retrySuspects(), SUSPECT_INTERVAL_MS).unref();
        return;
      }
      record.error =
        error.code === 'engine_lost'
          ? {
              code: 'model_invalid',
              message: `The engine died while reading ${entry.found.path}, so it is left alone until it changes.`,
            }
          : error.toWire();
      // What the file says of itself is worth knowing all the more where a correction does not work.
      if (Object.keys(overrides).length > 0 && error.code !== 'engine_lost') {
        const plain = await engine.inspect(file).catch(() => null);
        record.error.details = { ...record.error.details, detection: plain?.detection };
      }
    }
    this.#suspects.delete(keyOf(entry));
    const current = now();
    const { sizeBytes, mtimeMs, inspection, network, error } = record;
    if (current?.record?.sizeBytes === sizeBytes && current.record.mtimeMs === mtimeMs) {
      // A hash may have come meanwhile.
      current.record = { ...current.record, examiner, inspection, network, error };
      await records.save(current.record);
    }
    // The engine that died at this file is needed for the next one.
    if (record.error !== null && engine.state.state !== 'ready') await engine.whenReady().catch(() => null);
  }

  #retrySuspects(): void {
    if (this.#suspects.size > 0 && !this.#options.engine.isRunning) this.#options.onRetry();
  }
}
