/** From the options of a request to how its networks are built and what they are told at every pass. */
import { optionOf, type OptionValues } from '@easel/shared/options/values';

import type { Conditioning, Network } from '../denoisers/types.ts';
import type { Tensor } from '../numeric/tensor.ts';
import { PLAIN, type NetworkOptions } from './network-options.ts';

export interface Tuning {
  /** For `Pipeline.configure`. */
  readonly networks: NetworkOptions;
  /** What the U-Net is told beside its conditioning when it is shown `x`, f32 [n, c, h, w]. */
  readonly inputs: (x: Tensor) => Conditioning;
}

/** Options that are absent or neutral leave the networks as they were trained. */
export function readTuning(values: OptionValues): Tuning {
  const tiling = optionOf(values, 'tiling');
  return {
    networks: { ...PLAIN, wraps: { x: tiling === 'x' || tiling === 'both', y: tiling === 'y' || tiling === 'both' } },
    inputs: () => ({}),
  };
}

/** A network that is told its tuning at every pass. */
export function tuned(network: Network, { inputs }: Tuning): Network {
  return (x, timestep, conditioning) => network(x, timestep, { ...conditioning, ...inputs(x) });
}
