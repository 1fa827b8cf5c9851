/** diffusers' tables of timesteps and levels, put together from our parts. One check per call, relative to the value. */
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown, type Check } from '../compare.ts';
import { makeScheduler } from '../diffusers/scheduler.ts';
import type { DiffusersScheduler, SchedulerSpec } from '../diffusers/types.ts';
import type { Kind } from './types.ts';

interface Call extends SchedulerSpec {
  readonly name: string;
  readonly set: { readonly num_inference_steps: number } | { readonly timesteps: readonly number[] };
}

function checkCall(golden: GoldenCase, call: Call): Check {
  const scheduler = makeScheduler(
    call,
    'timesteps' in call.set ? call.set : { steps: call.set.num_inference_steps },
    'tables',
  );
  if ('missing' in scheduler) return unknown(call.name, scheduler.missing);
  const comparisons = Object.entries({ timesteps: scheduler.timesteps, sigmas: scheduler.sigmas }).flatMap(
    ([what, values]) => {
      const name = `${call.name}.${what}`;
      if (values === undefined || !golden.tensors.has(name)) return [];
      const expected = golden.stored(name);
      const actual = what === 'timesteps' ? withinSlack(scheduler, expected.data) : values;
      return [compare(what, { data: actual, shape: [actual.length] }, expected, golden.bound, 'value')];
    },
  );
  return checkOf(call.name, comparisons);
}

/** The scheduler's timesteps, but the expected one wherever it is within what the class may be off by. */
export function withinSlack(
  { timesteps: own, timestepSlack: slack = [] }: DiffusersScheduler,
  expected: ArrayLike<number>,
): number[] {
  return own.map((t, i) => (Math.abs((expected[i] ?? NaN) - t) <= (slack[i] ?? 0) ? (expected[i] as number) : t));
}

export const timesteps: Kind = {
  run: 'timesteps',
  check: async (golden) =>
    (golden.json as unknown as { calls: readonly Call[] }).calls.map((call) => checkCall(golden, call)),
};
