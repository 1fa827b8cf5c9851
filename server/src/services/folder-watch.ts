/**
 * Tells when something changes in a set of folders, a moment after it has become quiet: a model is copied for minutes.
 *
 * One plain watcher a folder, since Node's recursive one is not on every system and follows links. Where watching is
 * refused (network shares, too many watchers) nothing is told; whoever cares can still ask for a fresh look.
 */
import { watch, type FSWatcher } from 'node:fs';

/** Quiet needed before it is told. */
const QUIET_MS = 700;
/** It is told at the latest after this, however busy it is. */
const LATEST_MS = 5000;

export class FolderWatch {
  readonly #onChange: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #timer: NodeJS.Timeout | null = null;
  #since: number | null = null;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Watches these folders and no others. */
  follow(folders: readonly string[]): void {
    for (const [folder, watcher] of this.#watchers) {
      if (folders.includes(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) {
      if (!this.#watchers.has(folder)) this.#add(folder);
    }
  }

  close(): void {
    this.follow([]);
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #add(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#changed());
      watcher.on('error', () => {
        watcher.close();
        this.#watchers.delete(folder);
        this.#changed();
      });
      this.#watchers.set(folder, watcher);
    } catch {
      this.#watchers.delete(folder);
    }
  }

  #changed(): void {
    this.#since ??= Date.now();
    const wait = Math.max(0, Math.min(QUIET_MS, this.#since + LATEST_MS - Date.now()));
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#since = null;
      this.#onChange();
    }, wait);
    this.#timer.unref();
  }
}
