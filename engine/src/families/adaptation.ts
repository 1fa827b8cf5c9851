/**
 * The adapters (LoRA and its kin) that a pipeline's networks are used with, and what changes when others are chosen.
 *
 * Changing a strength costs nothing where branches allow it. The first adapter of a pipeline gives its networks branches,
 * which takes a new session; those that follow find them there, unless they are for layers that none before was for.
 */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';

import { RequestError } from '@easel/shared/errors';
import { countsAtStep, type StepRange } from '@easel/shared/prompt/lora-steps';

import { branchFeeds, type AdapterStrength } from '../adapters/branch-feeds.ts';
import { nameLayers, type LayerNames } from '../adapters/layers.ts';
import { loadAdapter, type LoadedAdapter } from '../adapters/load-adapter.ts';
import { patchCheckpoint, patchedTensors } from '../adapters/patched-checkpoint.ts';
import type { PlacedCheckpoint } from '../checkpoint/place-tensors.ts';
import type { ReadTensor } from '../checkpoint/weights.ts';
import type { Port } from '../graph/model.ts';
import type { Feeds } from '../graph/session.ts';
import { isOfAttention, NO_BRANCHES, type BranchOptions } from '../modules/branches.ts';
import type { AdapterUse, Role } from './types.ts';

type Branches = Readonly<Partial<Record<Role, BranchOptions>>>;

/** Networks that adapters may change. */
const ADAPTED: readonly Role[] = ['text-encoder', 'text-encoder-2', 'unet'];

/** Where in a walk a network runs: the step, from 1, of how many. */
export interface Moment {
  readonly step: number;
  readonly steps: number;
}

interface ScheduledStrength extends AdapterStrength {
  /** Absent = it counts at all steps. */
  readonly steps?: StepRange;
}

interface KnownLayers {
  readonly names: LayerNames;
  /** By a tensor's name, the networks that read it. */
  readonly roles: ReadonlyMap<string, readonly Role[]>;
  /** Module paths of convolutions of more than one cell. */
  readonly kernels: ReadonlySet<string>;
}

interface PatchInUse {
  readonly signature: string;
  /** Names of the tensors that are patched. */
  readonly tensors: ReadonlySet<string>;
  readonly checkpoint: PlacedCheckpoint;
}

export class Adaptation {
  #known: KnownLayers | null = null;
  #loaded = new Map<string, LoadedAdapter>();
  #strengths: readonly ScheduledStrength[] = [];
  #textSignature = '[]';
  #patch: PatchInUse | null = null;
  #branches: Branches = {};
  readonly #feeds = new Map<Role, Feeds>();
  /** Those of the last step that was asked for, and the adapters that count there. */
  #feedsOfMoment: { readonly counting: readonly ScheduledStrength[]; readonly feeds: Feeds } | null = null;
  readonly #ports = new Map<Role, readonly Port[]>();

  /** @param reads what the networks ask of the checkpoint */
  constructor(private readonly reads: () => readonly ReadTensor[]) {}

  /** What the networks are built with. */
  get branches(): Branches {
    return this.#branches;
  }

  /** The checkpoint with the changes that cannot run beside it; null when there are none. */
  get header(): PlacedCheckpoint['header'] | null {
    return this.#patch?.checkpoint.header ?? null;
  }

  /** Bytes of the adapters' numbers. */
  get bytes(): number {
    return [...this.#loaded.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Remembers a network's inputs when it is started. */
  started(role: Role, ports: readonly Port[]): void {
    this.#ports.set(role, ports);
    this.#feeds.delete(role);
    if (role === 'unet') this.#feedsOfMoment = null;
  }

  /** Tells what the text encoders are used with from all other ways to use them. */
  get textSignature(): string {
    return this.#textSignature;
  }

  /** Whether some of the adapters count at some steps only. */
  get isScheduled(): boolean {
    return this.#strengths.some(({ steps }) => steps !== undefined);
  }

  /**
   * What a network's branches are fed.
   *
   * @param moment null = as if all adapters counted
   */
  feeds(role: Role, moment: Moment | null = null): Feeds {
    const ports = this.#ports.get(role) ?? [];
    if (moment !== null && role === 'unet' && this.isScheduled) return this.#feedsAt(moment, ports);
    const known = this.#feeds.get(role) ?? branchFeeds(this.#strengths, ports);
    this.#feeds.set(role, known);
    return known;
  }

  #feedsAt({ step, steps }: Moment, ports: readonly Port[]): Feeds {
    const counting = this.#strengths.filter(
      (each) => each.steps === undefined || countsAtStep(each.steps, step, steps),
    );
    const known = this.#feedsOfMoment;
    if (known?.counting.length === counting.length && known.counting.every((each, i) => each === counting[i]))
      return known.feeds;
    const feeds = branchFeeds(counting, ports);
    this.#feedsOfMoment = { counting, feeds };
    return feeds;
  }

  /**
   * Uses these adapters from now on, and no others.
   *
   * @param stop ends the sessions of networks that must be started anew
   * @throws model_gone | model_invalid | pickle_unsafe | model_incompatible | storage_unavailable; nothing is changed then
   */
  async use(
    uses: readonly AdapterUse[],
    placed: PlacedCheckpoint,
    stop: (roles: readonly Role[]) => Promise<void>,
  ): Promise<void> {
    const loaded = await this.#load(uses);
    const strengths = uses.map((use, i): ScheduledStrength => ({ ...use, adapter: loaded[i]?.[1] as LoadedAdapter }));
    for (const strength of strengths) requireBranches(strength);
    const former = this.#patch;
    const patch = await this.#patched(uses, strengths, placed);
    this.#loaded = new Map(loaded);
    this.#strengths = strengths;
    this.#textSignature = JSON.stringify(
      uses.flatMap(({ textWeight, blocks }, i) => (textWeight === 0 ? [] : [[loaded[i]?.[0], textWeight, blocks]])),
    );
    this.#patch = patch;
    this.#forget();

    const stale = new Set<Role>(this.#widen(strengths));
    if (patch !== former) {
      const touched = [...(patch?.tensors ?? []), ...(former?.tensors ?? [])];
      for (const name of touched) for (const role of this.#rolesOf(name)) stale.add(role);
    }
    await stop([...stale]);
    if (patch !== former) await former?.checkpoint.release();
  }

  /** Frees the adapters and what was made of them; the sessions must have been ended. */
  async release(): Promise<void> {
    const { checkpoint } = this.#patch ?? {};
    this.#patch = null;
    this.#loaded = new Map();
    this.#strengths = [];
    this.#textSignature = '[]';
    this.#branches = {};
    this.#forget();
    await checkpoint?.release();
  }

  #forget(): void {
    this.#feeds.clear();
    this.#feedsOfMoment = null;
  }

  async #load(uses: readonly AdapterUse[]): Promise<(readonly [string, LoadedAdapter])[]> {
    const loaded: (readonly [string, LoadedAdapter])[] = [];
    for (const { file, rankLimit } of uses) {
      const stamp = await stat(file).catch(() => null);
      const key = JSON.stringify([file, stamp?.size, stamp?.mtimeMs, rankLimit]);
      const known = this.#loaded.get(key) ?? loaded.find(([other]) => other === key)?.[1];
      loaded.push([key, known ?? (await loadAdapter(file, this.#layers().names, rankLimit))]);
    }
    return loaded;
  }

  /** The patch for these strengths; the one there is where it is the same. */
  async #patched(
    uses: readonly AdapterUse[],
    strengths: readonly AdapterStrength[],
    placed: PlacedCheckpoint,
  ): Promise<PatchInUse | null> {
    const patching = uses.filter((_, i) => patchedTensors([strengths[i] as AdapterStrength]).size > 0);
    if (patching.length === 0) return null;
    const signature = JSON.stringify(patching);
    if (this.#patch?.signature === signature) return this.#patch;
    const checkpoint = await patchCheckpoint(placed.header, strengths);
    return { signature, tensors: patchedTensors(strengths), checkpoint };
  }

  /** Gives branches to networks that need them for the first time. Returns those networks. */
  #widen(strengths: readonly AdapterStrength[]): Role[] {
    const wanted = strengths.flatMap(({ adapter }) => [...adapter.branches.keys()]);
    const kernels = new Set(wanted.filter((path) => this.#layers().kernels.has(path)));
    const widened = ADAPTED.filter((role) => {
      if (!wanted.some((path) => path.startsWith(`${role}.`))) return false;
      const before = this.#branches[role];
      return (
        before === undefined ||
        (before.matrices !== 'all' && matricesFor(role, wanted, kernels) === 'all') ||
        [...kernels].some((path) => roleOf(path) === role && !before.kernels.includes(path))
      );
    });
    for (const role of widened) {
      const before = this.#branches[role] ?? NO_BRANCHES;
      const own = [...new Set([...before.kernels, ...kernels])].filter((path) => roleOf(path) === role).toSorted();
      this.#branches = {
        ...this.#branches,
        [role]: { matrices: before.matrices === 'all' ? 'all' : matricesFor(role, wanted, kernels), kernels: own },
      };
    }
    return widened;
  }

  #rolesOf(tensor: string): readonly Role[] {
    return this.#layers().roles.get(tensor) ?? [];
  }

  /** The checkpoint's layers, read off its networks at the first use. */
  #layers(): KnownLayers {
    if (this.#known !== null) return this.#known;
    const reads = this.reads();
    const roles = new Map<string, Role[]>();
    const kernels = new Set<string>();
    for (const { path, leaf, entry } of reads) {
      const role = roleOf(path);
      if (role === null) continue;
      roles.set(entry.name, [...(roles.get(entry.name) ?? []), role]);
      if (leaf === 'weight' && entry.shape.length === 4 && (entry.shape[2] ?? 1) > 1) kernels.add(path);
    }
    this.#known = { names: nameLayers(reads), roles, kernels };
    return this.#known;
  }
}

/** Which matrices of a network need a branch for these modules. Text encoders are small and get all. */
function matricesFor(
  role: Role,
  paths: readonly string[],
  kernels: ReadonlySet<string>,
): Exclude<BranchOptions['matrices'], 'none'> {
  const own = paths.filter((path) => roleOf(path) === role && !kernels.has(path));
  return role === 'unet' && own.every(isOfAttention) ? 'attention' : 'all';
}

/** What is fed may change from step to step, weights may not. @throws not_allowed */
function requireBranches({ adapter, steps }: ScheduledStrength): void {
  if (steps === undefined || adapter.patches.every(({ layer }) => layer.isText)) return;
  throw new RequestError(
    'not_allowed',
    `${basename(adapter.file)} counts at all steps or at none: ${adapter.kinds.join(', ')} changes the weights themselves.`,
    {
      field: 'prompt',
      got: basename(adapter.file),
      hint: 'Take step=, start= and stop= out of its tag, or use a LoRA.',
    },
  );
}

/** The network of a module path; null for those that adapters leave alone. */
function roleOf(path: string): Role | null {
  const first = path.slice(0, path.indexOf('.'));
  return ADAPTED.find((role) => role === first) ?? null;
}
