/**
 * What lies in the model folders: found, examined by the engine, hashed; looked at again when a folder changes; and what
 * a person says of it.
 *
 * A request names a model, never a path: the name is looked up among what the scan found. One bad file is listed with
 * its reason and harms no other. In extra roots nothing is ever written.
 */
import { join } from 'node:path';

import type { CheckpointOverrides } from '@easel/shared/checkpoint';
import type { CheckpointFootprint } from '@easel/shared/memory';
import { CheckpointError, RequestError, toStudioError, type StudioError } from '@easel/shared/errors';
import type { GenerationDefaults } from '@easel/shared/generation';
import type { ModelChange, ModelDetail } from '@easel/shared/http/model-details';
import type { ModelKind, ModelList, ModelView } from '@easel/shared/http/models';

import type { EngineHost } from '../engine-host/engine-host.ts';
import type { Store } from '../store/database.ts';
import { ModelRecords } from '../store/model-records.ts';
import type { Events } from './events.ts';
import type { FileHasher } from './file-hash.ts';
import { FolderWatch } from './folder-watch.ts';
import type { ServedFile } from './gallery.ts';
import { readBeside } from './model-beside.ts';
import { examinerOf, inspectionOf, isPending, keyOf, nameOf, viewOf, type Entry } from './model-entry.ts';
import { ModelExamination } from './model-examination.ts';
import { ModelFolders } from './model-folders.ts';
import { ModelHashing } from './model-hashing.ts';
import { findNamed } from './model-names.ts';
import type { ModelPreviews } from './model-previews.ts';
import { noModel, unknownModel, unusableModel } from './model-refusals.ts';
import { isUnchanged } from './model-scan.ts';
import { ModelSettingsBook } from './model-settings.ts';

export interface UsableModel {
  view: ModelView;
  /** Absolute path of the checkpoint. */
  file: string;
  /** The model's own, ruled by what a person set. */
  defaults: GenerationDefaults;
  /** A person's corrections of what was detected; empty when there are none. */
  overrides: CheckpointOverrides;
  /** What a person has it decode with; null = its own. */
  vae: ModelFile | null;
  /** What its networks take; null where nobody has looked so closely. */
  footprint: CheckpointFootprint | null;
}

/** A file that work on models reads, of any kind. */
export interface ModelFile {
  id: string;
  kind: ModelKind;
  /** Absolute path. */
  file: string;
  sha256: string | null;
  overrides: CheckpointOverrides;
  /** What is known of it. */
  view: ModelView;
}

export interface ModelLibraryOptions {
  store: Store;
  engine: EngineHost;
  events: Events;
  hasher: FileHasher;
  previews: ModelPreviews;
  /** Absolute path of our own models folder. */
  models: string;
  /** Absolute paths of further trees. */
  extraRoots: readonly string[];
  /** Names this build of the engine: what another one found out is found out again. */
  examiner: string;
  log(level: 'info' | 'warn' | 'error', message: string): void;
}

/** @source the WebUI's `Lora hashes` and `TI hashes` */
const NETWORK_HASH_DIGITS = 12;
/** Files that are nothing else but one. */
const VAE_KINDS: readonly ModelKind[] = ['vae'];
/** Somebody who asks for a fresh look gets one at most this often. */
const REFRESH_INTERVAL_MS = 2000;
/** And a wrong name causes one at most this often. */
const SECOND_LOOK_MS = 300;
/** How long a request for a model waits while files are still being examined. */
const SETTLE_TIMEOUT_MS = 8000;
/** Pauses between looks at whether the extra roots are there. */
const ROOTS_INTERVAL_MS = 15_000;
/** Many hashes at once are told together: who hears of it reads the list again, and a long one takes longer. */
const ANNOUNCE_MS = 250;
const ANNOUNCE_EACH_MS = 1;

export class ModelLibrary {
  readonly #options: ModelLibraryOptions;
  readonly #records: ModelRecords;
  readonly #folders: ModelFolders;
  readonly #settings: ModelSettingsBook;
  readonly #examination: ModelExamination;
  readonly #hashing: ModelHashing;
  readonly #watch: FolderWatch;
  #chosenDefault: string | null = null;
  #scanning: Promise<void> | null = null;
  #mustScanAgain = false;
  #scannedAt = 0;
  #rootTimer: NodeJS.Timeout | null = null;
  #announceTimer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(options: ModelLibraryOptions) {
    this.#options = options;
    this.#records = new ModelRecords(options.store);
    this.#folders = new ModelFolders(this.#records, options);
    this.#settings = new ModelSettingsBook(options.store);
    this.#examination = new ModelExamination({
      engine: options.engine,
      records: this.#records,
      entryLike: (entry) => this.#entries.find((each) => keyOf(each) === keyOf(entry)),
      examinerOf: (entry) => this.#examiner(entry),
      isPending: (entry) => this.#isPending(entry),
      overridesOf: (entry) => this.#settings.of(entry).overrides,
      onRetry: () => void this.rescan(),
    });
    this.#hashing = new ModelHashing({
      hasher: options.hasher,
      records: this.#records,
      onChange: (entry) => void this.#hashed(entry),
    });
    this.#watch = new FolderWatch(() => void this.rescan());
    options.engine.onState((state) => {
      if (state.state === 'ready' && this.#entries.some((entry) => this.#isPending(entry))) void this.rescan();
    });
  }

  /** Knows what is there, as far as earlier servers found out; resolves before anything is examined. */
  async load(): Promise<void> {
    this.#chosenDefault = await this.#records.chosenDefault();
    await this.#settings.load();
    await this.#folders.load();
    await this.#lookAtFolders();
  }

  /** Begins to examine and to watch. */
  start(): void {
    void this.rescan();
  }

  close(): void {
    this.#isClosed = true;
    this.#watch.close();
    this.#hashing.close();
    this.#examination.close();
    if (this.#rootTimer !== null) clearInterval(this.#rootTimer);
    if (this.#announceTimer !== null) clearTimeout(this.#announceTimer);
  }

  /**
   * As known now.
   * @param options.refresh looks at the disk again first (at most every 2 s)
   * @param options.kind checkpoints, where nothing is said
   */
  async list(options: { refresh?: boolean; kind?: ModelKind | 'all' } = {}): Promise<ModelList> {
    if (options.refresh === true && Date.now() - this.#scannedAt > REFRESH_INTERVAL_MS) await this.rescan();
    const kind = options.kind ?? 'checkpoint';
    return {
      models: this.#entries.filter((entry) => kind === 'all' || entry.kind === kind).map((entry) => this.#view(entry)),
      defaultModel: this.defaultModel()?.id ?? null,
      roots: this.#folders.roots,
    };
  }

  /** One model with what lies beside it. @throws not_found */
  async get(id: string): Promise<ModelDetail> {
    const entry = this.#byId(id);
    return {
      ...this.#view(entry),
      beside: await readBeside(entry.folder, entry.found.beside),
      detectedDefaults: this.#inspection(entry)?.defaults ?? null,
    };
  }

  /**
   * Keeps what a person says of a model. A corrected one is examined again before this resolves, while the engine is there.
   * @throws not_found; not_allowed, unknown_sampler, unknown_schedule for what the engine does not know
   */
  async change(id: string, change: ModelChange): Promise<ModelDetail> {
    const entry = this.#byId(id);
    const catalogue =
      change.overrides === undefined && change.defaults === undefined ? null : await this.#options.engine.whenReady();
    const vae = change.defaults?.vae;
    const named =
      vae === undefined
        ? change
        : { ...change, defaults: { ...change.defaults, vae: (await this.#vae('defaults.vae', vae)).id } };
    await this.#settings.change(entry, named, catalogue);
    if (this.#isPending(entry)) await this.#examination.examine(entry);
    this.#options.events.publish('models:changed', {});
    return this.get(id);
  }

  /** A small picture of the model. @throws not_found */
  async preview(id: string): Promise<ServedFile> {
    const entry = this.#byId(id);
    return this.#options.previews.file(entry, this.#settings.of(entry).preview);
  }

  /**
   * @param imageId of the gallery; null takes the choice back
   * @throws not_found, unknown_image, image_invalid
   */
  async choosePreview(id: string, imageId: string | null): Promise<ModelDetail> {
    const entry = this.#byId(id);
    const before = this.#settings.of(entry).preview;
    const preview = imageId === null ? null : await this.#options.previews.choose(imageId);
    await this.#settings.setPreview(entry, preview);
    if (before !== null) await this.#options.previews.forget(before);
    this.#options.events.publish('models:changed', {});
    return this.get(id);
  }

  /** Begins hashing a file that is not hashed, or stops it until somebody asks again. @throws not_found */
  async setHashing(id: string, isWanted: boolean): Promise<ModelDetail> {
    const entry = this.#byId(id);
    if (isWanted) this.#hashing.begin(entry, { isWanted: true });
    else this.#hashing.stop(entry);
    this.#announce();
    return this.get(id);
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
   * By id, name, file name, `name [hash]` title, or hash; undefined = the default model. Waits a little while files are
   * still being examined.
   * @throws unknown_model with near names, model_unusable with its reason, model_unavailable, model_pending, model_gone,
   *   no_model
   */
  async resolve(reference?: string): Promise<UsableModel> {
    let entry = this.#find(reference);
    if (entry !== null && this.#inspection(entry) !== null && !(await isUnchanged(entry.folder, entry.found))) {
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
    if (this.#inspection(entry) === null) throw unusableModel(this.#view(entry));
    const view = this.#view(entry);
    return {
      view,
      file: join(entry.folder, entry.found.path),
      defaults: view.defaults as GenerationDefaults,
      overrides: view.overrides,
      vae: await this.#vaeOf(view),
      footprint: this.#inspection(entry)?.footprint ?? null,
    };
  }

  /**
   * A file of one of these kinds by the same names, whether or not anything could be made with it: a VAE is of no family.
   * @throws unknown_model, model_unavailable, model_unusable where the scan refused it
   */
  async resolveFile(reference: string, kinds: readonly ModelKind[]): Promise<ModelFile> {
    const find = (): Entry | null => this.#findFile(reference, kinds);
    let entry = find();
    if (entry === null || !(await isUnchanged(entry.folder, entry.found))) {
      await this.rescan();
      entry = find();
    }
    if (entry === null) throw this.#unknown(reference);
    if (entry.found.reason !== null || !entry.isAvailable) throw unusableModel(this.#view(entry));
    const { overrides } = this.#settings.of(entry);
    const { id, kind, folder, found, record } = entry;
    const view = this.#view(entry);
    return { id, kind, file: join(folder, found.path), sha256: record?.sha256 ?? null, overrides, view };
  }

  /** What {@link resolveFile} would find among what the last scan saw; null = nothing. */
  peekFile(reference: string, kinds: readonly ModelKind[]): ModelView | null {
    const entry = this.#findFile(reference, kinds);
    return entry === null ? null : this.#view(entry);
  }

  /** What {@link resolve} would find, without waiting; null for what is not there or cannot be used. */
  peek(reference?: string): ModelView | null {
    const entry = this.#find(reference);
    return entry === null || this.#inspection(entry) === null ? null : this.#view(entry);
  }

  #findFile(reference: string, kinds: readonly ModelKind[]): Entry | null {
    return findNamed(
      this.#entries.filter(({ kind }) => kinds.includes(kind)),
      reference,
    );
  }

  async #vaeOf({ ownDefaults }: ModelView): Promise<ModelFile | null> {
    return ownDefaults.vae === undefined ? null : this.#vae('model', ownDefaults.vae);
  }

  async #vae(field: string, reference: string): Promise<ModelFile> {
    try {
      return await this.resolveFile(reference, VAE_KINDS);
    } catch (thrown) {
      const { code, details } = toStudioError(thrown);
      throw new RequestError(code, `${field}: the VAE "${reference.slice(0, 100)}" cannot be used.`, {
        ...details,
        field,
        hint: 'Choose another among the model’s defaults, or put the file back.',
      });
    }
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
    return entry === undefined ? null : this.#hashing.sha256(entry);
  }

  /**
   * The 12 digits by which other programs look a LoRA or an embedding up, waiting while they are computed; null where they
   * cannot be. Of a LoRA they are those of its numbers, as it states them or as they are; of all others those of the file.
   */
  async networkHash(id: string): Promise<string | null> {
    const entry = this.#entries.find((candidate) => candidate.id === id);
    if (entry === undefined) return null;
    const stated = entry.record?.network?.statedHash ?? null;
    if (stated !== null) return stated.slice(0, NETWORK_HASH_DIGITS);
    const sha256 = await this.#hashing.sha256(entry);
    const autoV3 = entry.kind === 'lora' ? this.#view(entry).hashes.autoV3 : null;
    return (autoV3 ?? sha256)?.slice(0, NETWORK_HASH_DIGITS) ?? null;
  }

  /** Looks at the folders again, examines what is new, hashes what is usable. Resolves when all files are examined. */
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

  get #entries(): Entry[] {
    return this.#folders.entries;
  }

  async #scan(): Promise<void> {
    try {
      let hasChanged = await this.#lookAtFolders();
      if (hasChanged) this.#announce();
      for (const entry of this.#entries) {
        if (this.#isClosed) return;
        if (!this.#isPending(entry) || this.#options.engine.state.state !== 'ready') continue;
        if (this.#examination.mustWait(entry)) continue;
        await this.#examination.examine(entry);
        hasChanged = true;
        this.#announce();
      }
      if (hasChanged) this.#options.events.publish('models:changed', {});
      for (const entry of this.#entries) {
        if (entry.kind !== 'checkpoint' || this.#inspection(entry) !== null) this.#hashing.begin(entry);
      }
    } catch (thrown) {
      this.#options.log('error', `The models folder could not be examined: ${toStudioError(thrown).message}`);
    }
  }

  /** @returns whether anything is there that was not, or the other way round */
  async #lookAtFolders(): Promise<boolean> {
    const { hasChanged, watched } = await this.#folders.look();
    this.#scannedAt = Date.now();
    this.#hashing.follow(this.#entries);
    if (!this.#isClosed) {
      this.#watch.follow(watched);
      if (this.#options.extraRoots.length > 0)
        this.#rootTimer ??= setInterval(() => void this.#lookAfterRoots(), ROOTS_INTERVAL_MS).unref();
    }
    return hasChanged;
  }

  async #lookAfterRoots(): Promise<void> {
    if (await this.#folders.haveRootsMoved()) await this.rescan();
  }

  /** Something is known of a file's hashes that was not. */
  async #hashed(entry: Entry): Promise<void> {
    if (this.#isClosed) return;
    try {
      await this.#settings.hashed(entry, new Set(this.#entries.map(keyOf)));
    } catch (thrown) {
      this.#options.log('error', `The notes of ${entry.id} could not be kept: ${toStudioError(thrown).message}`);
    }
    // Corrections may have followed a file that was renamed.
    if (this.#isPending(entry)) void this.rescan();
    this.#announce();
  }

  /** Tells everybody soon. */
  #announce(): void {
    this.#announceTimer ??= setTimeout(
      () => {
        this.#announceTimer = null;
        if (!this.#isClosed) this.#options.events.publish('models:changed', {});
      },
      ANNOUNCE_MS + ANNOUNCE_EACH_MS * this.#entries.length,
    ).unref();
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
    const checkpoints = this.#entries.filter(({ kind }) => kind === 'checkpoint');
    if (reference !== undefined) {
      // A name that fits several means one that can be used.
      const isReady = (entry: Entry): boolean => this.#inspection(entry) !== null;
      const exact = checkpoints.find(({ id }) => id === reference);
      return exact ?? findNamed(checkpoints.filter(isReady), reference) ?? findNamed(checkpoints, reference);
    }
    const id = this.defaultModel()?.id;
    return checkpoints.find((entry) => entry.id === id) ?? checkpoints.find((entry) => this.#isPending(entry)) ?? null;
  }

  #byId(id: string): Entry {
    const entry = this.#entries.find((candidate) => candidate.id === id);
    if (entry !== undefined) return entry;
    throw new RequestError('not_found', `There is no model "${id.slice(0, 100)}".`, {
      got: id.slice(0, 100),
      hint: 'GET /api/v1/models?kind=all lists them.',
    });
  }

  #examiner(entry: Entry): string {
    return examinerOf(this.#options.examiner, entry, this.#settings.of(entry));
  }

  #isPending(entry: Entry): boolean {
    return isPending(entry, this.#examiner(entry));
  }

  #inspection(entry: Entry): ReturnType<typeof inspectionOf> {
    return inspectionOf(entry, this.#examiner(entry));
  }

  #noModel(): StudioError {
    const reasons = this.#entries.map((entry) => this.#view(entry).reason?.message);
    return noModel(reasons.find((message) => message !== undefined));
  }

  #unknown(reference: string): StudioError {
    const usable = this.#entries.filter((entry) => this.#inspection(entry) !== null);
    return unknownModel(
      reference,
      usable.map((entry) => ({ id: entry.id, name: nameOf(entry) })),
    );
  }

  #view(entry: Entry): ModelView {
    const settings = this.#settings.of(entry);
    return viewOf(entry, {
      settings,
      preview: this.#options.previews.version(entry, settings.preview),
      hashing: this.#hashing.stateOf(entry),
      examiner: this.#examiner(entry),
    });
  }
}

/** Title as A1111 writes it: file name and the first digits of the hash. */
export const titleOf = (model: Pick<ModelView, 'fileName' | 'hashes'>): string =>
  model.hashes.autoV2 === null ? model.fileName : `${model.fileName} [${model.hashes.autoV2}]`;
