/** Near names for "did you mean": edit distance with neighbours swapped counted as one, on lower case. */

/** Optimal string alignment distance (Damerau-Levenshtein without overlapping swaps). */
export function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const isSame = left[row - 1] === right[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
      );
      const isSwap =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (isSwap) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] ?? 0;
}

/** Names longer than this are compared by their beginning: a near name is short, and the distance costs the product. */
const COMPARED_LENGTH = 64;

/**
 * The names that somebody who typed `typed` may have meant, nearest first; empty when none is near.
 *
 * @param most how many at most
 */
export function nearest(typed: string, names: Iterable<string>, most = 3): string[] {
  const wanted = typed.toLowerCase().slice(0, COMPARED_LENGTH);
  // Two letters may be wrong in a short name, a third of them in a long one; a shared beginning is always near.
  const tolerance = Math.max(2, Math.floor(wanted.length / 3));
  return [...new Set(names)]
    .map((name) => {
      const candidate = name.toLowerCase().slice(0, COMPARED_LENGTH);
      const isPart = wanted.length >= 3 && (candidate.startsWith(wanted) || candidate.includes(wanted));
      return { name, distance: isPart ? 0.5 : editDistance(wanted, candidate) };
    })
    .filter(({ distance }) => distance <= tolerance)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}
