/** Those who wait for jobs to end. */
export class JobEnds {
  readonly #waiters = new Map<string, Set<() => void>>();

  /** Resolves when {@link ended} is told of the job. @throws the signal's reason */
  async waitFor(jobId: string, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const waiters = this.#waiters.get(jobId) ?? new Set();
      this.#waiters.set(jobId, waiters);
      const end = (): void => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const abort = (): void => {
        waiters.delete(end);
        reject(signal?.reason as Error);
      };
      waiters.add(end);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  ended(jobId: string): void {
    for (const waiter of this.#waiters.get(jobId) ?? []) waiter();
    this.#waiters.delete(jobId);
  }
}
