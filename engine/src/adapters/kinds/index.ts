/** The table of kinds of adapters: the first that matches a module's parts counts. One file and one line per kind. */
import type { Leaf } from '../adapter-file.ts';
import type { AdapterKind } from '../types.ts';
import { loha } from './loha.ts';
import { lokr } from './lokr.ts';
import { lora } from './lora.ts';
import { full, ia3, norm } from './plain.ts';

const kinds: readonly AdapterKind[] = [lora, loha, lokr, full, norm, ia3];

/** Null for parts that make no change we know. */
export function kindOf(leaves: Iterable<Leaf>): AdapterKind | null {
  const present = new Set(leaves);
  return kinds.find((kind) => kind.matches(present)) ?? null;
}
