import { describe, expect, it } from 'vitest';

import { largestDifference, runGraph, wild } from '../../test/support/run-graph.ts';
import { multiHeadAttention } from '../graph/ops/network.ts';
import { input, type Value } from '../graph/value.ts';
import { attentionByHeads } from './attention-by-heads.ts';

const run = async (attention: typeof multiHeadAttention, heads: number, causal: boolean, sources: number) => {
  const q = input('q', 'f32', ['n', 7, 48]);
  const s = causal ? 7 : 's';
  const k = input('k', 'f32', ['n', s, 48]);
  const v = input('v', 'f32', ['n', s, 48]);
  const numbers = (tokens: number, seed: number) => ({ data: wild(2 * tokens * 48, seed), shape: [2, tokens, 48] });
  const write: Value = attention(q, k, v, heads, causal);
  return runGraph({ q, k, v }, write, { q: numbers(7, 1), k: numbers(sources, 2), v: numbers(sources, 3) });
};

describe('attention by heads', () => {
  it.each([
    [1, false, 5],
    [3, false, 11],
    [6, true, 7],
  ])('agrees with the fused operator: %i heads, causal %s, %i sources', async (heads, causal, sources) => {
    const fused = await run(multiHeadAttention, heads, causal, sources);
    const plain = await run(attentionByHeads, heads, causal, sources);
    expect(plain.shape).toEqual(fused.shape);
    expect(largestDifference(plain.data, fused.data)).toBeLessThan(1e-5);
    const other = await run(attentionByHeads, heads === 1 ? 2 : 1, causal, sources);
    expect(largestDifference(other.data, fused.data)).toBeGreaterThan(1e-3);
  });
});
