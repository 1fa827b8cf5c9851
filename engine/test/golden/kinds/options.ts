/** Networks of a case as its call wants them built: options by the ids of requests, FreeU's numbers by diffusers' names. */
import type { OptionValues } from '@easel/shared/options/values';

import { readTuning, type Tuning } from '../../../src/families/tuning.ts';

/** As a call of a case states them. */
export type CallOptions = Pick<OptionValues, 'tiling' | 'tokenMerging' | 'pagScale'> & {
  readonly freeu?: { readonly version: '1' | '2' } & Readonly<Record<'b1' | 'b2' | 's1' | 's2', number>>;
};

/** How such a call wants its networks; without options as they were trained. */
export const tuningOf = (options: CallOptions = {}): Tuning => readTuning(valuesOf(options));

/** The same as a request would have it. */
function valuesOf({ freeu, ...options }: CallOptions): OptionValues {
  if (freeu === undefined) return options;
  const { version, b1, b2, s1, s2 } = freeu;
  const factors = { freeuBackbone1: b1, freeuBackbone2: b2, freeuSkip1: s1, freeuSkip2: s2 };
  return { ...options, ...factors, freeuVersion: version };
}
