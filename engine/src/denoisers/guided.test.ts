/** The denoiser of a walk: when it guides, what it makes of the predictions, which network it asks. */
import { describe, expect, it } from 'vitest';

import { philoxNoise } from '../numeric/philox.ts';
import { makeSigmaTable } from '../numeric/sigma-table.ts';
import { sigma, type Sigma } from '../numeric/sigma.ts';
import { combine, tensor, type Tensor } from '../numeric/tensor.ts';
import { epsilonDenoiser } from './epsilon.ts';
import { guidedDenoiser, isGuidedAt, plainGuidance, type GuidanceSettings, type GuidedNetwork } from './guided.ts';
import { guide } from './guidance.ts';
import { guideWithin } from './thresholding.ts';
import { interpolatedTimesteps } from './timesteps.ts';
import type { Predict } from './types.ts';
import { vDenoiser } from './v.ts';

const SHAPE = [2, 4, 6, 5];
const [c, u, p, x] = [1, 2, 3, 4].map((seed) => philoxNoise(seed).draw(SHAPE)) as [Tensor, Tensor, Tensor, Tensor];
const level = sigma(2.5);
const distance = (a: Tensor, b: Tensor): number =>
  Math.max(...a.data.map((value, i) => Math.abs(value - (b.data[i] as number))));

const timestepOf = interpolatedTimesteps(makeSigmaTable());
/** Counts how often each prediction is asked for. */
function counted(answer: Tensor): Predict & { asked: number } {
  const predict = Object.assign(async () => ((predict.asked += 1), answer), { asked: 0 });
  return predict;
}
const plainNetwork = () => ({ make: epsilonDenoiser, timestepOf, positive: counted(c), negative: counted(u) });
const run = async (network: GuidedNetwork, change: Partial<GuidanceSettings>, at = level, keepsNegative = false) =>
  guidedDenoiser(async () => network, { ...plainGuidance(5), ...change }, 10, keepsNegative)(x, at);

describe('whether an evaluation is guided', () => {
  const guidedOf = (change: Partial<GuidanceSettings>, at: Sigma = level): string =>
    Array.from({ length: 10 }, (_, i) => (isGuidedAt(i, 10, at, { ...plainGuidance(5), ...change }) ? '1' : '0')).join(
      '',
    );

  it('is always so by itself', () => expect(guidedOf({})).toBe('1111111111'));
  it('leaves out the first share, its end included', () => expect(guidedOf({ skipEarly: 0.2 })).toBe('0001111111'));
  it('leaves out the last share', () => expect(guidedOf({ end: 0.7 })).toBe('1111111000'));
  it('leaves out every other one below a level, or all', () => {
    expect(guidedOf({ minimumSigma: 3 })).toBe('1010101010');
    expect(guidedOf({ minimumSigma: 3, isMinimumForAll: true })).toBe('0000000000');
    expect(guidedOf({ minimumSigma: 2 })).toBe('1111111111');
  });
});

describe('a guided denoiser', () => {
  it('is to the last bit what guide and the denoiser make', async () => {
    for (const make of [epsilonDenoiser, vDenoiser]) {
      const network = { ...plainNetwork(), make };
      const expected = await make(guide(network.positive, network.negative, 5), timestepOf)(x, level);
      expect((await run(network, {})).denoised.data).toEqual(expected.data);
      const rescaled = await make(guide(network.positive, network.negative, 5, { rescale: 0.7 }), timestepOf)(x, level);
      expect((await run(network, { rescale: 0.7 })).denoised.data).toEqual(rescaled.data);
      expect(rescaled.data).not.toEqual(expected.data);
    }
  });

  it('does not ask what it does not need', async () => {
    const plain = plainNetwork();
    await run(plain, { scale: 1 });
    const late = { ...plainNetwork(), perturbed: counted(p) };
    const { denoised } = await run(late, { skipEarly: 0.5 });
    expect([plain.negative.asked, late.negative.asked, late.positive.asked]).toEqual([0, 0, 1]);
    expect(late.perturbed.asked).toBe(0);
    expect(denoised.data).toEqual((await epsilonDenoiser(late.positive, timestepOf)(x, level)).data);
  });

  it('counts its evaluations over the walk', async () => {
    const network = plainNetwork();
    const denoise = guidedDenoiser(async () => network, { ...plainGuidance(5), end: 0.3 }, 10);
    for (let i = 0; i < 10; i++) await denoise(x, level);
    expect([network.positive.asked, network.negative.asked]).toEqual([10, 3]);
  });

  it('gives the negative prediction beside the guided one, at guidance 1 too, and the positive one where guidance is off', async () => {
    const network = plainNetwork();
    const clean = async (raw: Tensor): Promise<Tensor> => epsilonDenoiser(async () => raw, timestepOf)(x, level);
    expect((await run(network, { scale: 1 }, level, true)).unconditional.data).toEqual((await clean(u)).data);
    expect((await run(network, { skipEarly: 1 }, level, true)).unconditional.data).toEqual((await clean(c)).data);
  });

  it('leads away from the perturbed prediction, guided or not', async () => {
    // D = x - sigma * (c + 4 (c - u) + 3 (c - p))
    const raw = x.data.map((_, i) => 8 * (c.data[i] as number) - 4 * (u.data[i] as number) - 3 * (p.data[i] as number));
    const expected = combine(1, x, -level, tensor(raw, SHAPE));
    const network = { ...plainNetwork(), perturbed: counted(p) };
    expect(distance((await run(network, { perturbedScale: 3 })).denoised, expected)).toBeLessThan(1e-4);
    const alone = combine(1, x, -level, combine(4, c, -3, p));
    expect(distance((await run(network, { perturbedScale: 3, scale: 1 })).denoised, alone)).toBeLessThan(1e-4);
    const thresholding = { mimicScale: 5, quantile: 1 };
    expect(distance((await run(network, { perturbedScale: 3, thresholding })).denoised, expected)).toBeLessThan(1e-4);
  });

  it('asks the network of the level', async () => {
    const [first, second] = [plainNetwork(), { ...plainNetwork(), positive: counted(p) }];
    const denoise = guidedDenoiser(async (at) => (at > 1 ? first : second), plainGuidance(1), 10);
    await denoise(x, sigma(5));
    await denoise(x, sigma(0.5));
    expect([first.positive.asked, second.positive.asked]).toEqual([1, 1]);
  });
});

describe('dynamic thresholding', () => {
  /** The formula in the plainest form, one channel of one picture. */
  function expectedChannel(cond: number[], uncond: number[], scale: number, mimic: number, quantile: number): number[] {
    const mean = (v: number[]): number => v.reduce((a, b) => a + b, 0) / v.length;
    const guided = cond.map((value, i) => (uncond[i] as number) + scale * (value - (uncond[i] as number)));
    const weak = cond.map((value, i) => (uncond[i] as number) + mimic * (value - (uncond[i] as number)));
    const [gm, wm] = [mean(guided), mean(weak)];
    const reach = Math.max(...weak.map((value) => Math.abs(value - wm)));
    const sorted = guided.map((value) => Math.abs(value - gm)).sort((a, b) => a - b);
    const at = quantile * (sorted.length - 1);
    const own = (sorted[Math.floor(at)] as number) * (1 - (at % 1)) + (sorted[Math.ceil(at)] as number) * (at % 1);
    const top = Math.max(reach, own);
    return guided.map((value) => (Math.max(-top, Math.min(top, value - gm)) / top) * reach + gm);
  }

  it.each([1, 0.95, 0.5])('is the extension’s formula, channel by channel, at quantile %f', (quantile) => {
    const size = 30;
    const got = guideWithin(c, u, 15, { mimicScale: 6, quantile });
    for (let start = 0; start < got.data.length; start += size) {
      const part = (t: Tensor): number[] => [...t.data.subarray(start, start + size)];
      const expected = expectedChannel(part(c), part(u), 15, 6, quantile);
      part(got).forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 4));
    }
  });

  it('keeps the range of the weaker guidance, which plain guidance leaves', () => {
    const rangeOf = ({ data }: Tensor): number => Math.max(...data) - Math.min(...data);
    const weak = combine(1 - 6, u, 6, c);
    const strong = combine(1 - 20, u, 20, c);
    const kept = rangeOf(guideWithin(c, u, 20, { mimicScale: 6, quantile: 1 }));
    expect(kept).toBeLessThan(rangeOf(weak) * 1.3);
    expect(rangeOf(strong)).toBeGreaterThan(kept * 2);
  });

  it('leaves a picture without spread alone', () => {
    const flat = tensor(new Float32Array(120).fill(2), [1, 4, 6, 5]);
    expect([...guideWithin(flat, flat, 7, { mimicScale: 3, quantile: 1 }).data].every((value) => value === 2)).toBe(
      true,
    );
  });
});
