/**
 * Which form an operation takes on which device. Modules say `linear` and `attention`; this table says how.
 *
 * A device that lacks an operator, or computes it wrongly, gets another form in its row here and nothing else changes.
 * What a row claims is held against the CPU whenever the device is started, see runtime/self-test.ts.
 */
import { currentDevice, type Device } from '../graph/device.ts';
import { matmul } from '../graph/ops/matmul.ts';
import { matmulTransposed, multiHeadAttention } from '../graph/ops/network.ts';
import { transpose } from '../graph/ops/shape.ts';
import type { Value } from '../graph/value.ts';
import { attentionByHeads } from './attention-by-heads.ts';

export interface Dialect {
  /** x [..., i] · weightᵀ, weight [o, i] as PyTorch stores it. */
  readonly linear: (x: Value, weight: Value) => Value;
  /** Networks that may compute in half precision; a family may take some of them back, see `exact` in its record. */
  readonly half: readonly string[];
  /** See {@link multiHeadAttention}. */
  readonly attention: (q: Value, k: Value, v: Value, heads: number, causal?: boolean, bias?: Value | null) => Value;
}

/** The runtime's own fused forms. */
const FUSED = { linear: matmulTransposed, attention: multiHeadAttention };
/** Text encoders take no time and lose most by rounding. */
const HALF = ['unet', 'vae-decoder', 'vae-encoder'];

export const DIALECTS: Readonly<Record<Device, Dialect>> = {
  // It has no arithmetic in half precision.
  cpu: { ...FUSED, half: [] },
  // Has kernels for both. Prepared, not seen running: the self-test decides on each machine.
  cuda: { ...FUSED, half: HALF },
  webgpu: {
    // There is no kernel for the fused product: it would run on the CPU, with a copy there and back.
    linear: (x, weight) => matmul(x, transpose(weight, [1, 0])),
    // The fused kernel gives numbers 4 to 14 % off on software adapters, without a word.
    attention: attentionByHeads,
    // Golden U-Nets come out 4 to 6 % off in half precision on the one adapter seen: sums seem to be rounded on the way.
    half: [],
  },
};

let override: Dialect | null = null;

/** Writes in forms that are no device's row; for tests of the rows themselves. */
export function withDialect<T>(forms: Dialect, write: () => T): T {
  const outer = override;
  override = forms;
  try {
    return write();
  } finally {
    override = outer;
  }
}

/** The forms to write in. */
export const dialect = (): Dialect => override ?? DIALECTS[currentDevice()];
