/** Tokens that nobody sees: a network without a part of its text, every other token being where it was. */
import { input, type Value } from '../../graph/value.ts';

/** Far enough below every score to vanish in the softmax, and finite in half precision. */
const UNSEEN = -30_000;

/** What is added to the scores of every attention, [n, 1, t, t]. */
export const unseenInput = (length: number): Value => input('unseen', 'f32', ['n', 1, length, length]);

/**
 * What that input is fed.
 *
 * @param rows by row, which of its tokens nobody sees; the first one must be seen
 * @returns f32 [rows, 1, length, length]
 */
export function unseenScores(rows: readonly (readonly boolean[])[], length: number): Float32Array {
  const scores = new Float32Array(rows.length * length * length);
  for (const [row, unseen] of rows.entries()) {
    for (let token = 0; token < length; token++) {
      if (unseen[token] !== true) continue;
      for (let query = 0; query < length; query++) scores[(row * length + query) * length + token] = UNSEEN;
    }
  }
  return scores;
}
