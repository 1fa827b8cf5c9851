/** Networks of a case as its call wants them built: options by the ids of requests, FreeU's numbers by diffusers' names. */
import type { OptionValues } from '@easel/shared/options/values';

import { readTuning, type Tuning } from '../../../src/families/tuning.ts';
import type { Pipeline } from '../../../src/families/types.ts';

/** As a call of a case states them. */
export type CallOptions = Pick<OptionValues, 'tiling' | 'tokenMerging' | 'pagScale'> & {
  readonly freeu?: { readonly version: '1' | '2' } & Readonly<Record<'b1' | 'b2' | 's1' | 's2', number>>;
};

/** The same as a request would have it. */
export function valuesOf({ freeu, ...options }: CallOptions): OptionValues {
  if (freeu === undefined) return options;
  const { version, b1, b2, s1, s2 } = freeu;
  const factors = { freeuBackbone1: b1, freeuBackbone2: b2, freeuSkip1: s1, freeuSkip2: s2 };
  return { ...options, ...factors, freeuVersion: version };
}

/** Calls of other kinds of cases share the pipeline: it is left as it was found. */
export async function withOptions<T>(
  pipeline: Pipeline,
  options: CallOptions | undefined,
  run: (tuning: Tuning) => Promise<T>,
): Promise<T> {
  if (options === undefined) return run(readTuning({}));
  const tuning = readTuning(valuesOf(options));
  await pipeline.configure(tuning.networks);
  try {
    return await run(tuning);
  } finally {
    await pipeline.configure(readTuning({}).networks);
  }
}
