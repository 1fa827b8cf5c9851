/** An opened checkpoint: its networks as functions, each backed by a session that is started when it is first needed. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';

import { CheckpointError, RequestError } from '@easel/shared/errors';

import { placeTensors, type PlacedCheckpoint } from '../checkpoint/place-tensors.ts';
import { DEFAULT_EMPHASIS, type Emphasis } from '../conditioning/emphasis.ts';
import type { Network } from '../denoisers/types.ts';
import type { Feeds, MemoryForm, Results, Session, StartSession } from '../graph/session.ts';
import { concatChannels, type Tensor } from '../numeric/tensor.ts';
import { buildKey, PLAIN, type NetworkOptions } from './network-options.ts';
import { tokenizePrompt } from './prompt.ts';
import type { RecognisedCheckpoint } from './recognise.ts';
import type {
  LatentDistribution,
  Pipeline,
  Role,
  TextEncoding,
  TextFormat,
  TextRole,
  TokenizedPrompt,
} from './types.ts';

export interface PipelineOptions {
  readonly startSession: StartSession;
  /** How weights are held; `fast` when absent. */
  readonly memory?: MemoryForm;
}

/** The clamp that the reference puts on the encoder's log variance. */
const LOG_VARIANCE_LIMITS = [-30, 20] as const;

/** Starts nothing yet. */
export function openPipeline(
  checkpoint: RecognisedCheckpoint,
  { startSession, memory = 'fast' }: PipelineOptions,
): Pipeline {
  return new OpenPipeline(checkpoint, startSession, memory);
}

class OpenPipeline implements Pipeline {
  readonly #sessions = new Map<Role, Promise<Session>>();
  readonly #started = new Set<Session>();
  #options = PLAIN;
  /** The weights where sessions can map them; made once, at the first start. */
  #placing: Promise<PlacedCheckpoint> | null = null;

  constructor(
    private readonly checkpoint: RecognisedCheckpoint,
    private readonly startSession: StartSession,
    private readonly memory: MemoryForm,
  ) {}

  get family(): Pipeline['family'] {
    return this.checkpoint.family;
  }

  get facts(): Pipeline['facts'] {
    return this.checkpoint.facts;
  }

  get residentBytes(): number {
    return [...this.#started].reduce((sum, session) => sum + session.residentBytes, 0);
  }

  async configure(options: NetworkOptions): Promise<void> {
    const before = this.#options;
    this.#options = options;
    for (const [role, starting] of this.#sessions) {
      if (buildKey(role, options) === buildKey(role, before)) continue;
      this.#sessions.delete(role);
      const session = await starting.catch(() => null);
      if (session !== null) this.#started.delete(session);
      await session?.release();
    }
  }

  async load(...roles: readonly Role[]): Promise<void> {
    for (const role of roles) await this.#session(role);
  }

  async run(role: Role, feeds: Feeds, fetch?: readonly string[]): Promise<Results> {
    const session = await this.#session(role);
    const absent = session.inputs.filter((name) => OPTIONAL_INPUT.test(name) && !Object.hasOwn(feeds, name));
    return session.run({ ...Object.fromEntries(absent.map((name) => [name, NOTHING])), ...feeds }, fetch);
  }

  tokenize(text: string, emphasis: Emphasis = DEFAULT_EMPHASIS): TokenizedPrompt {
    return tokenizePrompt(text, this.facts.text, emphasis);
  }

  condition(...[prompt, options]: Parameters<Pipeline['condition']>): ReturnType<Pipeline['condition']> {
    return this.family.condition(this, prompt, options);
  }

  async encodeText(role: TextRole, rows: readonly (readonly number[])[], clipSkip = 1): Promise<TextEncoding> {
    const { rowLength, end, ownSkip, isNormed } = this.facts.text[role] as TextFormat;
    const session = await this.#session(role);
    const kind = isNormed ? 'skip' : 'raw';
    const wanted = `${kind}.${Math.max(clipSkip, ownSkip)}`;
    if (!session.outputs.includes(wanted)) {
      const states = session.outputs.filter((name) => name.startsWith(`${kind}.`));
      const layers = Math.max(...states.map((name) => Number(name.slice(kind.length + 1))));
      throw new RequestError(
        'out_of_range',
        `This model's text encoder has ${layers} layers; clipSkip ${clipSkip} skips too many.`,
        {
          field: 'clipSkip',
          limit: { minimum: 1, maximum: layers },
          got: clipSkip,
        },
      );
    }
    const ids = BigInt64Array.from(rows.flat(), BigInt);
    const ends = BigInt64Array.from(rows, (row) => BigInt(Math.max(0, row.indexOf(end))));
    const feeds: Feeds = {
      ids: { data: ids, shape: [rows.length, rowLength] },
      ends: { data: ends, shape: [rows.length, 1] },
    };
    const isPooling = session.outputs.includes('pooled');
    const results = await session.run(feeds, isPooling ? [wanted, 'pooled'] : [wanted]);
    return { hidden: results[wanted] as Tensor, pooled: results['pooled'] ?? null };
  }

  readonly network: Network = async (x, timestep, { concat, ...told }) => {
    const batch = x.shape[0] ?? 1;
    const times = { data: new Float32Array(batch).fill(timestep), shape: [batch] };
    const sample = concat === undefined ? x : concatChannels(x, concat);
    const { out } = await this.run('unet', { sample, timestep: times, ...told }, ['out']);
    return out as Tensor;
  };

  async decodeLatent(latent: Tensor): Promise<Tensor> {
    const { scale: factor, shift } = this.facts.latent;
    const unscaled: Tensor = { data: latent.data.map((value) => value / factor + shift), shape: latent.shape };
    const { image } = await this.run('vae-decoder', { latent: unscaled }, ['image']);
    return image as Tensor;
  }

  async encodeImage(image: Tensor): Promise<LatentDistribution> {
    const { channels, scale: factor, shift } = this.facts.latent;
    const { moments } = await this.run('vae-encoder', { image }, ['moments']);
    const { mean, logVariance } = splitMoments(moments as Tensor, channels);
    const [low, high] = LOG_VARIANCE_LIMITS;
    const deviation = logVariance.data.map((value) => factor * Math.exp(Math.min(Math.max(value, low), high) / 2));
    return {
      mean: { data: mean.data.map((value) => (value - shift) * factor), shape: mean.shape },
      deviation: { data: deviation, shape: logVariance.shape },
    };
  }

  async release(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    this.#started.clear();
    for (const session of sessions) await (await session.catch(() => null))?.release();
    const placing = this.#placing;
    this.#placing = null;
    await (await placing?.catch(() => null))?.release();
  }

  #session(role: Role): Promise<Session> {
    const known = this.#sessions.get(role);
    if (known !== undefined) return known;
    const starting = this.#start(role);
    this.#sessions.set(role, starting);
    // A failed start leaves nothing behind, so that a later job may try again.
    starting.catch(() => this.#sessions.delete(role));
    return starting;
  }

  async #start(role: Role): Promise<Session> {
    const { header, sidecar, family } = this.checkpoint;
    await requireUnchanged(header);
    const placed = await this.#place();
    const session = await this.startSession(family.build(role, placed.header, sidecar, this.#options), this.memory);
    this.#started.add(session);
    return session;
  }

  #place(): Promise<PlacedCheckpoint> {
    const placing = (this.#placing ??= placeTensors(this.checkpoint.header));
    placing.catch(() => {
      if (this.#placing === placing) this.#placing = null;
    });
    return placing;
  }
}

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
