/**
 * ONNX messages as far as we write them: model, graph, node, tensor. Field numbers are those of onnx.proto (ONNX 1.17,
 * IR version 10). Knows nothing of values and shapes rules; `build.ts` calls it.
 */
import { ProtobufWriter } from './protobuf.ts';
import type { Dtype, Shape } from './types.ts';

/** Attribute of a node: whole numbers as `int`, else `float`, text, or a list of whole numbers. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] };

const IR_VERSION = 10;
const OPSETS = [
  ['', 21],
  ['com.microsoft', 1],
] as const;

/** TensorProto.DataType; of the two 8-bit floats with four bits of exponent the one without infinities, as in torch. */
const DATA_TYPE: Readonly<Record<Dtype, number>> = {
  f32: 1,
  i32: 6,
  i64: 7,
  bool: 9,
  f16: 10,
  bf16: 16,
  f8e4m3: 17,
  f8e5m2: 19,
};
/** AttributeProto.AttributeType */
const ATTRIBUTE_TYPE = { float: 1, int: 2, text: 3, ints: 7 } as const;
const EXTERNAL = 1;

export const dataTypeOf = (dtype: Dtype): number => DATA_TYPE[dtype];

export interface OnnxNode {
  readonly name: string;
  readonly operator: string;
  readonly domain: string;
  /** Empty = an optional input left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface OnnxPort {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: Shape;
}

export interface OnnxTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly content:
    | { readonly bytes: Uint8Array }
    | { readonly location: string; readonly offset: number; readonly byteLength: number };
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  /**
   * Types of what flows between nodes. The runtime infers most extents as unknown, and plans which buffers share memory
   * by comparing each with all before: named extents make that three times as fast and more buffers shared.
   */
  readonly values: readonly OnnxPort[];
}

/** Bytes of a ModelProto. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const model = new ProtobufWriter();
  model.integer(1, IR_VERSION).string(2, 'easel');
  model.message(7, (out) => {
    for (const node of graph.nodes) out.message(1, (inner) => writeNode(inner, node));
    out.string(2, graph.name);
    for (const tensor of graph.initializers) out.message(5, (inner) => writeTensor(inner, tensor));
    for (const port of graph.inputs) out.message(11, (inner) => writePort(inner, port));
    for (const port of graph.outputs) out.message(12, (inner) => writePort(inner, port));
    for (const port of graph.values) out.message(13, (inner) => writePort(inner, port));
  });
  for (const [domain, version] of OPSETS) model.message(8, (out) => out.string(1, domain).integer(2, version));
  return model.bytes;
}

function writeNode(out: ProtobufWriter, node: OnnxNode): void {
  for (const name of node.inputs) out.string(1, name);
  for (const name of node.outputs) out.string(2, name);
  out.string(3, node.name).string(4, node.operator);
  for (const [name, value] of Object.entries(node.attributes))
    out.message(5, (inner) => writeAttribute(inner, name, value));
  if (node.domain !== '') out.string(7, node.domain);
}

function writeAttribute(out: ProtobufWriter, name: string, value: Attribute): void {
  out.string(1, name);
  if ('float' in value) out.float(2, value.float).integer(20, ATTRIBUTE_TYPE.float);
  else if ('int' in value) out.integer(3, value.int).integer(20, ATTRIBUTE_TYPE.int);
  else if ('text' in value) out.string(4, value.text).integer(20, ATTRIBUTE_TYPE.text);
  else {
    for (const each of value.ints) out.integer(8, each);
    out.integer(20, ATTRIBUTE_TYPE.ints);
  }
}

function writeTensor(out: ProtobufWriter, { name, dtype, shape, content }: OnnxTensor): void {
  for (const extent of shape) out.integer(1, extent);
  out.integer(2, DATA_TYPE[dtype]).string(8, name);
  if ('bytes' in content) {
    out.raw(9, content.bytes);
    return;
  }
  const entries = { location: content.location, offset: String(content.offset), length: String(content.byteLength) };
  for (const [key, value] of Object.entries(entries)) out.message(13, (inner) => inner.string(1, key).string(2, value));
  out.integer(14, EXTERNAL);
}

function writePort(out: ProtobufWriter, { name, dtype, shape }: OnnxPort): void {
  out.string(1, name).message(2, (type) =>
    type.message(1, (tensor) =>
      tensor.integer(1, DATA_TYPE[dtype]).message(2, (dims) => {
        for (const dim of shape) {
          dims.message(1, (inner) => {
            if (typeof dim === 'number') inner.integer(1, dim);
            // An expression is a name like any other to the runtime: equal where it is written the same, as it is to us.
            else inner.string(2, dim);
          });
        }
      }),
    ),
  );
}
