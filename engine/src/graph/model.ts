/** A finished graph: ONNX bytes and what the runtime must know to start them. Made by `build`, started by `runtime/`. */
import type { Device } from './device.ts';
import type { Dtype, Shape } from './types.ts';

/** Name, dtype and shape of one input or output. */
export interface Port {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: Shape;
}

export interface TensorType {
  readonly dtype: Dtype;
  readonly shape: Shape;
}

export interface GraphModel {
  /** e.g. `unet`; the first part of every node name. */
  readonly name: string;
  /** What it was written for. */
  readonly device: Device;
  /** The same in float32; absent where it is. */
  readonly exact?: () => GraphModel;
  /** A part that runs when its own inputs change only: its outputs are inputs of this one. Absent where all is one. */
  readonly lasting?: GraphModel;
  /** Encoded ONNX ModelProto without weights. */
  readonly bytes: Uint8Array;
  /** Folder that the locations of external weights count from (a file system root); null = no external weights. */
  readonly externalRoot: string | null;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Types of all tensors between its nodes, each once. */
  readonly tensors: readonly TensorType[];
  /** Bytes of external weights in the file's dtype. */
  readonly weightBytes: number;
  /** Numbers in external weights; times 4 = bytes as float32. */
  readonly weightElements: number;
  /** Bytes of the largest weight as float32: about what converting each just before its use takes. */
  readonly largestExpandedBytes: number;
  /** Stack of the line that wrote a node, by node name; empty unless EASEL_DEBUG_GRAPH=1. */
  readonly origins: ReadonlyMap<string, string>;
}
