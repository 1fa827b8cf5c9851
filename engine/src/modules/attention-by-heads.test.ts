import { describe, expect, it } from 'vitest';

import { largestDifference, runGraph, wild } from '../../test/support/run-graph.ts';
import { multiHeadAttention } from '../graph/ops/network.ts';
import { input, type Value } from '../graph/value.ts';
import { attentionByHeads } from './attention-by-heads.ts';
import { unseenScores } from './text/unseen-tokens.ts';

const run = async (
  attention: typeof multiHeadAttention,
  heads: number,
  causal: boolean,
  sources: number,
  unseen: readonly number[] | null = null,
) => {
  const q = input('q', 'f32', ['n', 7, 48]);
  const s = causal ? 7 : 's';
  const k = input('k', 'f32', ['n', s, 48]);
  const v = input('v', 'f32', ['n', s, 48]);
  const numbers = (tokens: number, seed: number) => ({ data: wild(2 * tokens * 48, seed), shape: [2, tokens, 48] });
  const bias = unseen && input('bias', 'f32', ['n', 1, 7, 7]);
  const write: Value = attention(q, k, v, heads, causal, bias);
  const rows = [unseen ?? [], []].map((tokens) => Array.from({ length: 7 }, (_, i) => tokens.includes(i)));
  return runGraph({ q, k, v, ...(bias === null ? {} : { bias }) }, write, {
    q: numbers(7, 1),
    k: numbers(sources, 2),
    v: numbers(sources, 3),
    ...(bias === null ? {} : { bias: { data: unseenScores(rows, 7), shape: [2, 1, 7, 7] } }),
  });
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

  it.each([
    ['fused', multiHeadAttention],
    ['plain', attentionByHeads],
  ])('leaves out the tokens nobody sees, in their row only, in the %s form', async (_, attention) => {
    const all = await run(attention, 3, true, 7);
    const without = await run(attention, 3, true, 7, [2, 3]);
    const other = await run(multiHeadAttention, 3, true, 7, [2, 3]);
    expect(largestDifference(without.data, other.data)).toBeLessThan(1e-5);
    const [row, token] = [7 * 48, 48];
    const part = (made: typeof all, from: number, to: number) => made.data.slice(from, to);
    // Tokens before them, and the other row, are what they were.
    for (const [from, to] of [
      [0, 2 * token],
      [row, 2 * row],
    ] as const)
      expect(largestDifference(part(without, from, to), part(all, from, to))).toBeLessThan(1e-6);
    expect(largestDifference(part(without, 2 * token, row), part(all, 2 * token, row))).toBeGreaterThan(0.05);
  });
});
