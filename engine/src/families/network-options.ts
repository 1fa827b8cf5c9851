/** What the networks of a checkpoint are built with beyond what its tensors say. A change means another session. */
import type { Hypernetwork } from '../checkpoint/hypernetwork.ts';
import { NO_AXES, type Axes } from '../graph/ops/network.ts';
import { NO_BRANCHES, type BranchOptions } from '../modules/branches.ts';
import { PLAIN_UNET, type UnetOptions } from '../modules/unet/options.ts';
import type { Role } from './roles.ts';

export interface NetworkOptions {
  /** Along which axes pictures continue at their opposite edge. */
  readonly wraps: Axes;
  readonly unet: UnetOptions;
  /** Whether text encoders can be told of tokens that nobody sees. */
  readonly hidesTokens: boolean;
  /** Whether what a network makes of the text alone is a graph of its own, to be run once for a text; not when absent. */
  readonly keepsText?: boolean;
  /** What changes the contexts of the U-Net's attentions; none when absent. */
  readonly hypernetworks?: readonly Hypernetwork[];
  /** Which layers have branches for adapters; none in networks that are not named. */
  readonly branches?: Readonly<Partial<Record<Role, BranchOptions>>>;
}

/** Builds the networks as they were trained, to the last byte. */
export const PLAIN: NetworkOptions = { wraps: NO_AXES, hidesTokens: false, unet: PLAIN_UNET };

/** Equal for options that build the same network of a role. */
export function buildKey(role: Role, { wraps, unet, hidesTokens, branches }: NetworkOptions): string {
  const branch = branches?.[role] ?? NO_BRANCHES;
  switch (role) {
    case 'text-encoder':
    case 'text-encoder-2':
      return JSON.stringify([role, branch, hidesTokens]);
    case 'unet':
      return JSON.stringify([role, branch, wraps.x, wraps.y, unet.freeu, unet.mergesTokens, unet.isPerturbable]);
    default:
      return JSON.stringify([role, wraps.x, wraps.y]);
  }
}
