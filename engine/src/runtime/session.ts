/**
 * Starts graphs on onnxruntime and runs them. A run blocks the event loop; a session cannot be interrupted.
 *
 * Options and their reasons were measured, see docs/architecture.md and the comments below.
 */
import { SessionError } from '@easel/shared/errors';

import type { Device } from '../graph/device.ts';
import type { GraphModel } from '../graph/model.ts';
import type { Feeds, MemoryForm, Results, Session, TypedTensor } from '../graph/session.ts';
import { InferenceSession, Tensor } from './onnxruntime.ts';
import { requireFitting } from './tensor-limit.ts';
import { coreCount } from './threads.ts';

export interface RuntimeOptions {
  /** Threads of a pass; absent = physical cores. */
  readonly threads?: number;
}

/** Graph, thread pools and allocator of a session without weights; measured on an empty and on a full UNet. */
const SESSION_BASE_BYTES = 8 << 20;

/**
 * Starts a graph on the device it was written for.
 *
 * @throws session_failed when the runtime refuses the graph, with the place it was written in debug builds
 * @throws out_of_memory
 */
export async function startSession(
  model: GraphModel,
  memory: MemoryForm,
  options: RuntimeOptions = {},
): Promise<Session> {
  let native: InferenceSession;
  try {
    native = await InferenceSession.create(model.bytes, nativeOptions(model, memory, options));
  } catch (cause) {
    throw sessionError(model, 'could not be started', cause);
  }
  return new RuntimeSession(model, native, estimateSessionBytes(model, memory));
}

/** Bytes a session will hold until released, without the activations of a run. */
export function estimateSessionBytes(
  model: Pick<GraphModel, 'weightBytes' | 'largestExpandedBytes'>,
  memory: MemoryForm,
): number {
  // The file is mapped: its pages count against us while they are used, though the kernel may take them back.
  const { weightBytes, largestExpandedBytes } = model;
  return SESSION_BASE_BYTES + weightBytes + (memory === 'fast' ? largestExpandedBytes : 0);
}

/** How the runtime is told to run graphs on each device. */
const PROVIDERS = {
  cpu: {
    executionProviders: ['cpu'],
    // Graphs are written in the form they run in. Above all nothing may fold the conversion of weights: expanded at the
    // start they cost 25 times the load time and four times the memory, for 1 to 9 % of a step (docs/decisions/2026-11-23-weights-converted-as-used.md).
    graphOptimizationLevel: 'disabled',
  },
  // What a device computes with has to be there before, so weights are converted and turned once, when a session starts.
  webgpu: { executionProviders: ['webgpu'], graphOptimizationLevel: 'basic' },
  cuda: { executionProviders: ['cuda'], graphOptimizationLevel: 'extended' },
} as const satisfies Record<Device, InferenceSession.SessionOptions>;

function nativeOptions(
  model: GraphModel,
  memory: MemoryForm,
  options: RuntimeOptions,
): InferenceSession.SessionOptions {
  // Several sessions are alive at once; the idle ones' threads must not spin against the busy one's.
  const session: Record<string, unknown> = { intra_op: { allow_spinning: '0' } };
  // Given bytes, the runtime finds external weights by this folder only; only our builder writes locations.
  if (model.externalRoot !== null) session['model_external_initializers_file_folder_path'] = model.externalRoot;
  return {
    ...PROVIDERS[model.device],
    intraOpNumThreads: options.threads ?? coreCount(),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableCpuMemArena: memory === 'fast',
    // A pattern is a second block for every picture size beside what the arena has already; it gains no time.
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: { session },
  };
}

class RuntimeSession implements Session {
  #native: InferenceSession | null;
  /** What the arena keeps of the largest run, as the process grew by it. */
  #scratchBytes = 0;

  constructor(
    private readonly model: GraphModel,
    native: InferenceSession,
    private readonly weightBytes: number,
  ) {
    this.#native = native;
  }

  get residentBytes(): number {
    return this.weightBytes + this.#scratchBytes;
  }

  get name(): string {
    return this.model.name;
  }

  get inputs(): readonly string[] {
    return this.model.inputs.map(({ name }) => name);
  }

  get outputs(): readonly string[] {
    return this.model.outputs.map(({ name }) => name);
  }

  async run(feeds: Feeds, fetch?: readonly string[]): Promise<Results> {
    if (this.#native === null) throw new SessionError('session_failed', `${this.name} was released before this run.`);
    requireFitting(this.model, feeds);
    const native: Record<string, Tensor> = {};
    for (const [name, value] of Object.entries(feeds)) native[name] = toNative(value);
    let outputs: InferenceSession.ReturnType;
    const before = process.memoryUsage.rss();
    try {
      outputs = await (fetch === undefined ? this.#native.run(native) : this.#native.run(native, [...fetch]));
    } catch (cause) {
      throw sessionError(this.model, 'failed in a run', cause);
    }
    this.#scratchBytes = Math.max(this.#scratchBytes, process.memoryUsage.rss() - before);
    const results: Record<string, { data: Float32Array; shape: readonly number[] }> = {};
    for (const [name, { data, dims }] of Object.entries(outputs)) {
      if (!(data instanceof Float32Array))
        throw new SessionError('session_failed', `${this.name}: output ${name} is not float32.`);
      results[name] = { data, shape: dims };
    }
    return results;
  }

  async release(): Promise<void> {
    const native = this.#native;
    this.#native = null;
    await native?.release();
  }
}

function toNative({ data, shape }: TypedTensor): Tensor {
  if (data instanceof Float32Array) return new Tensor('float32', data, shape);
  if (data instanceof BigInt64Array) return new Tensor('int64', data, shape);
  if (data instanceof Int32Array) return new Tensor('int32', data, shape);
  return new Tensor('float16', data, shape);
}

const ALLOCATION = /bfc_arena|failed to allocate|bad_alloc|out of memory|not enough memory/i;

function sessionError(model: GraphModel, what: string, cause: unknown): SessionError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const details = { graph: model.name, device: model.device };
  if (ALLOCATION.test(reason)) {
    return new SessionError(
      'out_of_memory',
      `There was not enough memory for the network ${model.name}: ${reason}`,
      { ...details, hint: 'Make a smaller picture, or close other programs.' },
      { cause },
    );
  }
  return new SessionError(
    'session_failed',
    `The network ${model.name} ${what}: ${reason}${originOf(model, reason)}`,
    details,
    { cause },
  );
}

/** The stack of the line that wrote the node an error message names; empty outside debug builds. */
function originOf(model: GraphModel, message: string): string {
  let found = '';
  for (const name of model.origins.keys()) if (name.length > found.length && message.includes(name)) found = name;
  return found === '' ? '' : `\n${found} was written at\n${model.origins.get(found)}`;
}
