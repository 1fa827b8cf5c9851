/** The optional .json next to a checkpoint: facts that neither shapes nor metadata show. Unknown or odd entries are skipped. */
import { readFile, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';

/** Key-value pairs as they stand in the file; whoever reads one checks its type. */
export type Sidecar = ReadonlyMap<string, unknown>;

const SIDECAR_MAXIMUM_BYTES = 1 << 20;

/** Path of the sidecar that belongs to a checkpoint: same folder, same stem, `.json`. A folder's name has no ending. */
function sidecarPath(file: string, isFolder: boolean): string {
  const { dir, name, base } = parse(file);
  return join(dir, `${isFolder ? base : name}.json`);
}

/** null where there is none, or where it is not a JSON object of reasonable size: other programs leave such files too. */
export async function readSidecar(file: string, isFolder = false): Promise<Sidecar | null> {
  const path = sidecarPath(file, isFolder);
  const facts = await stat(path).catch(() => null);
  if (facts === null || !facts.isFile() || facts.size > SIDECAR_MAXIMUM_BYTES) return null;
  return parseSidecar(await readFile(path, 'utf8').catch(() => ''));
}

/** null for anything but a JSON object. */
export function parseSidecar(text: string): Sidecar | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return new Map(Object.entries(value));
}
