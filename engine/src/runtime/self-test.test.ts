import { describe, expect, it } from 'vitest';

import { mul } from '../graph/ops/elementwise.ts';
import { multiHeadAttention } from '../graph/ops/network.ts';
import { constant } from '../graph/value.ts';
import { DIALECTS, type Dialect } from '../modules/dialect.ts';
import { decideDevice } from './device.ts';
import { testDevice } from './self-test.ts';

const operationsThatFail = async (forms: Dialect): Promise<string[]> =>
  (await testDevice('cpu', forms)).wrong.map(({ operation }) => operation).toSorted();

describe('the self-test of a device', () => {
  it.each(Object.entries(DIALECTS))('passes the forms of %s where the operators are right', async (_, forms) => {
    const { compared, wrong } = await testDevice('cpu', forms);
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(20);
  });

  it('catches attention that is off by a little, as fused kernels on software adapters are', async () => {
    const attention: Dialect['attention'] = (q, k, v, heads, causal) =>
      multiHeadAttention(mul(q, constant([0.99], 'f32', [])), k, v, heads, causal);
    const failed = await operationsThatFail({ ...DIALECTS.cpu, attention });
    expect(failed).toEqual([
      'attention, heads of 160',
      'attention, heads of 40',
      'attention, heads of 64',
      'attention, heads of 80',
      'attention, one head of 512',
      'causal attention',
    ]);
  });

  it('catches attention that forgets to look back only', async () => {
    const attention: Dialect['attention'] = (q, k, v, heads) => multiHeadAttention(q, k, v, heads);
    expect(await operationsThatFail({ ...DIALECTS.cpu, attention })).toEqual(['causal attention']);
  });

  it('sends pictures to the CPU, with the reason, when a device computes like that', async () => {
    const linear: Dialect['linear'] = (x, weight) => mul(DIALECTS.cpu.linear(x, weight), constant([1.1], 'f32', []));
    const broken = { ...DIALECTS.webgpu, linear };
    const report = await decideDevice('webgpu', {
      hasLibraries: () => true,
      probe: async () => ({ kind: 'compared', ...(await testDevice('cpu', broken)), half: null }),
    });
    expect(report).toMatchObject({ device: 'cpu', isFallback: true });
    expect(report.reason).toMatch(/^WebGPU computes wrongly here: .+ is off by \d.*%, and \d+ more\. The CPU computes/);
  });

  it('catches results that are no numbers', async () => {
    const linear: Dialect['linear'] = (x, weight) =>
      mul(DIALECTS.cpu.linear(x, weight), constant([Number.NaN], 'f32', []));
    const { wrong } = await testDevice('cpu', { ...DIALECTS.cpu, linear });
    expect(wrong[0]?.error).toBeNaN();
    expect(wrong.map(({ operation }) => operation)).toContain('a product with weights');
  });
});
