/** Any denoiser, seen twice: with the guided prediction and with the negative one of the same evaluation. For CFG++. */
import type { BothPredicted, Denoise, DenoiseBoth, Predict, PredictBoth, TimestepOf } from './types.ts';

/**
 * @param make a denoiser of one kind of prediction, e.g. `epsilonDenoiser`
 * @param predict evaluated once for each latent
 */
export function denoiseBoth(
  make: (predict: Predict, timestepOf: TimestepOf) => Denoise,
  predict: PredictBoth,
  timestepOf: TimestepOf,
): DenoiseBoth {
  return async (x, sigma) => {
    let evaluated: Promise<BothPredicted> | undefined;
    const seenBy = (part: keyof BothPredicted): Denoise =>
      make(async (y, timestep) => (await (evaluated ??= predict(y, timestep)))[part], timestepOf);
    return { denoised: await seenBy('guided')(x, sigma), unconditional: await seenBy('negative')(x, sigma) };
  };
}
