/** Runs a graph of a few operators on the CPU provider: what an operator's test compares with plain arithmetic. */
import { build } from '../../src/graph/build.ts';
import type { Feeds } from '../../src/graph/session.ts';
import type { Value } from '../../src/graph/value.ts';
import { startSession } from '../../src/runtime/session.ts';

/** Elements of the one output, after checking that the runtime's shape agrees with the inferred one where it is known. */
export async function runGraph(
  inputs: Readonly<Record<string, Value>>,
  output: Value,
  feeds: Feeds,
): Promise<{ data: number[]; shape: readonly number[] }> {
  const session = await startSession(build('test', inputs, { out: output }), 'fast');
  try {
    const { out } = await session.run(feeds);
    if (out === undefined) throw new Error('the graph gave no output');
    const agrees =
      out.shape.length === output.shape.length &&
      out.shape.every((extent, i) => typeof output.shape[i] !== 'number' || output.shape[i] === extent);
    if (!agrees) throw new Error(`inferred [${output.shape.join(', ')}], the runtime gave [${out.shape.join(', ')}]`);
    return { data: [...out.data], shape: out.shape };
  } finally {
    await session.release();
  }
}

/** Numbers without a pattern in [-1, 1), the same every time. */
export function wild(count: number, seed = 1): Float32Array {
  let state = seed * 2654435761;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

/** Largest difference between two lists; Infinity when they are not equally long, NaN when one holds a NaN. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  return Array.from(a, (value, i) => Math.abs(value - (b[i] as number))).reduce((x, y) => Math.max(x, y), 0);
}
