/** Weights of Adams-Bashforth methods on even steps. */

/** By the number of slopes known, 1 to 4; newest first. Each row adds up to 1. @source Hairer, Norsett, Wanner, table III.1.1 */
export const ADAMS_BASHFORTH: readonly (readonly number[])[] = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
];
