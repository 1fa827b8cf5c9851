/**
 * Where in the network the code that is running writes: the path its nodes are named by.
 *
 * Building a graph is synchronous, so one variable is enough; nothing here survives a call of `within`.
 */

let path = '';

/** Runs `write` with node names below the given path, e.g. `unet.input_blocks.1.0`. */
export function within<T>(scope: { readonly path: string }, write: () => T): T {
  const outer = path;
  path = scope.path;
  try {
    return write();
  } finally {
    path = outer;
  }
}

/** Path of the module being written; empty outside of any. */
export const currentPath = (): string => path;
