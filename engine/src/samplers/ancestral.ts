/** The split of a step into going down without noise and coming back up with it. */

const f = Math.fround;

/**
 * Levels of an ancestral step from `from` to `to`: first to `down` deterministically, then up by noise of deviation
 * `up`, so that down^2 + up^2 = to^2.
 *
 * Rounded to float32 after every operation, as torch does it: over a long step `down` is the small difference of two
 * nearly equal squares, and pictures of the reference carry its rounding.
 *
 * @param eta 0 = no noise (down = to), 1 = as much as the posterior of the forward process has
 * @source Song et al. 2020 (DDIM), eq. 16, in sigma
 */
export function ancestralSplit(from: number, to: number, eta: number): { down: number; up: number } {
  if (eta === 0) return { down: to, up: 0 };
  const [start, end] = [f(f(from) * f(from)), f(f(to) * f(to))];
  const up = Math.min(to, f(eta * f(Math.sqrt(f(f(end * f(start - end)) / start)))));
  return { down: f(Math.sqrt(Math.max(f(end - f(up * up)), 0))), up };
}
