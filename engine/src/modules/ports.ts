/** What a network's function gives: the ends of its graph, by name. */
import type { Value } from '../graph/value.ts';

export interface Ports {
  readonly inputs: Readonly<Record<string, Value>>;
  readonly outputs: Readonly<Record<string, Value>>;
}
