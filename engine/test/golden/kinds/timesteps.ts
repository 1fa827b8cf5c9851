/** diffusers' tables of timesteps and levels, put together from our parts. One check per call, relative to the value. */
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown, type Check } from '../compare.ts';
import { makeScheduler } from '../diffusers/scheduler.ts';
import type { SchedulerSpec } from '../diffusers/types.ts';
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
      return [compare(what, { data: values, shape: [values.length] }, golden.stored(name), golden.bound, 'value')];
    },
  );
  return checkOf(call.name, comparisons);
}

export const timesteps: Kind = {
  run: 'timesteps',
  check: async (golden) =>
    (golden.json as unknown as { calls: readonly Call[] }).calls.map((call) => checkCall(golden, call)),
};
