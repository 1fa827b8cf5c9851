/**
 * A network in half precision: the same nodes on f16 values, made of a network written in f32. Inputs and outputs stay
 * f32, and so does what sinusoids are computed from: a timestep of 999.5 is no half-precision number.
 *
 * For devices that compute in f16; which, and which parts of a family may, is not decided here.
 */
import { cast } from './ops/elementwise.ts';
import { orderOf } from './order.ts';
import { within } from './scope.ts';
import { node, type Node, type Value } from './value.ts';

/** What they read is kept exact. */
const EXACT = new Set(['Sin', 'Cos']);
/** Inputs that are numbers about a node rather than numbers to compute with, and have to be f32, by operator. */
const STAYING: Readonly<Record<string, ReadonlySet<number>>> = { Resize: new Set([1, 2]) };

/** @param outputs f32 results by name; what they are computed from is not touched */
export function inHalf(outputs: Readonly<Record<string, Value>>): Record<string, Value> {
  const order = orderOf(Object.values(outputs));
  const exact = exactNodes(order);
  const made = new Map<Node, readonly Value[]>();

  const halved = (value: Value): Value => {
    const { source } = value;
    if (source.kind !== 'node' || exact.has(source)) return value.dtype === 'f32' ? cast(value, 'f16') : value;
    return (made.get(source) as readonly Value[])[value.index] as Value;
  };

  for (const each of order) {
    if (exact.has(each)) continue;
    within(each, () => {
      made.set(each, halfOf(each, halved));
    });
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, cast(halved(value), value.dtype)]));
}

function halfOf(each: Node, halved: (value: Value) => Value): readonly Value[] {
  const { operator, domain, attributes, inputs, outputs } = each;
  const first = inputs[0] ?? null;
  if (operator === 'Cast' && first !== null && outputs[0]?.dtype === 'f32') {
    // A weight is taken as it lies; anything else is f16 already, or no float.
    const value = first.source.kind === 'weight' ? first : halved(first);
    return [cast(value, 'f16')];
  }
  const staying = STAYING[operator];
  const given = inputs.map((value, i) => (value === null || staying?.has(i) ? value : halved(value)));
  const types = outputs.map(({ dtype, shape }) => ({ dtype: dtype === 'f32' ? ('f16' as const) : dtype, shape }));
  return node(operator, given, types, { domain, attributes });
}

/** Sinusoids and all they are computed from. */
function exactNodes(order: readonly Node[]): ReadonlySet<Node> {
  const exact = new Set<Node>();
  for (const each of order.toReversed()) {
    if (!EXACT.has(each.operator) && !exact.has(each)) continue;
    exact.add(each);
    for (const value of each.inputs) if (value?.source.kind === 'node') exact.add(value.source);
  }
  return exact;
}
