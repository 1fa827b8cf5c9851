/** An opened checkpoint: its networks as functions, each backed by a session that is started when it is first needed. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';

import { CheckpointError, SessionError } from '@easel/shared/errors';
import { DEFAULT_PLAN, type MemoryPlan } from '@easel/shared/memory';
import type { PictureNote } from '@easel/shared/picture-notes';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import { placeTensors, type PlacedCheckpoint } from '../checkpoint/place-tensors.ts';
import type { ReadTensor } from '../checkpoint/weights.ts';
import { DEFAULT_EMPHASIS, type Emphasis } from '../conditioning/emphasis.ts';
import type { Network } from '../denoisers/types.ts';
import { currentDevice } from '../graph/device.ts';
import type { Feeds, MemoryForm, Results, Session, StartSession } from '../graph/session.ts';
import { concatChannels, elementCount, isFiniteTensor, type Tensor } from '../numeric/tensor.ts';
import { Adaptation, type Moment } from './adaptation.ts';
import { Embeddings } from './embeddings.ts';
import { Hypernetworks } from './hypernetworks.ts';
import { startLastingSession } from './lasting-session.ts';
import { buildKey, PLAIN, type NetworkOptions } from './network-options.ts';
import { tokenizePrompt } from './prompt.ts';
import { STAGE_OF } from './stages.ts';
import { TextReader } from './text-reader.ts';
import type { RecognisedCheckpoint } from './recognise.ts';
import { Sessions } from './sessions.ts';
import type {
  AdapterUse,
  EmbeddingUse,
  HypernetworkUse,
  LatentDistribution,
  LoneVae,
  Pipeline,
  Role,
  TextEncoding,
  TextRole,
  TokenizedPrompt,
  Usage,
} from './types.ts';
import { buildVaeGraph, decodeInPieces, encodeInPieces, type RunPart, type VaeGraph } from './vae-pieces.ts';

export interface PipelineOptions {
  readonly startSession: StartSession;
  /** How weights are held until a plan says otherwise; `fast` when absent. */
  readonly memory?: MemoryForm;
  /**
   * Starts sessions that compute in float32, where `startSession` may not: a picture that comes out as no numbers is
   * decoded again with it. Absent where all sessions do.
   */
  readonly startExactSession?: StartSession;
}

/** The clamp that the reference puts on the encoder's log variance. */
const LOG_VARIANCE_LIMITS = [-30, 20] as const;

/** Starts nothing yet. */
export function openPipeline(
  checkpoint: RecognisedCheckpoint,
  { memory = 'fast', ...options }: PipelineOptions,
): Pipeline {
  return new OpenPipeline(checkpoint, options, { ...DEFAULT_PLAN, weights: memory });
}

class OpenPipeline implements Pipeline {
  readonly #sessions = new Sessions();
  readonly #notes = new Set<PictureNote>();
  /** What its networks ask of the checkpoint; found out once. */
  readonly #readAll: () => readonly ReadTensor[];
  readonly #adaptation: Adaptation;
  readonly #embeddings: Embeddings;
  readonly #hypernetworks = new Hypernetworks();
  readonly #text: TextReader;
  #usage: Usage = {};
  #options = PLAIN;
  #vae: CheckpointHeader | null = null;
  /** The weights of a file where sessions can map them; made once, at the first start. */
  readonly #placing = new Map<CheckpointHeader, Promise<PlacedCheckpoint>>();

  constructor(
    private readonly checkpoint: RecognisedCheckpoint,
    private readonly runtime: Omit<PipelineOptions, 'memory'>,
    private plan: MemoryPlan,
  ) {
    let reads: readonly ReadTensor[] | null = null;
    const readAll = (): readonly ReadTensor[] =>
      (reads ??= checkpoint.family.reads(checkpoint.header, checkpoint.sidecar));
    this.#readAll = readAll;
    this.#adaptation = new Adaptation(readAll);
    this.#embeddings = new Embeddings(Object.keys(checkpoint.facts.text) as TextRole[], (role) => {
      const table = readAll().find(({ path }) => path.startsWith(`${role}.`) && path.endsWith('token_embedding'));
      return table?.entry.shape[1] ?? 0;
    });
    this.#text = new TextReader(checkpoint.facts.text, this.#embeddings, {
      session: async (role) => this.#session(role),
      run: async (role, feeds, fetch) => this.run(role, feeds, fetch),
      signature: () => this.#adaptation.textSignature,
    });
  }

  get family(): Pipeline['family'] {
    return this.checkpoint.family;
  }

  get facts(): Pipeline['facts'] {
    return this.checkpoint.facts;
  }

  get residentBytes(): number {
    return this.#sessions.residentBytes + this.#adaptation.bytes + this.#text.bytes;
  }

  async configure(options: NetworkOptions): Promise<void> {
    const before = this.#options;
    this.#options = options;
    await this.#sessions.release((key) => {
      const role = key as Role;
      return buildKey(role, options) !== buildKey(role, before);
    });
  }

  async adapt(adapters: readonly AdapterUse[]): Promise<void> {
    const placed = await this.#place(this.checkpoint.header);
    await this.#adaptation.use(adapters, placed, (roles) =>
      this.#sessions.release((key) => roles.some((role) => role === key)),
    );
  }

  async useHypernetworks(uses: readonly HypernetworkUse[]): Promise<void> {
    const widths = (): ReadonlySet<number> =>
      new Set(
        this.#readAll().flatMap(({ path, entry }) =>
          /^unet\..*attn\d\.to_k$/.test(path) ? [entry.shape[1] as number] : [],
        ),
      );
    await this.#hypernetworks.use(uses, widths, () => this.#sessions.release((key) => key === 'unet'));
  }

  async adopt(plan: MemoryPlan): Promise<void> {
    const before = this.plan;
    this.plan = plan;
    this.#sessions.isExclusive = plan.isOffloading;
    if (plan.weights !== before.weights) await this.#sessions.release();
  }

  async useVae(vae: LoneVae | null): Promise<void> {
    const next = vae === null ? null : { ...vae.header, tensors: vae.tensors };
    if (next?.file === this.#vae?.file && next?.modifiedMs === this.#vae?.modifiedMs) return;
    this.#vae = next;
    await this.#sessions.release(isOfVae);
  }

  get weightCount(): number {
    const { tensors } = this.checkpoint.header;
    let count = 0;
    for (const { shape } of tensors.values()) count += elementCount(shape);
    return count;
  }

  takeUsage(): Usage {
    const usage = this.#usage;
    this.#usage = {};
    return usage;
  }

  async #timed<T>(role: Role, run: () => Promise<T>): Promise<T> {
    const stage = STAGE_OF[role];
    const startedAt = performance.now();
    const result = await run();
    const { ms = 0, runs = 0 } = this.#usage[stage] ?? {};
    this.#usage = { ...this.#usage, [stage]: { ms: ms + performance.now() - startedAt, runs: runs + 1 } };
    return result;
  }

  takeNotes(): PictureNote[] {
    const notes = [...this.#notes];
    this.#notes.clear();
    return notes;
  }

  async load(...roles: readonly Role[]): Promise<void> {
    // One at a time stay: starting them early would only be for the last of them.
    if (this.plan.isOffloading) return;
    for (const role of roles) {
      await this.#session(role);
      // What its branches are fed is made once, and here rather than in the first step.
      this.#adaptation.feeds(role);
    }
  }

  async run(role: Role, feeds: Feeds, fetch?: readonly string[]): Promise<Results> {
    return this.#run(role, feeds, fetch, null);
  }

  async #run(role: Role, feeds: Feeds, fetch: readonly string[] | undefined, moment: Moment | null): Promise<Results> {
    const session = await this.#session(role);
    const absent = session.inputs.filter((name) => OPTIONAL_INPUT.test(name) && !Object.hasOwn(feeds, name));
    const nothing = Object.fromEntries(absent.map((name) => [name, NOTHING]));
    const all = {
      ...nothing,
      ...(isTextRole(role) ? this.#text.wholeText(role, feeds, session) : {}),
      ...this.#adaptation.feeds(role, moment),
      ...(role === 'unet' ? this.#hypernetworks.feeds : {}),
      ...feeds,
    };
    return this.#timed(role, async () => session.run(all, fetch));
  }

  async useEmbeddings(uses: readonly EmbeddingUse[]): ReturnType<Pipeline['useEmbeddings']> {
    return this.#embeddings.use(uses);
  }

  async encodeText(...given: Parameters<Pipeline['encodeText']>): Promise<TextEncoding> {
    return this.#text.encode(...given);
  }

  tokenize(text: string, emphasis: Emphasis = DEFAULT_EMPHASIS): TokenizedPrompt {
    return tokenizePrompt(text, this.facts.text, emphasis, (role, format) => this.#embeddings.known(role, format));
  }

  condition(...[prompt, options]: Parameters<Pipeline['condition']>): ReturnType<Pipeline['condition']> {
    return this.family.condition(this, prompt, options);
  }

  readonly network: Network = this.#networkIn(null);

  networkAt(step: number, steps: number): Network {
    return this.#adaptation.isScheduled ? this.#networkIn({ step, steps }) : this.network;
  }

  #networkIn(moment: Moment | null): Network {
    return async (x, timestep, { concat, ...told }) => {
      const batch = x.shape[0] ?? 1;
      const times = { data: new Float32Array(batch).fill(timestep), shape: [batch] };
      const sample = concat === undefined ? x : concatChannels(x, concat);
      const { out } = await this.#run('unet', { sample, timestep: times, ...told }, ['out'], moment);
      return out as Tensor;
    };
  }

  async decodeLatent(latent: Tensor): Promise<Tensor> {
    if (!isFiniteTensor(latent)) {
      throw new SessionError('not_finite', 'Sampling left the finite range: the latent is not made of numbers.', {
        hint: 'Try less guidance, another sampler or other options; the checkpoint may be damaged too.',
      });
    }
    const { scale: factor, shift } = this.facts.latent;
    const unscaled: Tensor = { data: latent.data.map((value) => value / factor + shift), shape: latent.shape };
    const image = await this.#decode(unscaled);
    const { startExactSession } = this.runtime;
    if (startExactSession === undefined || isFiniteTensor(image)) return image;
    // Half precision ends at 65504, and some autoencoders go beyond it inside.
    await this.#sessions.release(isOfVae);
    const exact = await this.#start('vae-decoder', startExactSession);
    try {
      const { image: again } = await exact.run({ latent: unscaled }, ['image']);
      this.#notes.add('decoded-in-float32');
      return again as Tensor;
    } finally {
      await exact.release();
    }
  }

  /** @param latent in the autoencoder's own scale */
  async #decode(latent: Tensor): Promise<Tensor> {
    const tile = this.#tileFor(latent, 1);
    if (tile !== null) {
      const run: RunPart = async (graph, feeds) => this.#runPart(graph, feeds);
      return decodeInPieces(run, latent, tile, this.#options.wraps);
    }
    const { image } = await this.run('vae-decoder', { latent }, ['image']);
    return image as Tensor;
  }

  async #encode(image: Tensor): Promise<Tensor> {
    const { x, y } = this.#options.wraps;
    // The encoder pads some of its steps with zeros also where the others wrap around, so pieces would show it elsewhere.
    const tile = x || y ? null : this.#tileFor(image, this.facts.latent.pixelsPerCell);
    if (tile !== null) return encodeInPieces(async (graph, feeds) => this.#runPart(graph, feeds), image, tile);
    const { moments } = await this.run('vae-encoder', { image }, ['moments']);
    return moments as Tensor;
  }

  /** Edge of the pieces a picture is coded in; null = at once. */
  #tileFor({ shape }: Tensor, perCell: number): number | null {
    const { pieceCells } = this.plan;
    const longest = Math.max(shape[2] ?? 0, shape[3] ?? 0) / perCell;
    return pieceCells === null || longest <= pieceCells ? null : pieceCells;
  }

  async #runPart(graph: VaeGraph, feeds: Feeds): Promise<Results> {
    const { startSession } = this.runtime;
    const session = await this.#sessions.get(`${PART_KEY}${graph}`, async () => {
      const placed = await this.#place(this.#vae ?? this.checkpoint.header);
      return startSession(buildVaeGraph(graph, placed.header, this.#options.wraps), this.plan.weights);
    });
    return session.run(feeds);
  }

  async encodeImage(image: Tensor): Promise<LatentDistribution> {
    const { channels, scale: factor, shift } = this.facts.latent;
    const { mean, logVariance } = splitMoments(await this.#encode(image), channels);
    const [low, high] = LOG_VARIANCE_LIMITS;
    const deviation = logVariance.data.map((value) => factor * Math.exp(Math.min(Math.max(value, low), high) / 2));
    return {
      mean: { data: mean.data.map((value) => (value - shift) * factor), shape: mean.shape },
      deviation: { data: deviation, shape: logVariance.shape },
    };
  }

  async release(): Promise<void> {
    await this.#sessions.release();
    await this.#adaptation.release();
    await this.#hypernetworks.release();
    const placing = [...this.#placing.values()];
    this.#placing.clear();
    for (const each of placing) await (await each.catch(() => null))?.release();
  }

  async #session(role: Role): Promise<Session> {
    return this.#sessions.get(role, async () => this.#start(role, this.runtime.startSession));
  }

  async #start(role: Role, startSession: StartSession): Promise<Session> {
    const { header: own, sidecar, family } = this.checkpoint;
    const header = isOfVae(role) ? (this.#vae ?? own) : own;
    await requireUnchanged(header);
    const placed = await this.#place(header);
    const patched = isOfVae(role) ? null : this.#adaptation.header;
    const options = {
      ...this.#options,
      branches: this.#adaptation.branches,
      hypernetworks: role === 'unet' ? this.#hypernetworks.built : [],
      // Where memory is short, what is made of a text would be in the way of the rest.
      keepsText: role === 'unet' && currentDevice() === 'cpu' && this.plan.weights === 'fast',
    };
    const model = family.build(role, patched ?? placed.header, sidecar, options);
    const { lasting } = model;
    this.#adaptation.started(role, [...model.inputs, ...(lasting?.inputs ?? [])]);
    return lasting === undefined
      ? startSession(model, this.plan.weights)
      : startLastingSession({ lasting, rest: model }, startSession, this.plan.weights);
  }

  #place(header: CheckpointHeader): Promise<PlacedCheckpoint> {
    const known = this.#placing.get(header);
    if (known !== undefined) return known;
    const placing = placeTensors(header);
    this.#placing.set(header, placing);
    placing.catch(() => this.#placing.delete(header));
    return placing;
  }
}

const isTextRole = (role: Role): role is TextRole => role.startsWith('text-encoder');

/** Keys of sessions that run a part of the autoencoder; others are roles. */
const PART_KEY = 'vae-part:';
const isOfVae = (key: string): boolean => key.startsWith('vae-');

/** Residuals of a ControlNet, in every U-Net, and whether attention is perturbed: nothing when nobody gives them. */
const OPTIONAL_INPUT = /^(down\.\d+|mid|perturbed)$/;
const NOTHING = { data: new Float32Array(1), shape: [1, 1, 1, 1] };

/** Offsets of a header are true of the file it was read from only. */
async function requireUnchanged(header: RecognisedCheckpoint['header']): Promise<void> {
  for (const { file, fileBytes, modifiedMs } of header.parts ?? [header]) {
    const facts = await stat(file).catch(() => null);
    if (facts?.size === fileBytes && facts.mtimeMs === modifiedMs) continue;
    throw new CheckpointError('model_gone', `${basename(file)} was removed or changed after it was listed.`, {
      file,
      hint: 'Refresh the list of models and choose again.',
    });
  }
}

/** [n, 2c, h, w] to two tensors [n, c, h, w]. */
function splitMoments({ data, shape }: Tensor, channels: number): { mean: Tensor; logVariance: Tensor } {
  const [n = 0, , h = 0, w = 0] = shape;
  const size = channels * h * w;
  const part = (which: 0 | 1): Tensor => {
    const out = new Float32Array(n * size);
    for (let i = 0; i < n; i++) out.set(data.subarray((2 * i + which) * size, (2 * i + which + 1) * size), i * size);
    return { data: out, shape: [n, channels, h, w] };
  };
  return { mean: part(0), logVariance: part(1) };
}
