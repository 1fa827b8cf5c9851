/**
 * What Stable Diffusion XL and its kin (inpainting, the refiner) have in common: OpenCLIP's pooled vector and a few
 * numbers told beside the text, a U-Net of deep transformers, an autoencoder of its own scale.
 */
import type { CheckpointOverrides } from '@easel/shared/checkpoint';

import type { OptionId } from '@easel/shared/options/table';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import type { Sidecar } from '../checkpoint/sidecar.ts';
import type { CheckpointWeights } from '../checkpoint/weights.ts';
import type { Conditioning } from '../denoisers/types.ts';
import type { Ports } from '../modules/ports.ts';
import { textEncoder } from '../modules/text/clip.ts';
import { readClipConfig, readOpenClipConfig } from '../modules/text/config.ts';
import { openClipEncoder } from '../modules/text/open-clip.ts';
import { readUnetConfig } from '../modules/unet/config.ts';
import { unet } from '../modules/unet/unet.ts';
import { embedNumbers } from '../numeric/sinusoids.ts';
import { zeros, type Tensor } from '../numeric/tensor.ts';
import { LEFT_BEHIND, UNET_PREFIX, VAE_NETWORKS, VAE_PREFIX, type NetworkOf, type Networks } from './assemble.ts';
import { CLIP_TEXT, OPEN_CLIP_TEXT, readFacts } from './facts.ts';
import type { NetworkOptions } from './network-options.ts';
import { encodePrompt } from './prompt.ts';
import type {
  CheckpointFacts,
  ConditioningOptions,
  LatentPreview,
  Pipeline,
  Role,
  TextFormat,
  TokenizedPrompt,
} from './types.ts';

export const XL_SIZE = 1024;
export const CLIP_PREFIX = 'conditioner.embedders.0.transformer.';
const OPEN_CLIP_PREFIX = 'conditioner.embedders.1.model.';
const HEAD_SIZE = 64;
/** Waves of each number told beside the text. */
const NUMBER_WIDTH = 256;

/** Beginnings of names that files with both text encoders have. */
export const XL_PREFIXES = [UNET_PREFIX, VAE_PREFIX, CLIP_PREFIX, OPEN_CLIP_PREFIX] as const;

/** What its networks are told beside the prompt, as options of a request. */
export const XL_OPTIONS: readonly OptionId[] = [
  'originalWidth',
  'originalHeight',
  'cropTop',
  'cropLeft',
  'targetWidth',
  'targetHeight',
  'negativeOriginalWidth',
  'negativeOriginalHeight',
  'negativeCropTop',
  'negativeCropLeft',
  'negativeTargetWidth',
  'negativeTargetHeight',
];

/** Both encoders give the state before their last layer, as it is. */
const STATES = { ownSkip: 2, isNormed: false } as const;
const XL_CLIP: TextFormat = { ...CLIP_TEXT, ...STATES };
export const XL_OPEN_CLIP: TextFormat = { ...OPEN_CLIP_TEXT, ...STATES };

/**
 * Colours of this VAE's latents, -1..1 like decoded pictures.
 * @source measured by StAlKeR7779 and published with InvokeAI (Apache-2.0)
 */
const PREVIEW: LatentPreview = {
  matrix: [
    [0.3816, 0.493, 0.532],
    [-0.3753, 0.1631, 0.1739],
    [0.177, 0.3588, -0.2048],
    [-0.435, -0.2644, -0.4289],
  ],
  bias: [0, 0, 0],
};

export function openClipNetwork(prefix: string): NetworkOf {
  return (weights, _sidecar, { hidesTokens }) => {
    const scope = weights.scope(prefix, 'text-encoder-2');
    return openClipEncoder(
      scope,
      readOpenClipConfig(scope, { leftOut: 0, hasProjection: true }),
      XL_OPEN_CLIP,
      hidesTokens,
    );
  };
}

function clipNetwork(weights: CheckpointWeights, _sidecar: Sidecar | null, { hidesTokens }: NetworkOptions): Ports {
  // Some merged files lack the level `text_model`.
  const isShort = weights.find(`${CLIP_PREFIX}embeddings.token_embedding.weight`) !== undefined;
  const scope = weights.scope(isShort ? CLIP_PREFIX : `${CLIP_PREFIX}text_model.`, 'text-encoder');
  return textEncoder(scope, readClipConfig(scope), XL_CLIP, hidesTokens);
}

/** U-Net and autoencoder. */
export const XL_PICTURE_NETWORKS = {
  unet: (weights, _sidecar, options) => {
    const scope = weights.scope(UNET_PREFIX, 'unet');
    const heads = (channels: number): number => Math.max(1, Math.floor(channels / HEAD_SIZE));
    return unet(scope, readUnetConfig(scope, { heads, projection: 'matrix', hasVector: true }), options.unet);
  },
  ...VAE_NETWORKS,
} as const satisfies Networks;

/** All networks of files with both text encoders. */
export const XL_NETWORKS: Networks = {
  'text-encoder': clipNetwork,
  'text-encoder-2': openClipNetwork(OPEN_CLIP_PREFIX),
  ...XL_PICTURE_NETWORKS,
};

/** The XL autoencoder's activations go beyond 65504, the end of half precision. */
export const XL_EXACT: readonly Role[] = ['vae-decoder', 'vae-encoder'];

export const XL_IGNORED: readonly RegExp[] = [
  ...LEFT_BEHIND,
  /^conditioner\.embedders\.\d\.(transformer\.text_projection\.weight|(model\.)?logit_scale|model\.attn_mask)$/,
];

export function xlFacts(
  header: CheckpointHeader,
  sidecar: Sidecar | null,
  overrides: CheckpointOverrides = {},
  text: CheckpointFacts['text'] = { 'text-encoder': XL_CLIP, 'text-encoder-2': XL_OPEN_CLIP },
): CheckpointFacts {
  return readFacts(header, sidecar, overrides, {
    latentScale: 0.13025,
    preview: PREVIEW,
    prediction: 'epsilon',
    size: () => XL_SIZE,
    sampling: { steps: 30, guidance: 7, sampler: 'dpmpp-2m', schedule: 'automatic' },
    text,
  });
}

/** Pooled text [n, p] and the numbers of each of n, as one vector [n, p + 256 * numbers]. */
export function toldVector(pooled: Tensor, numbers: readonly (readonly number[])[]): Tensor {
  const [n = 0, width = 0] = pooled.shape;
  const waves = embedNumbers(numbers, NUMBER_WIDTH);
  const more = waves.shape[1] ?? 0;
  const data = new Float32Array(n * (width + more));
  for (let i = 0; i < n; i++) {
    data.set(pooled.data.subarray(i * width, (i + 1) * width), i * (width + more));
    data.set(waves.data.subarray(i * more, (i + 1) * more), i * (width + more) + width);
  }
  return { data, shape: [n, width + more] };
}

/** Context and vector of files with both text encoders. Without a negative prompt both are led away from nothing: zeros. */
export async function xlCondition(
  pipeline: Pipeline,
  prompt: TokenizedPrompt,
  {
    clipSkip,
    isNegative,
    size,
    originalSize = size,
    crop = { top: 0, left: 0 },
    targetSize = size,
  }: ConditioningOptions,
): Promise<Conditioning> {
  const encoded = await encodePrompt(pipeline, prompt, clipSkip);
  const isNothing = isNegative && prompt.text === '';
  const orNothing = (x: Tensor): Tensor => (isNothing ? zeros(x.shape) : x);
  // Heights before widths throughout.
  const canvas = [originalSize.height, originalSize.width];
  const target = [targetSize.height, targetSize.width];
  const numbers = [...canvas, crop.top, crop.left, ...target];
  return {
    context: orNothing(encoded.context),
    vector: toldVector(orNothing(encoded.pooled as Tensor), [numbers]),
  };
}
