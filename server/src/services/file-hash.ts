/** SHA-256 of whole files in a worker thread, one after the other: two at once only make a disk seek. */
import { Worker } from 'node:worker_threads';

/**
 * What the worker does, as text: a file of its own would have to be found both in src and in dist. It is CommonJS
 * because that is how a worker reads text.
 */
const PROGRAM = `
const { createHash } = require('node:crypto');
const { createReadStream } = require('node:fs');
const { parentPort } = require('node:worker_threads');
parentPort.on('message', async ({ id, file }) => {
  try {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
    parentPort.postMessage({ id, sha256: hash.digest('hex') });
  } catch {
    parentPort.postMessage({ id, sha256: null });
  }
});
`;

export class FileHasher {
  #worker: Worker | null = null;
  #nextId = 1;
  readonly #waiters = new Map<number, (sha256: string | null) => void>();
  #tail: Promise<unknown> = Promise.resolve();

  /** @returns hex, or null when the file cannot be read */
  async hash(file: string): Promise<string | null> {
    const result = this.#tail.then(async () => this.#ask(file));
    this.#tail = result;
    return result;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = null;
    this.#giveUp();
  }

  async #ask(file: string): Promise<string | null> {
    return new Promise((resolve) => {
      const id = this.#nextId++;
      this.#waiters.set(id, resolve);
      this.#worker ??= this.#start();
      this.#worker.postMessage({ id, file });
    });
  }

  #start(): Worker {
    const worker = new Worker(PROGRAM, { eval: true });
    worker.on('message', ({ id, sha256 }: { id: number; sha256: string | null }) => {
      this.#waiters.get(id)?.(sha256);
      this.#waiters.delete(id);
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = null;
      this.#giveUp();
    });
    worker.on('error', () => {});
    // A hash nobody needs any more keeps no process alive.
    worker.unref();
    return worker;
  }

  #giveUp(): void {
    for (const resolve of this.#waiters.values()) resolve(null);
    this.#waiters.clear();
  }
}
