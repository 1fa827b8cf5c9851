/**
 * What a running graph looks like to those who use it. Implemented by `runtime/`, handed down as a function, so that
 * families and modules never import the runtime.
 */
import type { GraphModel } from './model.ts';

/** Tensor data by element type: f32, i64, i32, f16 bits. */
export type TensorData = Float32Array | BigInt64Array | Int32Array | Uint16Array;

/** What goes into a session and comes out of it, in row-major order. A float32 one is a `numeric` Tensor. */
export interface TypedTensor {
  readonly data: TensorData;
  readonly shape: readonly number[];
}

export type Feeds = Readonly<Record<string, TypedTensor>>;

/** Float32 results by output name; other dtypes are not used as outputs. */
export type Results = Readonly<Record<string, { readonly data: Float32Array; readonly shape: readonly number[] }>>;

/**
 * What is kept between runs. In both forms weights stay in the file, in its dtype, and each is converted just before it
 * is used. `fast`: the buffers of a run are kept for the next. `low`: they are given back, which costs a tenth to half
 * of a run, by how dear fresh memory is on the machine.
 */
export type MemoryForm = 'fast' | 'low';

export interface Session {
  /** Name of the graph, e.g. `unet`. */
  readonly name: string;
  /** Estimate of the bytes held until release; grows with the largest run. */
  readonly residentBytes: number;
  /** Names of the graph's inputs and outputs. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * Blocks the event loop until done.
   *
   * @param fetch output names to bring back; absent = all
   * @throws session_failed | out_of_memory
   */
  run(feeds: Feeds, fetch?: readonly string[]): Promise<Results>;
  /** Frees the session; calling it again does nothing. */
  release(): Promise<void>;
}

/** @throws session_failed | out_of_memory */
export type StartSession = (model: GraphModel, memory: MemoryForm) => Promise<Session>;
