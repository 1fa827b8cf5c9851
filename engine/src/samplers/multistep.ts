/** What multistep solvers in -log sigma share: their order at each step, and divided differences as weights. */

/** Walks of fewer steps end in lower orders: their last steps are too long for high ones. @source DPM-Solver's authors, in diffusers */
const SHORT_WALK = 15;

/**
 * Order of step `i` of `count`: what is remembered limits the first ones, caution the last ones of a short walk.
 * @param lowersAtEnd false = full order up to the end
 */
export function orderAt(i: number, count: number, highest: number, lowersAtEnd = true): number {
  const atEnd = lowersAtEnd && count < SHORT_WALK ? count - i : highest;
  return Math.max(Math.min(highest, i + 1, atEnd), 1);
}

/**
 * First difference of the predictions (now, last) per step, as weights on them.
 * @param r0 length of the last step in units of this one
 */
export const firstDifference = (r0: number): [number, number] => [1 / r0, -1 / r0];

/**
 * First and second divided difference of (now, last, the one before) at the place of now, as weights on the three.
 * @param r0 length of the last step in units of this one
 * @param r1 length of the one before it
 * @source Lu et al. 2022 (DPM-Solver++), the third-order multistep solver
 */
export function differences(
  r0: number,
  r1: number,
): { first: [number, number, number]; second: [number, number, number] } {
  const spread = 1 / (r0 + r1);
  const slope = 1 + r0 * spread;
  return {
    first: [slope / r0, -slope / r0 - (r0 * spread) / r1, (r0 * spread) / r1],
    second: [spread / r0, -spread / r0 - spread / r1, spread / r1],
  };
}
