/** From a family's parts to its record: what building and checking have in common whatever the family. */
import { CheckpointWeights } from '../checkpoint/weights.ts';
import type { Sidecar } from '../checkpoint/sidecar.ts';
import { build } from '../graph/build.ts';
import { currentPrecision } from '../graph/device.ts';
import { inHalf } from '../graph/half.ts';
import type { GraphModel } from '../graph/model.ts';
import { splitNetwork } from '../graph/split.ts';
import { NO_BRANCHES, withBranches } from '../modules/branches.ts';
import { withWrapping } from '../modules/convolution.ts';
import { dialect } from '../modules/dialect.ts';
import { withHypernetworks } from '../modules/hypernetwork.ts';
import type { Ports } from '../modules/ports.ts';
import { readDecoderConfig, readEncoderConfig, vaeDecoder, vaeEncoder } from '../modules/vae.ts';
import { isOfText } from './lasting-session.ts';
import { PLAIN, type NetworkOptions } from './network-options.ts';
import type { Family, Role } from './types.ts';

/** Writes one network of a checkpoint. */
export type NetworkOf = (weights: CheckpointWeights, sidecar: Sidecar | null, options: NetworkOptions) => Ports;

export type Networks = Readonly<Partial<Record<Role, NetworkOf>>>;

type Parts = Omit<Family, 'roles' | 'ports' | 'build' | 'reads' | 'check'> & {
  readonly networks: Networks;
  /** Tensors that its checkpoints may hold and that mean nothing for making pictures. */
  readonly ignored: readonly RegExp[];
  /** Networks that go beyond the range of half precision, whatever the device. */
  readonly exact?: readonly Role[];
};

export function assembleFamily({ networks, ignored, exact = [], ...rest }: Parts): Family {
  const roles = Object.keys(networks) as Role[];
  const write = (
    role: Role,
    weights: CheckpointWeights,
    sidecar: Sidecar | null,
    options: NetworkOptions = PLAIN,
  ): Ports => {
    const network = networks[role] as NetworkOf;
    const { written, inputs } = withBranches(options.branches?.[role] ?? NO_BRANCHES, () =>
      withHypernetworks(options.hypernetworks ?? [], () =>
        withWrapping(options.wraps, () => network(weights, sidecar, options)),
      ),
    );
    const { inputs: own, outputs } = written.written;
    return { inputs: { ...own, ...written.inputs, ...inputs }, outputs };
  };
  return {
    ...rest,
    roles,
    ports: (role, header, sidecar) => write(role, new CheckpointWeights(header), sidecar),
    build(role, header, sidecar, options) {
      const { inputs, outputs } = write(role, new CheckpointWeights(header), sidecar, options);
      const isHalf = currentPrecision() === 'f16' && dialect().half.includes(role) && !exact.includes(role);
      const inFloat32 = (): GraphModel => build(role, inputs, outputs);
      const split = options?.keepsText === true ? splitNetwork({ inputs, outputs }, isOfText) : null;
      if (split !== null && !isHalf) {
        const { lasting, rest } = split;
        return {
          ...build(role, rest.inputs, rest.outputs),
          lasting: build(`${role}-text`, lasting.inputs, lasting.outputs),
        };
      }
      return isHalf ? { ...build(role, inputs, inHalf(outputs)), exact: inFloat32 } : inFloat32();
    },
    reads(header, sidecar) {
      const weights = new CheckpointWeights(header);
      for (const role of roles) write(role, weights, sidecar);
      return weights.reads;
    },
    check(header, sidecar) {
      const weights = new CheckpointWeights(header);
      for (const role of roles) write(role, weights, sidecar);
      weights.requireAllRead(ignored);
    },
  };
}

export const UNET_PREFIX = 'model.diffusion_model.';
export const VAE_PREFIX = 'first_stage_model.';

/** The autoencoder, which is built alike in the whole line. */
export const VAE_NETWORKS = {
  'vae-decoder': (weights) => {
    const vae = weights.scope(VAE_PREFIX, 'vae');
    return vaeDecoder(vae, readDecoderConfig(vae));
  },
  'vae-encoder': (weights) => {
    const vae = weights.scope(VAE_PREFIX, 'vae');
    return vaeEncoder(vae, readEncoderConfig(vae));
  },
} as const satisfies Networks;

/** What training and merging leave behind: copies, schedule tables, counters, losses, marks. */
export const LEFT_BEHIND: readonly RegExp[] = [
  /^model_ema\./,
  /^(alphas_cumprod|betas|log_one_minus_alphas_cumprod|posterior_|sqrt_|lvlb_weights|scale_factor$|global_step$)/,
  /^(denoiser\.sigmas|v_pred|ztsnr)$/,
  // A counted-up list; in some merged files it has been averaged into nonsense.
  /\.position_ids$/,
  /^first_stage_model\.(loss|model_ema)\./,
];
