/**
 * What lies in the models folder: found, examined by the engine, hashed; looked at again when the folder changes.
 *
 * A request names a model, never a path: the name is looked up among what the scan found. One bad file is listed with
 * its reason and harms no other.
 */
import { join } from 'node:path';

import { CheckpointError, RequestError, toStudioError, type StudioError } from '@easel/shared/errors';
import type { GenerationDefaults } from '@easel/shared/generation';
import type { ModelList, ModelView } from '@easel/shared/http/models';

import type { EngineHost } from '../engine-host/engine-host.ts';
import type { Store } from '../store/database.ts';
import { ModelRecords, type ModelRecord } from '../store/model-records.ts';
import type { Events } from './events.ts';
import type { FileHasher } from './file-hash.ts';
import { FolderWatch } from './folder-watch.ts';
import { shownError } from './job-view.ts';
import { isUnchanged, PLAIN_EXTENSION, scanModels, type FoundModelFile } from './model-scan.ts';
import { nearest } from './near-names.ts';

export interface UsableModel {
  view: ModelView;
  /** Absolute path of the checkpoint. */
  file: string;
  defaults: GenerationDefaults;
}

export interface ModelLibraryOptions {
  store: Store;
  engine: EngineHost;
  events: Events;
  hasher: FileHasher;
  /** Absolute path of models/checkpoints. */
  folder: string;
  /** Names this build of the engine: what another one found out is found out again. */
  examiner: string;
  log(level: 'info' | 'warn' | 'error', message: string): void;
}

interface Entry {
  id: string;
  found: FoundModelFile;
  /** Null while nothing is known of the file as it is now. */
  record: ModelRecord | null;
}

/** Somebody who asks for a fresh look gets one at most this often. */
const REFRESH_INTERVAL_MS = 2000;
/** And a wrong name causes one at most this often. */
const SECOND_LOOK_MS = 300;
/** Pauses between looks at whether a suspect can be examined alone. */
const SUSPECT_INTERVAL_MS = 2000;
/** How long a request for a model waits while files are still being examined. */
const SETTLE_TIMEOUT_MS = 8000;
/** Hashes are shown and compared by this many digits, as A1111 does. */
const SHORT_HASH = 10;

/** Paths without the usual ending, but where two would then have one id: a folder and the file it was made from. */
const idsOf = (files: readonly FoundModelFile[]): Map<FoundModelFile, string> => {
  const folders = new Set(files.filter(({ isFolder }) => isFolder).map(({ path }) => path));
  return new Map(
    files.map((found) => {
      const isPlain = !found.isFolder && found.path.toLowerCase().endsWith(PLAIN_EXTENSION);
      const stem = isPlain ? found.path.slice(0, -PLAIN_EXTENSION.length) : found.path;
      return [found, isPlain && folders.has(stem) ? found.path : stem];
    }),
  );
};
const fileNameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const fold = (text: string): string => text.normalize('NFC').trim().toLowerCase();

export class ModelLibrary {
  readonly #options: ModelLibraryOptions;
  readonly #records: ModelRecords;
  readonly #watch: FolderWatch;
  #entries: Entry[] = [];
  #chosenDefault: string | null = null;
  #scanning: Promise<void> | null = null;
  #mustScanAgain = false;
  #scannedAt = 0;
  /** Files during whose examination the engine died while a job ran: looked at again when none does. */
  readonly #suspects = new Set<string>();
  #retryTimer: NodeJS.Timeout | null = null;
  readonly #hashing = new Map<string, Promise<string | null>>();
  #isClosed = false;

  constructor(options: ModelLibraryOptions) {
    this.#options = options;
    this.#records = new ModelRecords(options.store);
    this.#watch = new FolderWatch(() => void this.rescan());
    options.engine.onState((state) => {
      if (state.state === 'ready' && this.#entries.some((entry) => this.#isPending(entry))) void this.rescan();
    });
  }

  /** Knows what is there, as far as earlier servers found out; resolves before anything is examined. */
  async load(): Promise<void> {
    this.#chosenDefault = await this.#records.chosenDefault();
    await this.#lookAtFolder();
  }

  /** Begins to examine and to watch. */
  start(): void {
    void this.rescan();
  }

  close(): void {
    this.#isClosed = true;
    this.#watch.close();
    if (this.#retryTimer !== null) clearInterval(this.#retryTimer);
  }

  /** As known now; `refresh` looks at the disk again first (at most every 2 s). */
  async list(options: { refresh?: boolean } = {}): Promise<ModelList> {
    if (options.refresh === true && Date.now() - this.#scannedAt > REFRESH_INTERVAL_MS) await this.rescan();
    return { models: this.#entries.map((entry) => this.#view(entry)), defaultModel: this.defaultModel()?.id ?? null };
  }

  /** The model used when a request names none; null when there is no usable one. */
  defaultModel(): ModelView | null {
    const usable = this.#entries.filter((entry) => this.#inspection(entry) !== null);
    const chosen = usable.find(({ id }) => id === this.#chosenDefault);
    // Nobody chose: the largest, since the small ones are demonstrations.
    const best =
      chosen ??
      usable.sort((left, right) => right.found.sizeBytes - left.found.sizeBytes || (left.id < right.id ? -1 : 1))[0];
    return best === undefined ? null : this.#view(best);
  }

  /**
   * By id, name, file name, `name [hash]` title, or (short) SHA-256; undefined = the default model. Waits a little while
   * files are still being examined.
   * @throws unknown_model with near names, model_unusable with its reason, model_pending, model_gone, no_model
   */
  async resolve(reference?: string): Promise<UsableModel> {
    let entry = this.#find(reference);
    if (entry !== null && this.#inspection(entry) !== null && !(await this.#isAsFound(entry))) {
      await this.rescan();
      const { id } = entry;
      entry = this.#find(reference);
      if (entry === null) {
        throw new CheckpointError('model_gone', `model: the file of "${id}" has been removed.`, {
          field: 'model',
          got: id,
          hint: 'Put it back or choose another model.',
        });
      }
    }
    if (entry === null || this.#isPending(entry)) {
      await this.#settle(() => {
        const found = this.#find(reference);
        return found !== null && !this.#isPending(found);
      });
      entry = this.#find(reference);
    }
    if (entry === null) throw reference === undefined ? this.#noModel() : this.#unknown(reference);
    const inspection = this.#inspection(entry);
    if (inspection !== null)
      return {
        view: this.#view(entry),
        file: join(this.#options.folder, entry.found.path),
        defaults: inspection.defaults,
      };
    const { reason } = this.#view(entry);
    const isPending = this.#isPending(entry);
    throw new RequestError(
      isPending ? 'model_pending' : 'model_unusable',
      `model: ${entry.id} cannot be used. ${reason?.message ?? ''}`.trim(),
      {
        field: 'model',
        got: entry.id,
        ...(reason?.hint === undefined ? {} : { hint: reason.hint }),
      },
    );
  }

  /** Makes a model the default, also after a restart. @throws as resolve */
  async chooseDefault(reference: string): Promise<ModelView> {
    const { view } = await this.resolve(reference);
    await this.#records.chooseDefault(view.id);
    this.#chosenDefault = view.id;
    this.#options.events.publish('models:changed', {});
    return view;
  }

  /** SHA-256 of the file in hex, waiting for it while it is computed; null for a folder, or when it cannot be read. */
  async sha256(id: string): Promise<string | null> {
    const entry = this.#entries.find((candidate) => candidate.id === id);
    if (entry === undefined) return null;
    return entry.record?.sha256 ?? this.#hash(entry);
  }

  /** Looks at the folder again, examines what is new, hashes what is usable. Resolves when all files are examined. */
  async rescan(): Promise<void> {
    if (this.#scanning !== null) {
      this.#mustScanAgain = true;
      return this.#scanning;
    }
    this.#scanning = (async () => {
      do {
        this.#mustScanAgain = false;
        await this.#scan();
      } while (this.#mustScanAgain && !this.#isClosed);
    })().finally(() => {
      this.#scanning = null;
    });
    return this.#scanning;
  }

  async #scan(): Promise<void> {
    try {
      let hasChanged = await this.#lookAtFolder();
      for (const entry of this.#entries) {
        if (this.#isClosed) return;
        if (!this.#isPending(entry) || this.#options.engine.state.state !== 'ready') continue;
        if (this.#suspects.has(entry.found.path) && this.#options.engine.isRunning) continue;
        await this.#examine(entry);
        hasChanged = true;
      }
      if (hasChanged) this.#options.events.publish('models:changed', {});
      for (const entry of this.#entries) {
        if (this.#inspection(entry) !== null && entry.record?.sha256 === null) void this.#hash(entry);
      }
    } catch (thrown) {
      this.#options.log('error', `The models folder could not be examined: ${toStudioError(thrown).message}`);
    }
  }

  /** @returns whether anything is there that was not, or the other way round */
  async #lookAtFolder(): Promise<boolean> {
    const scan = await scanModels(this.#options.folder);
    this.#scannedAt = Date.now();
    if (!this.#isClosed) this.#watch.follow(scan.folders);
    const records = await this.#records.all();
    const before = new Map(this.#entries.map((entry) => [entry.found.path, entry]));
    const ids = idsOf(scan.files);
    let hasChanged = before.size !== scan.files.length;
    this.#entries = scan.files.map((found) => {
      const known = before.get(found.path);
      const isSame = known?.found.sizeBytes === found.sizeBytes && known.found.mtimeMs === found.mtimeMs;
      const id = ids.get(found) ?? found.path;
      if (known !== undefined && isSame) return { ...known, id, found };
      hasChanged = true;
      const record = records.get(found.path);
      const isStillTrue =
        record !== undefined && record.sizeBytes === found.sizeBytes && record.mtimeMs === found.mtimeMs;
      return { id, found, record: isStillTrue ? record : null };
    });
    return hasChanged;
  }

  async #examine(entry: Entry): Promise<void> {
    const { engine, folder, examiner } = this.#options;
    const record: ModelRecord = {
      path: entry.found.path,
      sizeBytes: entry.found.sizeBytes,
      mtimeMs: entry.found.mtimeMs,
      examiner,
      inspection: null,
      error: null,
      sha256: entry.record?.sha256 ?? null,
    };
    try {
      record.inspection = await engine.inspect(join(folder, entry.found.path));
    } catch (thrown) {
      const error = toStudioError(thrown);
      if (error.code === 'engine_lost' && error.details['wasShared'] === true) {
        this.#suspects.add(entry.found.path);
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
    }
    this.#suspects.delete(entry.found.path);
    entry.record = record;
    await this.#records.save(record);
    // The engine that died at this file is needed for the next one.
    if (record.error !== null && engine.state.state !== 'ready') await engine.whenReady().catch(() => null);
  }

  #retrySuspects(): void {
    if (this.#suspects.size > 0 && !this.#options.engine.isRunning) void this.rescan();
  }

  async #hash(entry: Entry): Promise<string | null> {
    // Nobody has agreed on what the hash of a folder is.
    if (entry.found.isFolder) return null;
    const { path, sizeBytes, mtimeMs } = entry.found;
    const key = `${path}\n${sizeBytes}\n${mtimeMs}`;
    const running = this.#hashing.get(key);
    if (running !== undefined) return running;
    const hashing = (async () => {
      const sha256 = await this.#options.hasher.hash(join(this.#options.folder, path));
      // The entry may have been replaced by a newer look at the same file.
      const current = this.#entries.find(
        ({ found }) => found.path === path && found.sizeBytes === sizeBytes && found.mtimeMs === mtimeMs,
      );
      if (sha256 !== null && current !== undefined && current.record !== null && !this.#isClosed) {
        current.record = { ...current.record, sha256 };
        await this.#records.save(current.record);
        this.#options.events.publish('models:changed', {});
      }
      return sha256;
    })().finally(() => this.#hashing.delete(key));
    this.#hashing.set(key, hashing);
    return hashing;
  }

  /** Waits for the running examination, as long as somebody may reasonably wait. */
  async #settle(isSettled: () => boolean): Promise<void> {
    const deadline = Date.now() + SETTLE_TIMEOUT_MS;
    if (this.#entries.some((entry) => this.#isPending(entry))) {
      await this.#options.engine.whenReady(SETTLE_TIMEOUT_MS).catch(() => null);
    }
    // A name nobody knows may belong to a file that came a moment ago; wrong names must not keep the disk busy, though.
    const pause = this.#scannedAt + SECOND_LOOK_MS - Date.now();
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    void this.rescan();
    while (this.#scanning !== null && !isSettled() && Date.now() < deadline) {
      await Promise.race([this.#scanning, new Promise((resolve) => setTimeout(resolve, 50))]);
    }
  }

  #find(reference: string | undefined): Entry | null {
    if (reference === undefined) {
      const id = this.defaultModel()?.id;
      return (
        this.#entries.find((entry) => entry.id === id) ?? this.#entries.find((entry) => this.#isPending(entry)) ?? null
      );
    }
    const exact = this.#entries.find(({ id }) => id === reference);
    if (exact !== undefined) return exact;
    const wanted = fold(reference);
    const isNamed = (entry: Entry, name: string): boolean =>
      [entry.id, this.#nameOf(entry), fileNameOf(entry.id), fileNameOf(entry.found.path), entry.found.path].some(
        (own) => fold(own) === name,
      );
    const hashed = /^(?<name>.*?)\s*\[(?<hash>[0-9a-f]{6,64})\]$/.exec(wanted)?.groups;
    const hash = hashed?.['hash'] ?? (/^[0-9a-f]{8,64}$/.test(wanted) ? wanted : undefined);
    return (
      this.#entries.find((entry) => isNamed(entry, wanted)) ??
      (hash === undefined
        ? undefined
        : this.#entries.find((entry) => entry.record?.sha256?.startsWith(hash) === true)) ??
      (hashed?.['name'] === undefined
        ? undefined
        : this.#entries.find((entry) => isNamed(entry, hashed['name'] as string))) ??
      null
    );
  }

  /** Whether the file is still the one that was examined. */
  async #isAsFound({ found }: Entry): Promise<boolean> {
    return isUnchanged(this.#options.folder, found);
  }

  #isPending(entry: Entry): boolean {
    return entry.found.reason === null && entry.record?.examiner !== this.#options.examiner;
  }

  #inspection(entry: Entry): NonNullable<ModelRecord['inspection']> | null {
    return entry.found.reason === null && !this.#isPending(entry) ? (entry.record?.inspection ?? null) : null;
  }

  #nameOf(entry: Entry): string {
    return entry.record?.inspection?.title ?? fileNameOf(entry.id);
  }

  #view(entry: Entry): ModelView {
    const inspection = this.#inspection(entry);
    const error = entry.record?.error ?? null;
    const pending = {
      code: 'model_pending',
      message: 'It has not been examined yet.',
      hint: 'Try again in a few seconds.',
    };
    return {
      id: entry.id,
      name: this.#nameOf(entry),
      fileName: fileNameOf(entry.found.path),
      sizeBytes: entry.found.sizeBytes,
      sha256: entry.record?.sha256 ?? null,
      isUsable: inspection !== null,
      reason:
        inspection !== null
          ? null
          : (entry.found.reason ?? (this.#isPending(entry) || error === null ? pending : shownError(error))),
      family: inspection?.family ?? null,
      familyLabel: inspection?.familyLabel ?? null,
      evidence: inspection?.evidence ?? null,
      defaults: inspection?.defaults ?? null,
      examples: inspection?.examples ?? [],
    };
  }

  #noModel(): StudioError {
    const first = this.#entries
      .map((entry) => this.#view(entry).reason?.message)
      .find((message) => message !== undefined);
    return new RequestError('no_model', `There is no usable model.${first === undefined ? '' : ` ${first}`}`, {
      hint: `Put a Stable Diffusion checkpoint (.safetensors, .ckpt or a diffusers folder) into the folder models/checkpoints.`,
    });
  }

  #unknown(reference: string): StudioError {
    const names = this.#entries.filter((entry) => this.#inspection(entry) !== null);
    const near = nearest(
      reference,
      names.flatMap((entry) => [entry.id, this.#nameOf(entry)]),
    );
    return new RequestError('unknown_model', `There is no model "${reference.slice(0, 100)}".`, {
      field: 'model',
      got: reference.slice(0, 100),
      limit: names.slice(0, 50).map(({ id }) => id),
      hint: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'GET /api/v1/models lists them.',
    });
  }
}

/** Title as A1111 writes it: file name and the first digits of the hash. */
export const titleOf = (model: Pick<ModelView, 'fileName' | 'sha256'>): string =>
  model.sha256 === null ? model.fileName : `${model.fileName} [${model.sha256.slice(0, SHORT_HASH)}]`;
