/**
 * How long a step takes and how long the engine may therefore be silent.
 *
 * A budget that is too small kills healthy work; one that is too large leaves a hung engine unnoticed. So: generous
 * before the first measurement, several times the slowest step after it.
 */

/** What the slowest machine worth starting on computes in a second; two ordinary cores do about fifty times that. */
const SLOWEST_FLOPS = 5e9;
/** Floating point operations of a U-Net pass per weight and latent cell, measured on SD 1.5 at 64 x 64 (803 GFLOP, 860 M weights). */
const FLOPS_PER_WEIGHT_AND_CELL = 0.23;
const SLOWEST_DISK_BYTES_PER_MS = 20_000;
/** Never less: a machine may swap or be busy with something else for a while. */
const SHORTEST_BUDGET_MS = 10_000;
const SLOWEST_STEP_FACTOR = 8;

export interface StepClock {
  /** Longest silence to announce before the next step. */
  budgetMs(): number;
  /** Call after each step. */
  tick(): void;
}

/** Silence to announce before reading a checkpoint of this size. */
export function loadBudgetMs(weightBytes: number): number {
  return 2 * SHORTEST_BUDGET_MS + weightBytes / SLOWEST_DISK_BYTES_PER_MS;
}

/** Silence to announce before the first pass of a network with so many weights over so many latent cells. */
export function firstPassBudgetMs(weights: number, cells: number): number {
  return Math.max(SHORTEST_BUDGET_MS, (1000 * FLOPS_PER_WEIGHT_AND_CELL * weights * cells) / SLOWEST_FLOPS);
}

/**
 * @param unmeasuredMs budget before the first step
 * @param now a monotonic clock in milliseconds
 */
export function createStepClock(unmeasuredMs: number, now: () => number = () => performance.now()): StepClock {
  let last = now();
  let slowest: number | null = null;
  return {
    budgetMs: () => (slowest === null ? unmeasuredMs : Math.max(SHORTEST_BUDGET_MS, slowest * SLOWEST_STEP_FACTOR)),
    tick() {
      const time = now();
      slowest = Math.max(slowest ?? 0, time - last);
      last = time;
    },
  };
}
