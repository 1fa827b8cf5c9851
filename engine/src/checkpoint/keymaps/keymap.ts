/**
 * Two names for one module, as data: the original single-file name, which is the one the engine uses, and diffusers'.
 * Each table is a list of such pairs, so it reads in both directions. Nothing here knows a network.
 */

/**
 * How one tensor differs between the layouts; nothing = the same numbers in the same shape.
 *
 * - `kernel`: a 1x1 convolution in the original, a matrix in diffusers' (biases alike)
 * - `turned`: a matrix with rows and columns exchanged
 * - 0, 1, 2: that third, from the top, of the original's tensor
 */
export type Form = 'kernel' | 'turned' | 0 | 1 | 2;

export interface NamePair {
  /** A module with all that is below it, or one tensor. */
  readonly original: string;
  readonly diffusers: string;
  readonly form?: Form;
}

export type Keymap = readonly NamePair[];

/** A name in the other layout. */
export interface Renamed {
  readonly name: string;
  readonly form: Form | null;
}

/** Translates diffusers' names to original ones; null for a name the table does not know. */
export function toOriginal(keymap: Keymap): (name: string) => Renamed | null {
  return translate(
    keymap,
    ({ diffusers }) => diffusers,
    ({ original }) => original,
  );
}

/** Translates original names to diffusers'; null for a name the table does not know. */
export function toDiffusers(keymap: Keymap): (name: string) => Renamed | null {
  return translate(
    keymap,
    ({ original }) => original,
    ({ diffusers }) => diffusers,
  );
}

/**
 * All of diffusers' names for an original one: three for a tensor that is three there, none for one that the table does
 * not know.
 */
export function diffusersNames(keymap: Keymap): (name: string) => readonly Renamed[] {
  const pairs = new Map<string, NamePair[]>();
  for (const pair of keymap) pairs.set(pair.original, [...(pairs.get(pair.original) ?? []), pair]);
  return (name) => {
    for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) {
      const found = pairs.get(name.slice(0, end));
      if (found !== undefined)
        return found.map(({ diffusers, form }) => ({ name: diffusers + name.slice(end), form: form ?? null }));
    }
    return [];
  };
}

/** The longest module that the table knows decides. */
function translate(
  keymap: Keymap,
  from: (pair: NamePair) => string,
  to: (pair: NamePair) => string,
): (name: string) => Renamed | null {
  const pairs = new Map(keymap.map((pair) => [from(pair), pair]));
  return (name) => {
    for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) {
      const pair = pairs.get(name.slice(0, end));
      if (pair !== undefined) return { name: to(pair) + name.slice(end), form: pair.form ?? null };
    }
    return null;
  };
}

/** All combinations of a module's parts: `[{ original: 'a', diffusers: 'x' }]` below `p` and `q` gives `p.a`, `q.x`. */
export function below(original: string, diffusers: string, parts: Keymap): NamePair[] {
  return parts.map((part) => ({
    ...part,
    original: `${original}.${part.original}`,
    diffusers: `${diffusers}.${part.diffusers}`,
  }));
}

/** No network has so many: a number beyond it is a lie, and its tensors are left for the family to find. */
const MOST_MODULES = 1000;

/** How many numbered modules follow a beginning, told by the highest number that occurs. */
export function countOf(names: Iterable<string>, beginning: string): number {
  let count = 0;
  for (const name of names) {
    if (!name.startsWith(beginning)) continue;
    const index = Number.parseInt(name.slice(beginning.length), 10);
    if (index >= count && index < MOST_MODULES) count = index + 1;
  }
  return count;
}
