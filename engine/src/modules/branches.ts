/**
 * Low-rank branches beside the layers of a network: y = W x + up (down x), with `down` and `up` as inputs of the graph.
 *
 * What an adapter adds is thereby fed with every run and changes without a new session. Rank 0 adds nothing, to the last
 * bit; convolutions have no rank 0 and get one of zeros.
 */
import { conv2d, type Axes } from '../graph/ops/network.ts';
import { add } from '../graph/ops/elementwise.ts';
import { input, type Value } from '../graph/value.ts';
import { dialect } from './dialect.ts';

/** Which layers of a network get a branch. */
export interface BranchOptions {
  /**
   * Which matrices, kernels of one cell among them. Those around a feed-forward are the widest: a branch beside them costs
   * a pass over all of it even when nothing is fed, so they have one where an adapter is for them.
   */
  readonly matrices: 'none' | 'attention' | 'all';
  /** Module paths of the larger kernels, which cost time even when nothing is fed. */
  readonly kernels: readonly string[];
}

export const NO_BRANCHES: BranchOptions = { matrices: 'none', kernels: [] };

const ATTENTION = /\.attn\d\.to_/;
/** Whether a module is a projection of an attention of a U-Net. */
export const isOfAttention = (path: string): boolean => ATTENTION.test(path);

const hasMatrix = ({ matrices }: BranchOptions, path: string): boolean =>
  matrices === 'all' || (matrices === 'attention' && isOfAttention(path));

/** Input names of a layer's branch. @param path of the module, e.g. `unet.middle_block.1.proj_in` */
const branchInputs = (path: string): { readonly down: string; readonly up: string } => ({
  down: `adapter:${path}:down`,
  up: `adapter:${path}:up`,
});

class Collector {
  readonly inputs: Record<string, Value> = {};
  #pairs = 0;

  constructor(readonly options: BranchOptions) {}

  /** Matrices as PyTorch stores them, or kernels; the rank is known when they are fed only. */
  pair(path: string, down: readonly number[], up: readonly number[]): { down: Value; up: Value } {
    const rank = `r${this.#pairs++}`;
    const names = branchInputs(path);
    const [to = 0, ...behind] = up;
    const pair = {
      down: input(names.down, 'f32', [rank, ...down]),
      up: input(names.up, 'f32', [to, rank, ...behind]),
    };
    this.inputs[names.down] = pair.down;
    this.inputs[names.up] = pair.up;
    return pair;
  }
}

let current: Collector | null = null;

/**
 * Runs `write` with branches; gives what it wrote and the inputs that branches brought along. Building a graph is
 * synchronous, so one variable is enough.
 */
export function withBranches<T>(
  options: BranchOptions,
  write: () => T,
): { readonly written: T; readonly inputs: Readonly<Record<string, Value>> } {
  const outer = current;
  const collector = new Collector(options);
  current = collector;
  try {
    return { written: write(), inputs: collector.inputs };
  } finally {
    current = outer;
  }
}

/** What the branch beside a matrix makes of x [..., from]: [..., to]; null where there is none. */
export function branchOfMatrix(x: Value, path: string, { from, to }: { from: number; to: number }): Value | null {
  if (current === null || !hasMatrix(current.options, path)) return null;
  const { down, up } = current.pair(path, [from], [to]);
  return dialect().linear(dialect().linear(x, down), up);
}

/** y [..., to], what a matrix made of x [..., from], with its branch, if it has one. */
export function besideMatrix(x: Value, y: Value, path: string, extents: { from: number; to: number }): Value {
  const branch = branchOfMatrix(x, path, extents);
  return branch === null ? y : add(y, branch);
}

interface KernelOptions {
  readonly from: number;
  readonly to: number;
  readonly size: number;
  readonly stride: number;
  readonly padding: number;
  readonly wraps: Axes;
}

/** y [n, to, h', w'], what a kernel made of x [n, from, h, w], with its branch, if it has one. */
export function besideKernel(x: Value, y: Value, path: string, options: KernelOptions): Value {
  const { from, to, size, stride, padding, wraps } = options;
  if (current === null) return y;
  const isBranched = size === 1 ? hasMatrix(current.options, path) : current.options.kernels.includes(path);
  if (!isBranched) return y;
  const { down, up } = current.pair(path, [from, size, size], [to, 1, 1]);
  return add(y, conv2d(conv2d(x, down, null, { stride, padding, wraps }), up, null));
}
