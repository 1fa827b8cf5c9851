/** The split of a step into going down without noise and coming back up with it. */

/**
 * Levels of an ancestral step from `from` to `to`: first to `down` deterministically, then up by noise of deviation
 * `up`, so that down^2 + up^2 = to^2.
 *
 * @param eta 0 = no noise (down = to), 1 = as much as the posterior of the forward process has
 * @source Song et al. 2020 (DDIM), eq. 16, in sigma
 */
export function ancestralSplit(from: number, to: number, eta: number): { down: number; up: number } {
  const up = Math.min(to, eta * Math.sqrt((to * to * (from * from - to * to)) / (from * from)));
  return { down: Math.sqrt(Math.max(to * to - up * up, 0)), up };
}
