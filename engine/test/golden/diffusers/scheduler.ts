/**
 * diffusers' schedulers put together from our samplers, schedules and denoisers: the proof that they can be.
 *
 * A scheduler class with its config becomes timesteps, levels and a walk. Classes and options we have no part for are
 * answered with what is missing, which a golden kind reports as unknown.
 */
import { ABSENT, ROWS } from './classes.ts';
import type { Config, DiffusersScheduler, Missing, SchedulerSpec, StepRequest } from './types.ts';

/**
 * The scheduler, or what we have no part for.
 * @param use `tables` when only timesteps and levels are wanted: options of the steps do not matter then
 */
export function makeScheduler(
  spec: SchedulerSpec,
  request: StepRequest,
  use: 'tables' | 'steps' = 'steps',
): DiffusersScheduler | Missing {
  const row = ROWS[spec.class];
  if (row === undefined) return { missing: spec.class };
  const foreign = Object.keys(spec.config).find((option) => !Object.hasOwn(row.defaults, option));
  // Published configs name options of other classes; only a default does no harm.
  if (foreign !== undefined && !IGNORED.has(foreign)) return { missing: `${spec.class} with ${foreign}` };
  const config = { ...ABSENT, ...row.defaults, ...spec.config } as unknown as Config;
  const only = { ...row.only, ...(use === 'steps' ? row.onlySteps : {}) };
  const beyond = Object.entries(only).find(([option, values]) => !isCovered(config[option], values));
  if (beyond !== undefined) {
    return { missing: `${spec.class} with ${beyond[0]} ${JSON.stringify(config[beyond[0]])}` };
  }
  if (config['trained_betas'] !== null || !['linear', 'scaled_linear'].includes(config.beta_schedule)) {
    return { missing: `${spec.class} with other betas` };
  }
  return row.make(config, request);
}

/** Options of other classes that diffusers drops when it loads a config. */
const IGNORED: ReadonlySet<string> = new Set(['skip_prk_steps', 'clip_sample', 'set_alpha_to_one']);

/** An option is at a value we cover; `a number` covers all numbers. */
const isCovered = (value: unknown, covered: readonly unknown[]): boolean =>
  covered.includes(value) || (typeof value === 'number' && covered.includes('a number'));
