/** What a kind of golden case is: the word its cases are marked with, and how they are checked. */
import type { GoldenCase } from '../case.ts';
import type { Check } from '../compare.ts';

export interface Kind {
  /** `run` of case.json; for cases without one, the beginning of `case` (e.g. `upscale/esrgan`). */
  readonly run: string;
  /** Expected tensors that it does not look at, and why; the runner names all others that no check has read. */
  readonly leaves?: readonly { readonly name: RegExp; readonly why: string }[];
  check(golden: GoldenCase): Promise<Check[]>;
}
