/** From the options of a request to how its networks are built and what they are told at every pass. */
import { optionOf, type OptionValues } from '@easel/shared/options/values';

import { findEmphasis } from '../conditioning/emphasis.ts';
import type { Conditioning, Network } from '../denoisers/types.ts';
import { embedGuidance } from '../numeric/sinusoids.ts';
import { tensor, type Tensor } from '../numeric/tensor.ts';
import type { NetworkOptions } from './network-options.ts';
import type { Pipeline } from './types.ts';

export interface Tuning {
  /** For `Pipeline.configure`. */
  readonly networks: NetworkOptions;
  /** What the U-Net is told beside its conditioning when it is shown `x`, f32 [n, c, h, w]. */
  readonly inputs: (x: Tensor) => Conditioning;
}

/** What a U-Net is told for a pass with perturbed attention. */
export const PERTURBED: Conditioning = { perturbed: tensor(Float32Array.of(1), [1, 1, 1, 1]) };

/** Options that are absent or neutral leave the networks as they were trained. */
export function readTuning(values: OptionValues): Tuning {
  const tiling = optionOf(values, 'tiling');
  const freeu = readFreeu(values);
  const share = optionOf(values, 'tokenMerging');
  return {
    networks: {
      hidesTokens: findEmphasis(optionOf(values, 'emphasis')).factorWithout !== undefined,
      wraps: { x: tiling === 'x' || tiling === 'both', y: tiling === 'y' || tiling === 'both' },
      unet: {
        freeu: freeu === null ? null : optionOf(values, 'freeuVersion'),
        mergesTokens: share > 0,
        isPerturbable: optionOf(values, 'pagScale') > 0,
      },
    },
    inputs: (x) => ({
      ...(freeu === null ? {} : { freeu: tensor(freeu, [4]) }),
      ...(share > 0 ? { merged: tensor(Float32Array.of(mergedTokens(x, share)), [1]) } : {}),
    }),
  };
}

/** A network that is told its tuning at every pass. */
export function tuned(network: Network, { inputs }: Tuning): Network {
  return (x, timestep, conditioning) => network(x, timestep, { ...conditioning, ...inputs(x) });
}

/** A network that is told the guidance, where it wants to be; it needs no negative prompt then. */
export function toldGuidance({ network, facts }: Pick<Pipeline, 'network' | 'facts'>, scale: number): Network {
  if (facts.guidanceWidth === null) return network;
  const guidance = embedGuidance(scale, facts.guidanceWidth);
  return (x, timestep, conditioning) => network(x, timestep, { ...conditioning, guidance });
}

/** Backbone 1 and 2, skip 1 and 2; null where all are neutral. */
function readFreeu(values: OptionValues): Float32Array | null {
  const ids = ['freeuBackbone1', 'freeuBackbone2', 'freeuSkip1', 'freeuSkip2'] as const;
  const factors = ids.map((id) => optionOf(values, id));
  return factors.every((factor) => factor === 1) ? null : Float32Array.from(factors);
}

/** How many cells of a latent to be rid of, rounded down as the reference rounds. */
function mergedTokens({ shape: [, , h = 0, w = 0] }: Tensor, share: number): number {
  return Math.trunc(h * w * share);
}
