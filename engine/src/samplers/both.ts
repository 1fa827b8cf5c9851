/** The two predictions CFG++ walks by. */
import type { Denoise, DenoiseBoth } from '../numeric/denoise.ts';
import type { SampleOptions } from './types.ts';

/** `denoiseBoth` of the options; where there is none, the one prediction stands for both. */
export function bothOf(denoise: Denoise, { denoiseBoth }: SampleOptions): DenoiseBoth {
  if (denoiseBoth !== undefined) return denoiseBoth;
  return async (x, sigma) => {
    const denoised = await denoise(x, sigma);
    return { denoised, unconditional: denoised };
  };
}
