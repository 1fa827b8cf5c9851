/**
 * From values to a model: walks back from the outputs, so what they do not reach does not exist, and names every node
 * by the module that wrote it.
 */
import { parse, relative } from 'node:path';

import { GraphError } from '@easel/shared/errors';

import type { GraphModel, Port, TensorType } from './model.ts';
import { currentDevice } from './device.ts';
import { encodeModel, type OnnxNode, type OnnxTensor } from './onnx.ts';
import { DTYPE_BYTES } from './types.ts';
import type { Node, Value, WeightSource } from './value.ts';

type Ports = Readonly<Record<string, Value>>;

/**
 * Encodes the graph that the outputs reach.
 *
 * @param name of the graph; shows in errors
 * @param inputs every graph input by name, in the order callers see them; an input that nothing reads stays declared
 * @param outputs results by name
 * @throws graph_invalid when an output depends on an input that is not in `inputs`, or weights lie on several drives
 */
export function build(name: string, inputs: Ports, outputs: Ports): GraphModel {
  const graph = new Emitter(name);
  for (const [port, value] of Object.entries(inputs)) graph.declareInput(port, value);
  const results = Object.entries(outputs).map(([port, value]) => graph.emitOutput(port, value));
  return graph.finish(results);
}

class Emitter {
  readonly #names = new Map<unknown, string>();
  readonly #taken = new Map<string, number>();
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxTensor[] = [];
  readonly #inputs: Port[] = [];
  readonly #values: Port[] = [];
  readonly #origins = new Map<string, string>();
  #root: string | null = null;
  #weightBytes = 0;
  #weightElements = 0;
  #largestElements = 0;

  constructor(readonly name: string) {}

  declareInput(port: string, { dtype, shape, source }: Value): void {
    if (source.kind !== 'input' || source.name !== port) {
      throw new GraphError('graph_invalid', `${this.name}: ${port} is declared as an input but is not one.`);
    }
    this.#names.set(`input:${port}`, port);
    this.#taken.set(port, 1);
    this.#inputs.push({ name: port, dtype, shape });
  }

  /** Outputs get their own name through an Identity, so that one value may be several outputs. */
  emitOutput(port: string, value: Value): Port {
    const inner = this.#nameOf(value);
    this.#nodes.push({
      name: `output.${port}`,
      operator: 'Identity',
      domain: '',
      inputs: [inner],
      outputs: [port],
      attributes: {},
    });
    return { name: port, dtype: value.dtype, shape: value.shape };
  }

  finish(outputs: readonly Port[]): GraphModel {
    const bytes = encodeModel({
      name: this.name,
      nodes: this.#nodes,
      initializers: this.#initializers,
      inputs: this.#inputs,
      outputs,
      values: this.#values,
    });
    return {
      name: this.name,
      device: currentDevice(),
      bytes,
      externalRoot: this.#root,
      inputs: this.#inputs,
      outputs,
      tensors: distinct(this.#values),
      weightBytes: this.#weightBytes,
      weightElements: this.#weightElements,
      largestExpandedBytes: this.#largestElements * DTYPE_BYTES.f32,
      origins: this.#origins,
    };
  }

  #unique(wanted: string): string {
    const count = this.#taken.get(wanted) ?? 0;
    this.#taken.set(wanted, count + 1);
    return count === 0 ? wanted : `${wanted}_${count}`;
  }

  #nameOf(value: Value): string {
    const { source } = value;
    switch (source.kind) {
      case 'input': {
        const known = this.#names.get(`input:${source.name}`);
        if (known === undefined)
          throw new GraphError('graph_invalid', `${this.name}: uses the undeclared input ${source.name}.`);
        return known;
      }
      case 'constant':
        return this.#once(source, () => this.#addConstant(value, source.bytes));
      case 'weight':
        return this.#once(source, () => this.#addWeight(value, source));
      case 'node': {
        const base = this.#emit(source);
        return value.index === 0 ? base : `${base}:${value.index}`;
      }
    }
  }

  #once(source: object, add: () => string): string {
    const known = this.#names.get(source);
    if (known !== undefined) return known;
    const added = add();
    this.#names.set(source, added);
    return added;
  }

  /**
   * Depth first without recursion: a network is thousands of nodes deep. The last input comes first: the runtime runs
   * what was written last as early as it can, so the conversion of a weight, written before all that leads to its
   * reader, runs just before the reader, and never are all weights expanded at once.
   */
  #emit(target: Node): string {
    const pending: Node[] = [target];
    while (pending.length > 0) {
      const current = pending[pending.length - 1] as Node;
      if (this.#names.has(current)) {
        pending.pop();
        continue;
      }
      const missing = current.inputs.flatMap((each) =>
        each !== null && each.source.kind === 'node' && !this.#names.has(each.source) ? [each.source] : [],
      );
      if (missing.length > 0) pending.push(...missing);
      else {
        pending.pop();
        this.#addNode(current);
      }
    }
    return this.#names.get(target) as string;
  }

  #addNode(source: Node): void {
    const inputs = source.inputs.map((each) => (each === null ? '' : this.#nameOf(each)));
    while (inputs.at(-1) === '') inputs.pop();
    const name = this.#unique(source.path === '' ? source.operator : `${source.path}/${source.operator}`);
    this.#names.set(source, name);
    if (source.stack !== undefined) this.#origins.set(name, source.stack);
    const outputs = source.outputs.map((type, i) => ({ name: i === 0 ? name : `${name}:${i}`, ...type }));
    this.#values.push(...outputs);
    this.#nodes.push({
      name,
      operator: source.operator,
      domain: source.domain,
      inputs,
      outputs: outputs.map((output) => output.name),
      attributes: source.attributes,
    });
  }

  #addConstant({ dtype, shape }: Value, bytes: Uint8Array): string {
    const name = this.#unique('constant');
    this.#initializers.push({ name, dtype, shape: shape as number[], content: { bytes } });
    return name;
  }

  #addWeight({ dtype, shape }: Value, { name: wanted, file, offset, byteLength }: WeightSource): string {
    if (offset < 0)
      throw new GraphError('graph_invalid', `${this.name}: the weight ${wanted} has no place in a file yet.`);
    const { root } = parse(file);
    if (this.#root !== null && this.#root !== root) {
      throw new GraphError('graph_invalid', `${this.name}: its weights lie on two drives, ${this.#root} and ${root}.`);
    }
    this.#root = root;
    const name = this.#unique(wanted);
    // The runtime takes forward slashes everywhere.
    const location = relative(root, file).replaceAll('\\', '/');
    this.#initializers.push({ name, dtype, shape: shape as number[], content: { location, offset, byteLength } });
    this.#weightBytes += byteLength;
    const elements = byteLength / DTYPE_BYTES[dtype];
    this.#weightElements += elements;
    this.#largestElements = Math.max(this.#largestElements, elements);
    return name;
  }
}

function distinct(values: readonly TensorType[]): TensorType[] {
  return [...new Map(values.map(({ dtype, shape }) => [`${dtype} ${shape.join()}`, { dtype, shape }])).values()];
}
