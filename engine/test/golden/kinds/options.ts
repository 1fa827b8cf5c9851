/** Networks of a case as its call wants them built: options by the ids of requests, FreeU's numbers by diffusers' names. */
import type { OptionValues } from '@easel/shared/options/values';

import { readTuning, type Tuning } from '../../../src/families/tuning.ts';
import type { Pipeline } from '../../../src/families/types.ts';

/** As a call of a case states them. */
export type CallOptions = Pick<OptionValues, 'tiling'>;

/** Calls of other kinds of cases share the pipeline: it is left as it was found. */
export async function withOptions<T>(
  pipeline: Pipeline,
  options: CallOptions | undefined,
  run: (tuning: Tuning) => Promise<T>,
): Promise<T> {
  if (options === undefined) return run(readTuning({}));
  const tuning = readTuning(options);
  await pipeline.configure(tuning.networks);
  try {
    return await run(tuning);
  } finally {
    await pipeline.configure(readTuning({}).networks);
  }
}
