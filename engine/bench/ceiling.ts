/** The most this machine computes: one large float32 matrix product through the same runtime, in the same process. */
import { build } from '../src/graph/build.ts';
import { matmulTransposed } from '../src/graph/ops/network.ts';
import { input } from '../src/graph/value.ts';
import { startSession } from '../src/runtime/session.ts';

const SIZE = 2048;
/** Operations of one run. */
export const PRODUCT_GFLOP = (2 * SIZE ** 3) / 1e9;

export interface Ceiling {
  /** Runs the product once; gives GFLOP/s. */
  measure(): Promise<number>;
  release(): Promise<void>;
}

export async function createCeiling(): Promise<Ceiling> {
  const a = input('a', 'f32', [SIZE, SIZE]);
  const b = input('b', 'f32', [SIZE, SIZE]);
  const session = await startSession(build('ceiling', { a, b }, { y: matmulTransposed(a, b) }), 'fast');
  const ones = { data: new Float32Array(SIZE * SIZE).fill(1), shape: [SIZE, SIZE] };
  return {
    async measure() {
      const startedAt = performance.now();
      await session.run({ a: ones, b: ones });
      return PRODUCT_GFLOP / ((performance.now() - startedAt) / 1000);
    },
    release: () => session.release(),
  };
}
