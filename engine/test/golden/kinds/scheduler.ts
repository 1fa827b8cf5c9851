/** diffusers' schedulers on the formula denoiser, put together from our parts. One check per call. */
import { torchNoise } from '../../../src/numeric/torch-random.ts';
import type { Sigma } from '../../../src/numeric/sigma.ts';
import { scale, type Tensor } from '../../../src/numeric/tensor.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown, type Check, type Comparison } from '../compare.ts';
import { makeScheduler } from '../diffusers/scheduler.ts';
import type { SchedulerSpec } from '../diffusers/types.ts';
import { diffusersTable } from '../diffusers/tables.ts';
import { formulaPredict, type Formula, type Prediction } from '../formula-denoiser.ts';
import { withinSlack } from './timesteps.ts';
import type { Kind } from './types.ts';

interface Call extends SchedulerSpec {
  readonly name: string;
  readonly n: number;
  readonly model: Prediction;
  readonly step: { readonly eta?: number };
}

const TABLE_DEFAULTS = {
  num_train_timesteps: 1000,
  beta_start: 0.0001,
  beta_end: 0.02,
  beta_schedule: 'linear',
  rescale_betas_zero_snr: false,
};

/** The case's rule: alpha-bar of the scheduler's own table; between integers linear in log sigma. */
function alphaAt(call: Call): (t: number) => number {
  // Euler's table ends at 2^-24 where DDIM's ends at 0.
  const { alphasCumprod } = diffusersTable(
    { ...TABLE_DEFAULTS, ...call.config },
    call.class === 'DDIMScheduler' ? undefined : 2 ** -24,
  );
  const logSigma = (i: number): number =>
    0.5 * Math.log((1 - (alphasCumprod[i] as number)) / (alphasCumprod[i] as number));
  return (t) => {
    const low = Math.floor(t);
    if (t === low) return alphasCumprod[low] as number;
    return 1 / (1 + Math.exp((1 - (t - low)) * logSigma(low) + (t - low) * logSigma(low + 1)) ** 2);
  };
}

async function checkCall(golden: GoldenCase, call: Call, seed: number, formula: Formula): Promise<Check> {
  const scheduler = makeScheduler(call, { steps: call.n });
  if ('missing' in scheduler) return unknown(call.name, scheduler.missing);
  const foreign = Object.keys(call.step).find((name) => name !== 'eta');
  if (foreign !== undefined) return unknown(call.name, `step argument ${foreign}`);
  const source = scheduler.ownNoise?.() ?? torchNoise(seed);
  const drawn: Tensor[] = [];
  const noise = {
    draw: (shape: readonly number[], from?: Sigma, to?: Sigma): Tensor => {
      const value = source.draw(shape, from, to);
      drawn.push(value);
      return value;
    },
  };
  const predict = formulaPredict(formula, call.model, alphaAt(call));
  const start = scale(golden.input('x'), scheduler.initNoiseSigma);
  const samples = await scheduler.run(predict, start, { noise, ...call.step });
  const expected = golden.outputNames.filter((name) => name.startsWith(`${call.name}.step.`)).length;
  const steps: Comparison[] =
    samples.length === expected
      ? samples.map((sample, i) => compare(`step.${i}`, sample, golden.stored(`${call.name}.step.${i}`), golden.bound))
      : [{ name: 'steps', error: NaN, bound: 0, note: `${samples.length} steps, expected ${expected}` }];
  const timesteps = withinSlack(scheduler, golden.stored(`${call.name}.timesteps`).data);
  return checkOf(call.name, [
    compare(
      'timesteps',
      { data: timesteps, shape: [timesteps.length] },
      golden.stored(`${call.name}.timesteps`),
      golden.bound,
      'value',
    ),
    ...steps,
    // Where a class hands out its last prediction, that is where the walk ends.
    ...(golden.tensors.has(`${call.name}.denoised`) && samples.length > 0
      ? [compare('denoised', samples.at(-1) as Tensor, golden.stored(`${call.name}.denoised`), golden.bound)]
      : []),
    ...drawn.map((value, i) => compare(`noise.${i}`, value, golden.stored(`${call.name}.noise.${i}`), golden.bound)),
  ]);
}

export const scheduler: Kind = {
  run: 'scheduler',
  leaves: [{ name: /\.noise\.\d+$/, why: 'the reference draws also for the last step, where it is multiplied by 0' }],
  check: async (golden) => {
    const { calls, seed, denoiser } = golden.json as unknown as {
      calls: readonly Call[];
      seed: number;
      denoiser: Formula;
    };
    const checks: Check[] = [];
    for (const call of calls) checks.push(await checkCall(golden, call, seed, denoiser));
    return checks;
  },
};
