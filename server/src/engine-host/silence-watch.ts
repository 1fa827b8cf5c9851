/**
 * Tells a hanging process from a busy one: silence beyond the announced budget is a hang.
 *
 * A computer that slept, or a server that was itself stopped, finds its timers overdue though the engine did nothing
 * wrong; such a timer is started once more before anybody is accused.
 */

/** No announced budget is taken for less: a loaded machine may need this long for a message. */
const SHORTEST_BUDGET_MS = 10_000;
/** A timer later than this did not measure the other process. */
const OVERDUE_MS = 2000;

export class SilenceWatch {
  #budgetMs = 0;
  #timer: NodeJS.Timeout | null = null;
  readonly #onHang: (budgetMs: number) => void;

  constructor(onHang: (budgetMs: number) => void) {
    this.#onHang = onHang;
  }

  /** From now on a message is due at least every `budgetMs`; 0 = silence is fine. */
  expect(budgetMs: number): void {
    this.#budgetMs = budgetMs === 0 ? 0 : Math.max(SHORTEST_BUDGET_MS, budgetMs);
    this.heard();
  }

  /** As {@link expect}, but never shortens what was allowed. */
  expectAtLeast(budgetMs: number): void {
    this.expect(Math.max(this.#budgetMs, budgetMs));
  }

  /** Something was said: the silence begins anew. */
  heard(): void {
    this.stop();
    if (this.#budgetMs > 0) this.#arm(this.#budgetMs);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(budgetMs: number): void {
    const dueAt = Date.now() + budgetMs;
    this.#timer = setTimeout(() => {
      if (Date.now() - dueAt > OVERDUE_MS) this.#arm(budgetMs);
      else this.#onHang(budgetMs);
    }, budgetMs);
    this.#timer.unref();
  }
}
