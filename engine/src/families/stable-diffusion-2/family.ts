/**
 * Stable Diffusion 2.x, of 512 and of 768 pixels: one record with everything true of these checkpoints.
 *
 * Those of 768 predict v, those of 512 the noise; tensors do not show which, so what says it is part of the evidence.
 */
import type { Sidecar } from '../../checkpoint/sidecar.ts';
import type { CheckpointWeights } from '../../checkpoint/weights.ts';
import type { Ports } from '../../modules/ports.ts';
import { readOpenClipConfig } from '../../modules/text/config.ts';
import { openClipEncoder } from '../../modules/text/open-clip.ts';
import { readUnetConfig } from '../../modules/unet/config.ts';
import { unet } from '../../modules/unet/unet.ts';
import { assembleFamily, LEFT_BEHIND, UNET_PREFIX, VAE_NETWORKS, VAE_PREFIX } from '../assemble.ts';
import { detectBy } from '../detection.ts';
import { OPEN_CLIP_H, OPEN_CLIP_TEXT, readFacts } from '../facts.ts';
import { FIRST_LATENT_SCALE, FIRST_PREVIEW } from '../first-autoencoder.ts';
import type { NetworkOptions } from '../network-options.ts';
import { encodePrompt } from '../prompt.ts';
import type { TextFormat } from '../types.ts';

const TEXT_PREFIX = 'cond_stage_model.model.';
const HEAD_SIZE = 64;
/** The network was trained on the last block but one; files hold the last all the same. */
const LEFT_OUT = 1;
const TEXT: TextFormat = { ...OPEN_CLIP_TEXT, ownSkip: 1 + LEFT_OUT, isNormed: true };

const SIZES = { epsilon: 512, v: 768 };

function textNetwork(weights: CheckpointWeights, _sidecar: Sidecar | null, { hidesTokens }: NetworkOptions): Ports {
  const scope = weights.scope(TEXT_PREFIX, 'text-encoder');
  const config = readOpenClipConfig(scope, { leftOut: LEFT_OUT, hasProjection: false });
  const unused = `${TEXT_PREFIX}transformer.resblocks.${config.layers}.`;
  for (const name of weights.header.tensors.keys()) if (name.startsWith(unused)) weights.markRead(name);
  return openClipEncoder(scope, config, { isNormed: TEXT.isNormed, leftOut: LEFT_OUT }, hidesTokens);
}

export const stableDiffusion2 = assembleFamily({
  id: 'stable-diffusion-2',
  label: 'Stable Diffusion 2',
  aliases: ['sd2', 'sd21', 'sd2.1', 'stable-diffusion-v2'],
  summary: 'The models of late 2022, of 512 or 768 pixels, with a larger text encoder that reads prompts its own way.',
  nativeSize: SIZES.v,
  latents: 'first',
  textEncoders: [OPEN_CLIP_H],
  // As in the first line: the finest level has attention.
  options: ['tokenMerging'],
  detect: (header) =>
    detectBy(header, {
      architecture: /^stable-diffusion-v2(-512|-768-v)?$/,
      inputChannels: 4,
      prefixes: [UNET_PREFIX, VAE_PREFIX, TEXT_PREFIX],
      parts: 'an OpenCLIP text encoder where Stable Diffusion 2 has it, a VAE',
    }),
  facts: (header, sidecar, overrides = {}) => {
    const isBase = header.metadata.get('modelspec.architecture') === 'stable-diffusion-v2-512';
    return readFacts(header, sidecar, overrides, {
      latentScale: FIRST_LATENT_SCALE,
      preview: FIRST_PREVIEW,
      prediction: isBase ? 'epsilon' : 'v',
      predictionEvidence: isBase
        ? 'modelspec.architecture is that of 512 pixels'
        : 'nothing in the file says it and the best known of these models do; a sidecar with "prediction" corrects it',
      size: (prediction) => SIZES[prediction],
      sampling: { steps: 20, guidance: 7, sampler: 'dpmpp-2m', schedule: 'automatic' },
      text: { 'text-encoder': TEXT },
    });
  },
  networks: {
    'text-encoder': textNetwork,
    unet: (weights, _sidecar, options) => {
      const scope = weights.scope(UNET_PREFIX, 'unet');
      const heads = (channels: number): number => Math.max(1, Math.floor(channels / HEAD_SIZE));
      return unet(scope, readUnetConfig(scope, { heads, projection: 'matrix', hasVector: false }), options.unet);
    },
    ...VAE_NETWORKS,
  },
  ignored: [...LEFT_BEHIND, /^cond_stage_model\.model\.(text_projection|logit_scale|attn_mask)$/],
  async condition(pipeline, prompt, { clipSkip }) {
    const { context } = await encodePrompt(pipeline, prompt, clipSkip);
    return { context };
  },
});
