/** Stable Diffusion 1.x: one record with everything true of these checkpoints. */
import type { CheckpointHeader } from '../../checkpoint/header.ts';
import type { Sidecar } from '../../checkpoint/sidecar.ts';
import { build } from '../../graph/build.ts';
import { withDialect } from '../../modules/dialect.ts';
import type { Ports } from '../../modules/ports.ts';
import { textEncoder } from '../../modules/text/clip.ts';
import { unet } from '../../modules/unet/unet.ts';
import { readDecoderConfig, readEncoderConfig, vaeDecoder, vaeEncoder } from '../../modules/vae.ts';
import type { CheckpointFacts, Family, LatentPreview, Role } from '../types.ts';
import { LATENT_CHANNELS, networksOf, textConfig, unetConfig, type Networks } from './config.ts';
import { detect } from './detect.ts';
import { readExamples, readPrediction, readPreview, readSampling, readSize, readTitle } from '../metadata.ts';

const NATIVE_SIZE = 512;

/** What training and merging leave behind: copies, schedule tables, counters, losses. */
const IGNORED: readonly RegExp[] = [
  /^model_ema\./,
  /^(alphas_cumprod|betas|log_one_minus_alphas_cumprod|posterior_|sqrt_|lvlb_weights|scale_factor$|global_step$)/,
  // A counted-up list; in some merged files it has been averaged into nonsense.
  /\.position_ids$/,
  /^cond_stage_model\.(transformer\.text_projection\.weight|logit_scale)$/,
  /^first_stage_model\.(loss|model_ema)\./,
];

/**
 * Colours of the original VAE's latents, -1..1 like decoded pictures.
 * @source measured and published by keturn, discuss.huggingface.co/t/23204
 */
const PREVIEW: LatentPreview = {
  matrix: [
    [0.298, 0.207, 0.208],
    [0.187, 0.286, 0.173],
    [-0.158, 0.189, 0.264],
    [-0.184, -0.271, -0.473],
  ],
  bias: [0, 0, 0],
};

const NETWORKS: Readonly<Record<Role, (networks: Networks, sidecar: Sidecar | null) => Ports>> = {
  'text-encoder': (networks, sidecar) => textEncoder(networks.text, textConfig(networks, sidecar)),
  unet: (networks, sidecar) => unet(networks.unet, unetConfig(networks, sidecar)),
  'vae-decoder': (networks) => vaeDecoder(networks.vae, readDecoderConfig(networks.vae)),
  'vae-encoder': (networks) => vaeEncoder(networks.vae, readEncoderConfig(networks.vae)),
};

const ROLES = Object.keys(NETWORKS) as Role[];

function facts(header: CheckpointHeader, sidecar: Sidecar | null): CheckpointFacts {
  return {
    latent: {
      channels: LATENT_CHANNELS,
      scale: 0.18215,
      shift: 0,
      pixelsPerCell: 8,
      preview: readPreview(header, sidecar, LATENT_CHANNELS) ?? PREVIEW,
    },
    prediction: readPrediction(header) ?? 'epsilon',
    tokens: { rowLength: 77, start: 49406, end: 49407, padding: 49407 },
    defaults: {
      ...(readSize(header, sidecar) ?? { width: NATIVE_SIZE, height: NATIVE_SIZE }),
      steps: 20,
      guidance: 7,
      ...readSampling(sidecar),
      sampler: 'dpmpp-2m',
      schedule: 'automatic',
      clipSkip: 1,
      rng: 'nv',
    },
    title: readTitle(header, sidecar),
    examples: readExamples(sidecar),
  };
}

export const stableDiffusion1: Family = {
  id: 'stable-diffusion-1',
  label: 'Stable Diffusion 1',
  aliases: ['sd1', 'sd15', 'sd1.5', 'stable-diffusion-v1'],
  summary: 'The 2022 models of 512 pixels and their many descendants: small, fast, and with the most add-ons.',
  nativeSize: NATIVE_SIZE,
  roles: ROLES,
  detect,
  facts,
  build(role, header, sidecar) {
    const { inputs, outputs } = withDialect('cpu', () => NETWORKS[role](networksOf(header), sidecar));
    return build(role, inputs, outputs);
  },
  check(header, sidecar) {
    const networks = networksOf(header);
    withDialect('cpu', () => ROLES.forEach((role) => NETWORKS[role](networks, sidecar)));
    networks.weights.requireAllRead(IGNORED);
  },
};
