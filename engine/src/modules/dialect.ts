/**
 * Which form an operation takes on which device. Modules say `linear` and `attention`; this table says how.
 *
 * A device that lacks an operator, or computes it wrongly, gets a row of its own here and nothing else changes.
 */
import { matmulTransposed, multiHeadAttention } from '../graph/ops/network.ts';
import type { Value } from '../graph/value.ts';

export type Device = 'cpu';

export interface Dialect {
  /** x [..., i] · weightᵀ, weight [o, i] as PyTorch stores it. */
  readonly linear: (x: Value, weight: Value) => Value;
  /** See {@link multiHeadAttention}. */
  readonly attention: (q: Value, k: Value, v: Value, heads: number, causal?: boolean) => Value;
}

const DIALECTS: Readonly<Record<Device, Dialect>> = {
  cpu: { linear: matmulTransposed, attention: multiHeadAttention },
};

let current: Dialect = DIALECTS.cpu;

/** Runs `write` with the forms of a device. Building a graph is synchronous, so one variable is enough. */
export function withDialect<T>(device: Device, write: () => T): T {
  const outer = current;
  current = DIALECTS[device];
  try {
    return write();
  } finally {
    current = outer;
  }
}

/** The forms to write in. */
export const dialect = (): Dialect => current;
