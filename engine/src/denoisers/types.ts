/** How networks look to the denoisers: raw predictions at timesteps. Samplers only see {@link Denoise}. */
import type { Sigma, Timestep } from '../numeric/sigma.ts';
import type { Tensor } from '../numeric/tensor.ts';

export type { Denoise, DenoiseBoth } from '../numeric/denoise.ts';

/** What a network is told beside latent and time, by the name of the network's input (`context`, `vector`, ...). */
export type Conditioning = Readonly<Record<string, Tensor>>;

/**
 * A noise-predicting network.
 *
 * `x` is f32 [n, channels, h, w] of unit variance; the result is its raw output (epsilon or v), f32 [n, 4, h, w].
 */
export type Network = (x: Tensor, timestep: Timestep, conditioning: Conditioning) => Promise<Tensor>;

/** A network with its conditioning already bound; what guidance combines. */
export type Predict = (x: Tensor, timestep: Timestep) => Promise<Tensor>;

/** A guided prediction, and the negative one it leads away from: raw outputs both. */
export interface BothPredicted {
  readonly guided: Tensor;
  readonly negative: Tensor;
}

/** As {@link Predict}, with the negative prediction kept. */
export type PredictBoth = (x: Tensor, timestep: Timestep) => Promise<BothPredicted>;

/** Which timestep a network is told at a noise level. */
export type TimestepOf = (sigma: Sigma) => Timestep;
