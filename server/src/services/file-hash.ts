/**
 * Hashes of whole files in a worker thread, one after the other: two at once only make a disk seek.
 *
 * All hashes come from one reading. Nobody waits for most of them, so the worker rests between pieces while pictures are
 * made; somebody who does wait moves a file to the front and lets it go at full speed.
 */
import { Worker } from 'node:worker_threads';

export interface FileHashes {
  /** Of the whole file; hex, as all of them. */
  sha256: string;
  /** Of what follows the header, for a .safetensors; null for anything else. */
  withoutHeader: string | null;
  /** Of the 64 KiB that lie 1 MiB into the file; null for one that ends before. */
  middle: string | null;
}

/** Cells of the memory shared with the worker: how it goes, and which file is wanted no more. */
const PACE = 0;
const STOPPED = 1;
const FULL = 0;
const GENTLE = 1;

/**
 * What the worker does, as text: a file of its own would have to be found both in src and in dist. It is CommonJS
 * because that is how a worker reads text.
 */
const PROGRAM = `
const { createHash } = require('node:crypto');
const { open } = require('node:fs/promises');
const { parentPort, workerData } = require('node:worker_threads');
const cells = new Int32Array(workerData.shared);
const PIECE = 4 << 20;
const MIDDLE_START = 0x100000;
const MIDDLE_END = 0x110000;

const headerEnd = (first, size) => {
  if (first.length < 10) return null;
  const length = Number(first.readBigUInt64LE(0));
  return length > 1 && length + 8 <= size && first[8] === 0x7b ? length + 8 : null;
};
const within = (piece, position, start, end) =>
  piece.subarray(Math.max(0, start - position), Math.max(0, Math.min(piece.length, end - position)));

const hash = async (id, file, isSafetensors) => {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const whole = createHash('sha256');
    const rest = createHash('sha256');
    const middle = createHash('sha256');
    const buffer = Buffer.allocUnsafe(PIECE);
    let start = null;
    let position = 0;
    for (;;) {
      if (Atomics.load(cells, ${STOPPED}) === id) return null;
      const startedAt = performance.now();
      const { bytesRead } = await handle.read(buffer, 0, PIECE, position);
      if (bytesRead === 0) break;
      const piece = buffer.subarray(0, bytesRead);
      if (position === 0 && isSafetensors) start = headerEnd(piece, size);
      whole.update(piece);
      if (start !== null) rest.update(within(piece, position, start, Infinity));
      middle.update(within(piece, position, MIDDLE_START, MIDDLE_END));
      position += bytesRead;
      if (Atomics.load(cells, ${PACE}) === ${GENTLE})
        await new Promise((resolve) => setTimeout(resolve, 3 * (performance.now() - startedAt)));
    }
    return {
      sha256: whole.digest('hex'),
      withoutHeader: start === null ? null : rest.digest('hex'),
      middle: position > MIDDLE_START ? middle.digest('hex') : null,
    };
  } finally {
    await handle.close();
  }
};

parentPort.on('message', async ({ id, file, isSafetensors }) => {
  parentPort.postMessage({ id, hashes: await hash(id, file, isSafetensors).catch(() => null) });
});
`;

interface Task {
  id: number;
  file: string;
  isUrgent: boolean;
  isBegun: boolean;
  begin(): void;
  resolve(hashes: FileHashes | null): void;
}

export interface HashOptions {
  /** Stops it; the answer is then null. */
  signal?: AbortSignal;
  /** Somebody waits. */
  isUrgent?: boolean;
  /** Called when its turn has come. */
  onBegin?(): void;
}

const PACE_INTERVAL_MS = 200;

export class FileHasher {
  readonly #isBusy: () => boolean;
  readonly #cells = new Int32Array(new SharedArrayBuffer(8));
  #worker: Worker | null = null;
  #pacer: NodeJS.Timeout | null = null;
  #nextId = 1;
  readonly #tasks: Task[] = [];

  /** @param isBusy whether the machine has better things to do */
  constructor(isBusy: () => boolean = () => false) {
    this.#isBusy = isBusy;
  }

  /** @returns null when the file cannot be read, or the hashing was stopped */
  async hash(file: string, options: HashOptions = {}): Promise<FileHashes | null> {
    const { signal, isUrgent = false, onBegin } = options;
    if (signal?.aborted === true) return null;
    return new Promise((resolve) => {
      const task: Task = {
        id: this.#nextId++,
        file,
        isUrgent,
        isBegun: false,
        begin: () => onBegin?.(),
        resolve: (hashes) => {
          signal?.removeEventListener('abort', stop);
          resolve(hashes);
        },
      };
      const stop = (): void => this.#stop(task);
      signal?.addEventListener('abort', stop, { once: true });
      this.#tasks.push(task);
      if (isUrgent) this.hurry(file);
      this.#next();
    });
  }

  /** Somebody waits for this file now. */
  hurry(file: string): void {
    for (const task of this.#tasks) if (task.file === file) task.isUrgent = true;
    this.#tasks.sort((left, right) => rankOf(right) - rankOf(left));
    this.#setPace();
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    this.#giveUp();
    await worker?.terminate();
  }

  #next(): void {
    const [task] = this.#tasks;
    if (task === undefined || task.isBegun) return;
    task.isBegun = true;
    this.#worker ??= this.#start();
    this.#setPace();
    this.#pacer ??= setInterval(() => this.#setPace(), PACE_INTERVAL_MS).unref();
    task.begin();
    this.#worker.postMessage({
      id: task.id,
      file: task.file,
      isSafetensors: task.file.toLowerCase().endsWith('.safetensors'),
    });
  }

  #setPace(): void {
    const [task] = this.#tasks;
    Atomics.store(this.#cells, PACE, task?.isUrgent !== true && this.#isBusy() ? GENTLE : FULL);
  }

  #stop(task: Task): void {
    // The one at work answers by itself, a moment later.
    if (task.isBegun) Atomics.store(this.#cells, STOPPED, task.id);
    else this.#end(task.id, null);
  }

  #end(id: number, hashes: FileHashes | null): void {
    const at = this.#tasks.findIndex((task) => task.id === id);
    if (at < 0) return;
    const [task] = this.#tasks.splice(at, 1);
    task?.resolve(hashes);
    if (this.#tasks.length === 0 && this.#pacer !== null) {
      clearInterval(this.#pacer);
      this.#pacer = null;
    }
    this.#next();
  }

  #start(): Worker {
    const worker = new Worker(PROGRAM, { eval: true, workerData: { shared: this.#cells.buffer } });
    worker.on('message', ({ id, hashes }: { id: number; hashes: FileHashes | null }) => this.#end(id, hashes));
    worker.on('exit', () => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#giveUp();
    });
    worker.on('error', () => {});
    // A hash nobody needs any more keeps no process alive.
    worker.unref();
    return worker;
  }

  #giveUp(): void {
    if (this.#pacer !== null) clearInterval(this.#pacer);
    this.#pacer = null;
    for (const task of this.#tasks.splice(0)) task.resolve(null);
  }
}

/** The one at work stays first; then those that somebody waits for. */
const rankOf = (task: Task): number => (task.isBegun ? 2 : 0) + (task.isUrgent ? 1 : 0);
