/**
 * Which files are hashed, are being hashed, or shall not be. An unchanged file is hashed once in its life here: results
 * are kept by size and time. A file that changes or goes away is given up at once.
 */
import { join } from 'node:path';

import type { ModelView } from '@easel/shared/http/models';

import type { ModelRecords } from '../store/model-records.ts';
import type { FileHasher, FileHashes } from './file-hash.ts';
import { keyOf, type Entry } from './model-entry.ts';

export interface ModelHashingOptions {
  hasher: FileHasher;
  records: ModelRecords;
  /** A hash has come, begun or ended. */
  onChange(entry: Entry): void;
}

interface Work {
  state: 'waiting' | 'running';
  controller: AbortController;
  done: Promise<FileHashes | null>;
}

/** A file as it is now: another size or time is another file. */
const versionOf = (entry: Entry): string => `${keyOf(entry)}\n${entry.found.sizeBytes}\n${entry.found.mtimeMs}`;
const fileOf = (entry: Entry): string => join(entry.folder, entry.found.path);

export class ModelHashing {
  readonly #options: ModelHashingOptions;
  readonly #works = new Map<string, Work>();
  /** By version: stopped by a person, or not readable. */
  readonly #ended = new Map<string, 'stopped' | 'failed'>();
  /** The entries of now, by version: a result belongs to whichever is there when it comes. */
  #current = new Map<string, Entry>();

  constructor(options: ModelHashingOptions) {
    this.#options = options;
  }

  /** Tells what is there now; work on anything else ends. */
  follow(entries: readonly Entry[]): void {
    this.#current = new Map(entries.filter(({ isAvailable }) => isAvailable).map((entry) => [versionOf(entry), entry]));
    for (const [version, work] of this.#works) if (!this.#current.has(version)) work.controller.abort();
    for (const version of this.#ended.keys()) if (!this.#current.has(version)) this.#ended.delete(version);
  }

  stateOf(entry: Entry): ModelView['hashing'] {
    if (entry.record?.isHashed === true) return 'done';
    const version = versionOf(entry);
    return this.#works.get(version)?.state ?? this.#ended.get(version) ?? 'none';
  }

  /**
   * @param options.isWanted a person asks, so that an earlier stop counts no more
   */
  begin(entry: Entry, options: { isWanted?: boolean } = {}): void {
    const version = versionOf(entry);
    if (options.isWanted === true) this.#ended.delete(version);
    // Nobody has agreed on what the hash of a folder is.
    if (entry.found.isFolder || entry.found.reason !== null || !entry.isAvailable) return;
    if (entry.record === null || entry.record.isHashed) return;
    if (this.#works.has(version) || this.#ended.has(version)) return;
    const controller = new AbortController();
    const work: Work = { state: 'waiting', controller, done: Promise.resolve(null) };
    this.#works.set(version, work);
    work.done = this.#options.hasher
      .hash(fileOf(entry), {
        signal: controller.signal,
        onBegin: () => {
          work.state = 'running';
          this.#options.onChange(entry);
        },
      })
      .then(async (hashes) => this.#finish(version, entry, hashes, controller.signal.aborted));
  }

  stop(entry: Entry): void {
    const version = versionOf(entry);
    const work = this.#works.get(version);
    if (work === undefined) return;
    this.#ended.set(version, 'stopped');
    this.#works.delete(version);
    work.controller.abort();
  }

  /** Waits for it, in front of all that nobody waits for; null when there is none. */
  async sha256(entry: Entry): Promise<string | null> {
    if (entry.record?.sha256 !== null && entry.record?.sha256 !== undefined) return entry.record.sha256;
    this.begin(entry, { isWanted: true });
    const work = this.#works.get(versionOf(entry));
    if (work === undefined) return null;
    this.#options.hasher.hurry(fileOf(entry));
    return (await work.done)?.sha256 ?? null;
  }

  close(): void {
    this.follow([]);
  }

  async #finish(
    version: string,
    begun: Entry,
    hashes: FileHashes | null,
    isAborted: boolean,
  ): Promise<FileHashes | null> {
    if (!isAborted) this.#works.delete(version);
    else if (!this.#ended.has(version)) this.#works.delete(version);
    // The entry may have been replaced by a newer look at the same file.
    const entry = this.#current.get(version);
    if (entry === undefined || entry.record === null) return hashes;
    if (hashes !== null) {
      entry.record = {
        ...entry.record,
        sha256: hashes.sha256,
        autoV3: hashes.withoutHeader,
        shortHash: hashes.middle,
        isHashed: true,
      };
      await this.#options.records.save(entry.record);
    } else if (!isAborted) {
      this.#ended.set(version, 'failed');
    }
    this.#options.onChange(entry ?? begun);
    return hashes;
  }
}
