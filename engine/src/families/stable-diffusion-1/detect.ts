/** Tells a Stable Diffusion 1 checkpoint from its header: the three networks under their names, a latent going in and nothing else. */
import type { CheckpointHeader } from '../../checkpoint/header.ts';
import type { Detection } from '../types.ts';
import { LATENT_CHANNELS, TEXT_PREFIX, UNET_PREFIX, VAE_PREFIX } from './config.ts';

const ARCHITECTURE = 'stable-diffusion-v1';

const holds = (header: CheckpointHeader, prefix: string): boolean => {
  for (const name of header.tensors.keys()) if (name.startsWith(prefix)) return true;
  return false;
};

/**
 * Declared by metadata, or by holding all three networks. Either way the U-Net must take a plain latent: the metadata
 * of instruct-pix2pix and of many merges says `stable-diffusion-v1` too.
 */
export function detect(header: CheckpointHeader): Detection | null {
  const entry = header.tensors.get(`${UNET_PREFIX}input_blocks.0.0.weight`);
  if (entry !== undefined && entry.shape[1] !== LATENT_CHANNELS && entry.shape.length === 4) return null;
  if (header.metadata.get('modelspec.architecture') === ARCHITECTURE) {
    return { evidence: `modelspec.architecture says ${ARCHITECTURE}` };
  }
  // Another declared architecture is another kind, whatever the names look like.
  if (header.metadata.has('modelspec.architecture')) return null;
  if (![UNET_PREFIX, VAE_PREFIX, TEXT_PREFIX].every((prefix) => holds(header, prefix))) return null;
  return {
    evidence: `it has a CLIP text encoder, a VAE and a U-Net that takes ${LATENT_CHANNELS} channels under Stable Diffusion 1's names`,
  };
}
