/**
 * What a run of a graph takes, told from its shapes alone: arithmetic operations, and the most bytes of activations that
 * are alive at once. Runs nothing. How near the real allocator comes to it is measured, see docs/guides/memory.md.
 */
import { evaluateDim } from './dims.ts';
import { DTYPE_BYTES, type Dim } from './types.ts';
import type { Node, Value } from './value.ts';

/** Extents of a graph's inputs by their names, e.g. `{ n: 1, h: 64, w: 64, t: 77 }`. */
export type Extents = Readonly<Record<string, number>>;

export interface RunCost {
  /** Floating point operations of convolutions, matrix products and attention. */
  readonly flops: number;
  /** Most bytes alive at once beside the weights. */
  readonly peakBytes: number;
}

/** Operators whose result may take the place of their first input, where nobody needs that any more. */
const IN_PLACE = new Set(['Add', 'Mul', 'QuickGelu', 'Gelu', 'Tanh', 'Relu', 'Identity']);
/** Operators that only say otherwise what the same bytes are. */
const SAME_BYTES = new Set(['Reshape', 'Identity']);

/** A stretch of memory: several values may share one. */
interface Buffer {
  readonly bytes: number;
  uses: number;
}

/**
 * @param outputs what a run is asked for
 * @param sizes the extents of each run
 * @throws graph_invalid when an extent has no number
 */
export function costsOfRuns(outputs: readonly Value[], sizes: readonly Extents[]): RunCost[] {
  const order = orderOf(outputs);
  const folded = foldedNodes(order);
  const made = valuesOf(order, outputs);
  return sizes.map((extents) => costOfRun(order, folded, made, outputs, extents));
}

function costOfRun(
  order: readonly Node[],
  folded: ReadonlySet<Node>,
  made: ReadonlyMap<Node, readonly Value[]>,
  outputs: readonly Value[],
  extents: Extents,
): RunCost {
  const known = new Map<Dim, number>();
  const extentOf = (dim: Dim): number => {
    const value = known.get(dim) ?? evaluateDim(dim, extents);
    known.set(dim, value);
    return value;
  };
  const elements = (value: Value): number => value.shape.reduce<number>((product, dim) => product * extentOf(dim), 1);
  const bytesOf = (value: Value): number => elements(value) * DTYPE_BYTES[value.dtype];

  const uses = new Map<Node, number>();
  const countUse = (value: Value | null): void => {
    if (value?.source.kind === 'node') uses.set(value.source, (uses.get(value.source) ?? 0) + 1);
  };
  for (const node of order) for (const each of node.inputs) countUse(each);
  for (const each of outputs) countUse(each);

  const buffers = new Map<Node, Buffer>();
  let alive = 0;
  let peak = 0;
  let flops = 0;
  for (const node of order) {
    if (folded.has(node)) continue;
    const values = made.get(node) ?? [];
    const bytes = values.reduce((sum, value) => sum + bytesOf(value), 0);
    const [first] = node.inputs;
    const before = first?.source.kind === 'node' ? buffers.get(first.source) : undefined;
    const isLastUse = before !== undefined && before.uses === 1 && before.bytes === bytes;
    const sharesBytes =
      before !== undefined && (SAME_BYTES.has(node.operator) || (IN_PLACE.has(node.operator) && isLastUse));
    const own: Buffer = sharesBytes ? before : { bytes, uses: 0 };
    own.uses += uses.get(node) ?? 0;
    buffers.set(node, own);
    if (!sharesBytes) alive += bytes;
    flops += flopsOf(node, values[0], elements);
    peak = Math.max(peak, alive + scratchOf(node, bytesOf));
    for (const each of node.inputs) {
      const buffer = each?.source.kind === 'node' ? buffers.get(each.source) : undefined;
      if (buffer === undefined) continue;
      buffer.uses--;
      if (buffer.uses === 0) alive -= buffer.bytes;
    }
  }
  return { flops, peakBytes: peak };
}

/** Every node the outputs reach, inputs before their readers, as late as can be. */
function orderOf(outputs: readonly Value[]): Node[] {
  const order: Node[] = [];
  const done = new Set<Node>();
  for (const { source } of outputs) {
    if (source.kind !== 'node') continue;
    const pending: Node[] = [source];
    while (pending.length > 0) {
      const current = pending[pending.length - 1] as Node;
      if (done.has(current)) {
        pending.pop();
        continue;
      }
      const missing = current.inputs.flatMap((each) =>
        each?.source.kind === 'node' && !done.has(each.source) ? [each.source] : [],
      );
      // The first input first, as the runtime does.
      if (missing.length > 0) pending.push(...missing.toReversed());
      else {
        pending.pop();
        done.add(current);
        order.push(current);
      }
    }
  }
  return order;
}

/** Nodes that read weights and constants only: what they make counts as weights, whenever it is made. */
function foldedNodes(order: readonly Node[]): ReadonlySet<Node> {
  const folded = new Set<Node>();
  for (const node of order) {
    const isFixed = node.inputs.every(
      (each) => each === null || (each.source.kind === 'node' ? folded.has(each.source) : each.source.kind !== 'input'),
    );
    if (isFixed) folded.add(node);
  }
  return folded;
}

/** The values nodes make, as their readers see them. */
function valuesOf(order: readonly Node[], outputs: readonly Value[]): ReadonlyMap<Node, readonly Value[]> {
  const table = new Map<Node, Value[]>();
  const note = (value: Value | null): void => {
    if (value?.source.kind !== 'node') return;
    const known = table.get(value.source) ?? [];
    if (!known.some(({ index }) => index === value.index)) known.push(value);
    table.set(value.source, known);
  };
  for (const each of order) for (const value of each.inputs) note(value);
  for (const value of outputs) note(value);
  return table;
}

function flopsOf(node: Node, made: Value | undefined, elements: (value: Value) => number): number {
  const [a, b] = node.inputs;
  if (made === undefined || a === null || a === undefined || b === null || b === undefined) return 0;
  switch (node.operator) {
    case 'Conv': {
      const [outer] = b.shape;
      return (2 * elements(made) * elements(b)) / (outer as number);
    }
    case 'MatMul':
    case 'FusedMatMul':
      return (2 * elements(made) * elements(a)) / elements({ ...a, shape: a.shape.slice(0, -1) });
    case 'MultiHeadAttention': {
      // Products with keys and with values: [t, width] by [s, width], twice.
      const keys = elements({ ...b, shape: b.shape.slice(1, 2) });
      return 4 * elements(a) * keys;
    }
    default:
      return 0;
  }
}

/** What an operator takes for itself while it runs: attention brings queries, keys and values into the order of heads. */
function scratchOf(node: Node, bytesOf: (value: Value) => number): number {
  if (node.operator !== 'MultiHeadAttention') return 0;
  return node.inputs.slice(0, 3).reduce((sum, each) => sum + (each === null ? 0 : bytesOf(each)), 0);
}
