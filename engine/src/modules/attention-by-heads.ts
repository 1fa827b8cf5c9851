/**
 * Attention of products and softmax, one head at a time: for devices whose fused operator cannot be trusted, and so that
 * the scores of only one head are one tensor. Agrees with graph/ops/network.ts' multiHeadAttention.
 */
import { add, mul } from '../graph/ops/elementwise.ts';
import { matmul } from '../graph/ops/matmul.ts';
import { softmax } from '../graph/ops/network.ts';
import { concat, cutRange, reshape, transpose } from '../graph/ops/shape.ts';
import { constant, graphError, type Value } from '../graph/value.ts';

/** Far enough below every score to vanish in the softmax, and finite in half precision. */
const HIDDEN = -30_000;

/**
 * @param causal a token sees itself and those before it only; needs a known number of tokens
 * @param bias added to the scores, [n, 1, t, s]; null = nothing
 */
export function attentionByHeads(
  q: Value,
  k: Value,
  v: Value,
  heads: number,
  causal = false,
  bias: Value | null = null,
): Value {
  const width = q.shape[2];
  if (typeof width !== 'number' || width % heads !== 0)
    throw graphError('Attention', `the width does not divide into ${heads} heads`, [q, k, v]);
  const size = width / heads;
  const masks = [...(causal ? [causalMask(q)] : []), ...(bias === null ? [] : [perRow(bias)])]; // [1 or n, t, s]
  const results = Array.from({ length: heads }, (_, head) => {
    const [queries, keys, values] = [q, k, v].map((x) => (heads === 1 ? x : cutRange(x, 2, head * size, size))) as [
      Value,
      Value,
      Value,
    ];
    const scaled = mul(queries, constant([size ** -0.5], 'f32', []));
    const scores = matmul(scaled, transpose(keys, [0, 2, 1])); // [n, t, s]
    return matmul(softmax(masks.reduce(add, scores)), values); // [n, t, size]
  });
  return concat(results as [Value, ...Value[]], 2);
}

/** [n, 1, t, s] to [n, t, s]. */
function perRow(bias: Value): Value {
  const [, , t, s] = bias.shape;
  if (typeof t !== 'number' || typeof s !== 'number')
    throw graphError('Attention', 'a bias needs known extents', [bias]);
  return reshape(bias, [-1, t, s]);
}

/** [1, t, t]: nothing where a token sees, far below where it does not. */
function causalMask(q: Value): Value {
  const tokens = q.shape[1];
  if (typeof tokens !== 'number') throw graphError('Attention', 'causal needs a known number of tokens', [q]);
  const rows = Array.from({ length: tokens * tokens }, (_, i) => (i % tokens > Math.floor(i / tokens) ? HIDDEN : 0));
  return constant(rows, 'f32', [1, tokens, tokens]);
}
