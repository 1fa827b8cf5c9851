/** Classifier-free guidance: one wrapper around two predictions, whatever they predict. */
import { combine } from '../numeric/tensor.ts';
import { rescaled } from './rescale.ts';
import type { Conditioning, Network, Predict, PredictBoth } from './types.ts';

/** Binds a network to what it is told. */
export function conditioned(network: Network, conditioning: Conditioning): Predict {
  return (x, timestep) => network(x, timestep, conditioning);
}

export interface GuidanceOptions {
  /** 0 .. 1: how far to bring the spread of the guided prediction back to that of the positive one. 0 when absent. */
  readonly rescale?: number;
}

/**
 * u + guidance * (c - u). At guidance 1 that is c alone, and the negative pass is not run.
 *
 * @param positive prediction for the prompt
 * @param negative prediction for the negative prompt
 * @source Ho and Salimans 2022; rescaling: Lin et al. 2023, section 3.4
 */
export function guide(positive: Predict, negative: Predict, guidance: number, options: GuidanceOptions = {}): Predict {
  if (guidance === 1) return positive;
  const both = guideBoth(positive, negative, guidance, options);
  return async (x, timestep) => (await both(x, timestep)).guided;
}

/** The same with the negative prediction kept, for CFG++: so the negative pass is run at guidance 1 too. */
export function guideBoth(
  positive: Predict,
  negative: Predict,
  guidance: number,
  { rescale = 0 }: GuidanceOptions = {},
): PredictBoth {
  return async (x, timestep) => {
    const u = await negative(x, timestep);
    const c = await positive(x, timestep);
    const guided = combine(1 - guidance, u, guidance, c);
    return { guided: rescale === 0 ? guided : rescaled(guided, c, rescale), negative: u };
  };
}
