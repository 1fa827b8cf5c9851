/**
 * Samplers in sigma space on the formula denoiser, as k-diffusion and the WebUI run them. One check per call: levels,
 * evaluated levels, the latent at every step, the draws and what they were asked for.
 */
import { denoiseBoth } from '../../../src/denoisers/both.ts';
import { epsilonDenoiser } from '../../../src/denoisers/epsilon.ts';
import { guideBoth } from '../../../src/denoisers/guidance.ts';
import { interpolatedTimesteps } from '../../../src/denoisers/timesteps.ts';
import { brownianNoise } from '../../../src/numeric/brownian.ts';
import type { Denoise, DenoiseBoth } from '../../../src/numeric/denoise.ts';
import type { NoiseSource } from '../../../src/numeric/noise-source.ts';
import { karrasLevels } from '../../../src/numeric/karras.ts';
import { sigma as asSigma, type Sigma } from '../../../src/numeric/sigma.ts';
import { makeSigmaTable, sigmaAt } from '../../../src/numeric/sigma-table.ts';
import { scale, type Tensor } from '../../../src/numeric/tensor.ts';
import { torchNoise } from '../../../src/numeric/torch-random.ts';
import { samplers } from '../../../src/samplers/index.ts';
import { makeRestartSample } from '../../../src/samplers/restart.ts';
import type { SampleOptions, Sampler } from '../../../src/samplers/types.ts';
import { planSigmas } from '../../../src/schedules/plan.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown, type Check, type Comparison, type Measure } from '../compare.ts';
import { formulaDenoise, formulaPredict, type Formula } from '../formula-denoiser.ts';
import type { Kind } from './types.ts';

interface Call {
  readonly name: string;
  readonly sampler: string;
  readonly seed: number;
  readonly n: number;
  readonly schedule?: string;
  readonly args?: Readonly<Record<string, number | string>>;
  readonly discard_next_to_last?: number;
  readonly brownian?: boolean;
  readonly brownian_seed?: number;
  readonly eta?: number;
  readonly cfg?: number;
  readonly d_uncond?: number;
  readonly plus_plus?: boolean;
  readonly sigma_min?: number;
  readonly sigma_max?: number;
  readonly segments?: readonly (readonly [low: number, high: number, levels: number, times: number])[];
}

/** Names of the reference's functions that are not our ids with underscores. */
const IDS: Readonly<Record<string, string>> = { ddim_webui: 'ddim', plms_webui: 'plms' };

/** Arguments of the reference's functions, by our names for them. */
const OPTIONS: Readonly<Record<string, keyof SampleOptions>> = {
  eta: 'eta',
  s_noise: 'sNoise',
  s_churn: 'sChurn',
  s_tmin: 'sTmin',
  s_tmax: 'sTmax',
  order: 'order',
  r: 'middle',
  rtol: 'tolerance',
};

const TABLE = makeSigmaTable();
const timestepOf = interpolatedTimesteps(TABLE);

function idOf({ sampler, args, plus_plus: isPlusPlus }: Call): string {
  const name = IDS[sampler] ?? sampler.replace('cfg_pp', 'cfgpp').replaceAll('_', '-');
  const id = `${name}${isPlusPlus === true ? '-cfgpp' : ''}`;
  return args?.['solver_type'] === 'heun' ? `${id}-heun` : id;
}

/** What a walk leaves behind, by the names of the case's outputs. */
interface Trace {
  sigmas: readonly Sigma[];
  evals: number[];
  states: Tensor[];
  draws: Tensor[];
  asked: number[];
  /** After each step: -log of the level, and how many steps have been taken (an adaptive method refuses some). */
  reached: { times: number[]; accepted: number[] };
}

function recordingNoise(source: NoiseSource, trace: Trace): NoiseSource {
  return {
    draw: (shape, from, to) => {
      const drawn = source.draw(shape, from, to);
      trace.draws.push(drawn);
      trace.asked.push(from ?? NaN, to ?? NaN);
      return drawn;
    },
  };
}

/** The sampler as the call wants it: with restarts it names itself. */
function samplerOf(call: Call): Sampler | undefined {
  const id = idOf(call);
  const sampler = samplers.find((each) => each.id === id);
  if (sampler === undefined || call.segments === undefined) return sampler;
  const segments = call.segments.map(([low, high, levels, times]) => ({ low, high, levels, times }));
  return { ...sampler, sample: makeRestartSample(segments) };
}

/** Both predictions of a guided call; undefined where it has no guidance. */
function guidedOf(call: Call, formula: Formula): DenoiseBoth | undefined {
  if (call.cfg === undefined) return undefined;
  const predict = (p: Formula) => formulaPredict(p, 'epsilon', (t) => 1 / (1 + sigmaAt(TABLE, t) ** 2));
  const unconditional = { ...formula, d: call.d_uncond ?? formula.d };
  return denoiseBoth(epsilonDenoiser, guideBoth(predict(formula), predict(unconditional), call.cfg), timestepOf);
}

/** The levels of a call: of a schedule, of the sampler itself, or any between two ends for samplers that need no more. */
function levelsOf(call: Call, sampler: Sampler): readonly Sigma[] {
  const { sigma_min: low, sigma_max: high } = call;
  if (low === undefined || high === undefined) return planSigmas(sampler, call.schedule ?? 'automatic', TABLE, call.n);
  const between = karrasLevels((call.n ?? 1) + 1, low, high).slice(1, -1);
  return [high, ...between, low].map(asSigma);
}

/** Latents as the case lists them: those the steps began with, and the result; dpm_adaptive lists what they ended with. */
const statesOf = (call: Call, before: readonly Tensor[], end: Tensor): Tensor[] =>
  call.sampler === 'dpm_adaptive' ? [...before.slice(1), end, end] : [...before, end];

async function walk(
  call: Call,
  sampler: Sampler,
  formula: Formula,
  x: Tensor,
  options: Omit<SampleOptions, 'noise'>,
): Promise<Trace> {
  const trace: Trace = {
    sigmas: levelsOf(call, sampler),
    evals: [],
    states: [],
    draws: [],
    asked: [],
    reached: { times: [], accepted: [] },
  };
  const first = trace.sigmas[0] as Sigma;
  const guided = guidedOf(call, formula);
  const plain = formulaDenoise(formula);
  const both: DenoiseBoth = async (y, sigma) => {
    trace.evals.push(sampler.initialScale === undefined ? sigma : timestepOf(sigma));
    if (guided !== undefined) return guided(y, sigma);
    const denoised = await plain(y, sigma);
    return { denoised, unconditional: denoised };
  };
  const denoise: Denoise = async (y, sigma) => (await both(y, sigma)).denoised;
  const start = scale(x, sampler.initialScale?.(first) ?? first);
  const source =
    call.brownian === true
      ? brownianNoise(call.brownian_seed ?? call.seed, trace.sigmas, torchNoise)
      : torchNoise(call.seed);
  const run = sampler.sample(denoise, start, trace.sigmas, {
    ...options,
    denoiseBoth: both,
    noise: recordingNoise(source, trace),
  });
  const levels: number[] = [];
  for (;;) {
    const step = await run.next();
    // Samplers that start at unit variance are compared at it, the form their reference works in.
    if (step.done !== true) {
      const { x: state, sigma } = step.value;
      levels.push(sigma);
      trace.states.push(sampler.initialScale === undefined ? state : scale(state, 1 / Math.sqrt(sigma * sigma + 1)));
    } else {
      const reached = reachedBy([...levels.slice(1), trace.sigmas.at(-1) as number], first);
      return { ...trace, states: statesOf(call, trace.states, step.value), reached };
    }
  }
}

function reachedBy(levels: readonly number[], first: number): Trace['reached'] {
  let taken = 0;
  const accepted = levels.map((level, i) => (level === (i === 0 ? first : levels[i - 1]) ? taken : ++taken));
  return { times: levels.map((level) => -Math.log(level)), accepted };
}

function compareTrace(golden: GoldenCase, at: string, trace: Trace): Comparison[] {
  const list = (name: string, values: ArrayLike<number>, measure: Measure = 'value'): Comparison[] =>
    golden.tensors.has(`${at}.${name}`)
      ? [compare(name, { data: values, shape: [values.length] }, golden.stored(`${at}.${name}`), golden.bound, measure)]
      : [];
  const each = (name: string, tensors: readonly Tensor[]): Comparison[] =>
    tensors.map((value, i) => compare(`${name}.${i}`, value, golden.stored(`${at}.${name}.${i}`), golden.bound));
  const expectedStates = golden.outputNames.filter((name) => name.startsWith(`${at}.state.`)).length;
  const states: Comparison[] =
    expectedStates === trace.states.length
      ? each('state', trace.states)
      : [{ name: 'states', error: NaN, bound: 0, note: `${trace.states.length} states, expected ${expectedStates}` }];
  return [
    ...list('sigmas', trace.sigmas),
    ...list('evals', trace.evals),
    // Logarithms, so not relative to themselves.
    ...list('t', trace.reached.times, 'std'),
    ...list('accepted', trace.reached.accepted),
    ...states,
    ...each('noise', trace.draws),
    ...compareAsked(golden, at, trace),
  ];
}

/** Levels a draw was asked for; -1 in the case stands for "not told", which ours may tell. */
function compareAsked(golden: GoldenCase, at: string, { asked, draws }: Trace): Comparison[] {
  if (draws.length === 0) return [];
  // The reference draws also where the noise is multiplied by 0; those draws come last.
  const all = golden.stored(`${at}.noise_calls`);
  const expected = { ...all, data: all.data.slice(0, asked.length), shape: [draws.length, 2] };
  const told = Array.from(expected.data, (want, i) => (want === -1 ? -1 : (asked[i] ?? NaN)));
  return [compare('noise_calls', { data: told, shape: expected.shape }, expected, golden.bound, 'value')];
}

async function checkCall(golden: GoldenCase, call: Call, formula: Formula): Promise<Check> {
  const sampler = samplerOf(call);
  if (sampler === undefined) return unknown(call.name, `sampler ${idOf(call)}`);
  if ((sampler.dropsNextToLastSigma === true ? 1 : 0) !== (call.discard_next_to_last ?? 0)) {
    return unknown(call.name, 'levels made in another way than the sampler asks for');
  }
  const args = Object.entries({ ...call.args, ...(call.eta === undefined ? {} : { eta: call.eta }) }).filter(
    ([name]) => name !== 'solver_type',
  );
  const foreign = args.find(([name]) => OPTIONS[name] === undefined);
  if (foreign !== undefined) return unknown(call.name, `argument ${foreign[0]}`);
  const options = Object.fromEntries(args.map(([name, value]) => [OPTIONS[name] as string, value]));
  const trace = await walk(call, sampler, formula, golden.input('x'), options);
  return checkOf(call.name, compareTrace(golden, call.name, trace));
}

export const k: Kind = {
  run: 'k',
  leaves: [
    { name: /\.noise(\.\d+|_calls)$/, why: 'drawn by the reference also where it is multiplied by 0' },
    { name: /\.error$/, why: 'what the adaptive method judges its steps by; the steps themselves are compared' },
  ],
  check: async (golden) => {
    const { calls, denoiser } = golden.json as unknown as { calls: readonly Call[]; denoiser: Formula };
    const checks: Check[] = [];
    for (const call of calls) checks.push(await checkCall(golden, call, denoiser));
    return checks;
  },
};
