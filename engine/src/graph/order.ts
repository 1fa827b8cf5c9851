/** The order in which a graph that is being rewritten is gone through. What it runs in is settled in `build.ts`. */
import type { Node, Value } from './value.ts';

/** Every node the outputs reach, inputs before their readers; without recursion, networks are deep. */
export function orderOf(outputs: readonly Value[]): Node[] {
  const order: Node[] = [];
  const done = new Set<Node>();
  const pending = outputs.flatMap(({ source }) => (source.kind === 'node' ? [source] : []));
  while (pending.length > 0) {
    const current = pending.at(-1) as Node;
    const missing = done.has(current)
      ? []
      : current.inputs.flatMap((each) => (each?.source.kind === 'node' && !done.has(each.source) ? [each.source] : []));
    if (missing.length > 0) pending.push(...missing);
    else {
      pending.pop();
      if (!done.has(current)) order.push(current);
      done.add(current);
    }
  }
  return order;
}
