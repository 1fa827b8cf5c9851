/**
 * Values: what operators take and give. Immutable; a value knows its dtype, its shape and the node that makes it.
 *
 * Made by operators, `input` and `weight` only; nothing else constructs them.
 */
import { GraphError } from '@easel/shared/errors';

import { currentPath } from './scope.ts';
import type { Attribute } from './onnx.ts';
import { describeType, type Dtype, type Shape } from './types.ts';

/** One operator application. */
export interface Node {
  readonly kind: 'node';
  readonly operator: string;
  /** Empty = standard ONNX operators. */
  readonly domain: string;
  /** null = an optional input left out. */
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Types of its outputs. */
  readonly outputs: readonly { readonly dtype: Dtype; readonly shape: Shape }[];
  readonly path: string;
  /** Where it was written; only with EASEL_DEBUG_GRAPH=1. */
  readonly stack: string | undefined;
}

/** A graph input. */
export interface InputSource {
  readonly kind: 'input';
  readonly name: string;
}

/** Numbers written into the graph itself: small constants only. */
export interface ConstantSource {
  readonly kind: 'constant';
  readonly bytes: Uint8Array;
}

/** Numbers that stay in a file. */
export interface WeightSource {
  readonly kind: 'weight';
  readonly name: string;
  /** Absolute path. */
  readonly file: string;
  readonly offset: number;
  readonly byteLength: number;
}

export type Source = Node | InputSource | ConstantSource | WeightSource;

/** Should not be constructed directly. */
export interface Value {
  readonly dtype: Dtype;
  readonly shape: Shape;
  readonly source: Source;
  /** Which output of its node. */
  readonly index: number;
}

/**
 * Remembering where each node was written makes building several times slower.
 * A switch for whoever writes a network, not a setting of the product: hence not in the server's configuration.
 */
// oxlint-disable-next-line node/no-process-env
const KEEPS_STACKS = process.env['EASEL_DEBUG_GRAPH'] === '1';

interface NodeOptions {
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** Applies an operator whose output types the caller has inferred. For `ops/` only. */
export function node<const T extends readonly { dtype: Dtype; shape: Shape }[]>(
  operator: string,
  inputs: readonly (Value | null)[],
  outputs: T,
  { domain = '', attributes = {} }: NodeOptions = {},
): { [K in keyof T]: Value } {
  const source: Node = {
    kind: 'node',
    operator,
    domain,
    inputs,
    attributes,
    outputs,
    path: currentPath(),
    stack: KEEPS_STACKS ? callers() : undefined,
  };
  return outputs.map(({ dtype, shape }, index) => ({ dtype, shape, source, index })) as { [K in keyof T]: Value };
}

/** An input of the graph; names of symbolic extents say which axes agree. */
export function input(name: string, dtype: Dtype, shape: Shape): Value {
  return { dtype, shape, source: { kind: 'input', name }, index: 0 };
}

/** A place in a file to read a weight from. */
export interface WeightLocation extends Omit<WeightSource, 'kind'> {
  readonly dtype: Dtype;
  readonly shape: Shape;
}

/** Numbers that stay in a file and are mapped when the graph is started. */
export function weight({ dtype, shape, ...place }: WeightLocation): Value {
  return { dtype, shape, source: { kind: 'weight', ...place }, index: 0 };
}

/** Small constants: float32, or int64 for shapes and indices. Shape [] = scalar. */
export function constant(
  values: readonly number[],
  dtype: 'f32' | 'i64' = 'f32',
  shape: readonly number[] = [values.length],
): Value {
  const data = dtype === 'f32' ? Float32Array.from(values) : BigInt64Array.from(values, BigInt);
  return { dtype, shape, source: { kind: 'constant', bytes: new Uint8Array(data.buffer) }, index: 0 };
}

/** The error of an operator that was given what it cannot take; throws in the line that wrote it. */
export function graphError(operator: string, problem: string, inputs: readonly Value[] = []): GraphError {
  const path = currentPath();
  const types = inputs.map(({ dtype, shape }) => describeType(dtype, shape));
  const given = types.length === 0 ? '' : ` Given ${types.join(' and ')}.`;
  const where = path === '' ? operator : `${path}: ${operator}`;
  const stack = KEEPS_STACKS ? `\n${callers()}` : '';
  return new GraphError('graph_invalid', `${where}: ${problem}.${given}${stack}`, { path, operator, shapes: types });
}

/** The stack without the frames of this file. */
function callers(): string {
  return (new Error().stack ?? '')
    .split('\n')
    .slice(1)
    .filter((line) => !line.includes('/graph/value.'))
    .join('\n');
}
