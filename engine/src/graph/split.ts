/**
 * A network in two parts: what follows from some of its inputs alone, and the rest, which takes that as inputs of its own.
 *
 * A text goes into every step of a picture and is the same in all of them; so is all that a network makes of nothing but
 * the text. Which inputs last is not decided here. The parts run the same operators on the same numbers as the whole.
 */
import { orderOf } from './order.ts';
import { within } from './scope.ts';
import { input, node, type Node, type Value } from './value.ts';

type Ports = Readonly<Record<string, Value>>;
interface Ends {
  readonly inputs: Ports;
  readonly outputs: Ports;
}

export interface SplitNetwork {
  /** What is run once; each of its outputs has the name of an input of the rest. */
  readonly lasting: Ends;
  readonly rest: Ends;
}

/** Only what takes time is worth keeping. */
const COSTLY = new Set(['Conv', 'MatMul', 'FusedMatMul', 'MultiHeadAttention']);

/**
 * @param isLasting whether an input stays the same from run to run
 * @returns null where nothing costly follows from those inputs alone
 */
export function splitNetwork({ inputs, outputs }: Ends, isLasting: (name: string) => boolean): SplitNetwork | null {
  const order = orderOf(Object.values(outputs));
  const { lasting, costly } = lastingNodes(order, isLasting);
  const kept = new Map<Node, Map<number, Value>>();
  const made = new Map<Node, readonly Value[]>();

  /** The value in the rest: an input, made anew, or as it is. */
  const inRest = (value: Value): Value => {
    const { source, index } = value;
    if (source.kind !== 'node') return value;
    if (!costly.has(source)) return made.get(source)?.[index] ?? value;
    const ofNode = kept.get(source) ?? new Map<number, Value>();
    kept.set(source, ofNode);
    const known = ofNode.get(index) ?? input(`lasting:${kept.size}.${index}:${source.path}`, value.dtype, value.shape);
    ofNode.set(index, known);
    return known;
  };

  for (const each of order) {
    if (lasting.has(each)) continue;
    const given = each.inputs.map((value) => (value === null ? null : inRest(value)));
    if (given.every((value, i) => value === each.inputs[i])) continue;
    const { operator, domain, attributes } = each;
    within(each, () => made.set(each, node(operator, given, each.outputs, { domain, attributes })));
  }
  const results = Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, inRest(value)]));
  if (kept.size === 0) return null;

  const told: Record<string, Value> = {};
  const between: Record<string, Value> = {};
  for (const [source, byIndex] of kept) {
    for (const [index, value] of byIndex) {
      const name = value.source.kind === 'input' ? value.source.name : '';
      between[name] = value;
      told[name] = { ...value, source, index };
    }
  }
  return {
    lasting: { inputs: reached(inputs, told), outputs: told },
    rest: { inputs: { ...reached(inputs, results), ...between }, outputs: results },
  };
}

/** Nodes that depend on lasting inputs and on no others, and those among them that are or come after a costly one. */
function lastingNodes(
  order: readonly Node[],
  isLasting: (name: string) => boolean,
): { readonly lasting: ReadonlySet<Node>; readonly costly: ReadonlySet<Node> } {
  const lasting = new Set<Node>();
  const costly = new Set<Node>();
  /** Those that weights alone go into: they belong to whoever reads them. */
  const fixed = new Set<Node>();
  for (const each of order) {
    const given = each.inputs.filter((value) => value !== null).map(({ source }) => source);
    const varying = given.filter((source) => (source.kind === 'node' ? !fixed.has(source) : source.kind === 'input'));
    if (varying.length === 0) fixed.add(each);
    else if (
      varying.every((source) =>
        source.kind === 'node' ? lasting.has(source) : source.kind === 'input' && isLasting(source.name),
      )
    ) {
      lasting.add(each);
      if (COSTLY.has(each.operator) || varying.some((source) => source.kind === 'node' && costly.has(source)))
        costly.add(each);
    }
  }
  return { lasting, costly };
}

/** The inputs that outputs depend on, in their order. */
function reached(inputs: Ports, outputs: Ports): Ports {
  const names = new Set<string>();
  const note = (value: Value | null): void => {
    if (value?.source.kind === 'input') names.add(value.source.name);
  };
  for (const each of orderOf(Object.values(outputs))) for (const value of each.inputs) note(value);
  for (const value of Object.values(outputs)) note(value);
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => names.has(name)));
}
