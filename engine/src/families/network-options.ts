/** What the networks of a checkpoint are built with beyond what its tensors say. A change means another session. */
import type { Axes } from '../graph/ops/network.ts';
import { PLAIN_UNET, type UnetOptions } from '../modules/unet/options.ts';
import type { Role } from './types.ts';

export interface NetworkOptions {
  /** Along which axes pictures continue at their opposite edge. */
  readonly wraps: Axes;
  readonly unet: UnetOptions;
}

/** Builds the networks as they were trained, to the last byte. */
export const PLAIN: NetworkOptions = { wraps: { x: false, y: false }, unet: PLAIN_UNET };

/** Equal for options that build the same network of a role. */
export function buildKey(role: Role, { wraps, unet }: NetworkOptions): string {
  switch (role) {
    case 'text-encoder':
    case 'text-encoder-2':
      return role;
    case 'unet':
      return JSON.stringify([role, wraps.x, wraps.y, unet.freeu, unet.mergesTokens, unet.isPerturbable]);
    default:
      return JSON.stringify([role, wraps.x, wraps.y]);
  }
}
