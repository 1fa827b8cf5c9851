/** By which names a model is known, and which ids files get. Pure. */
import { fileNameOf, nameOf, type Entry } from './model-entry.ts';
import { PLAIN_EXTENSION, type FoundModelFile } from './model-scan.ts';

/** Paths without the usual ending, but where two would then have one id: a folder and the file it was made from. */
export const stemsOf = (files: readonly FoundModelFile[]): Map<FoundModelFile, string> => {
  const folders = new Set(files.filter(({ isFolder }) => isFolder).map(({ path }) => path));
  return new Map(
    files.map((found) => {
      const isPlain = !found.isFolder && found.path.toLowerCase().endsWith(PLAIN_EXTENSION);
      const stem = isPlain ? found.path.slice(0, -PLAIN_EXTENSION.length) : found.path;
      return [found, isPlain && folders.has(stem) ? found.path : stem];
    }),
  );
};

/** A short name for a folder: its own, with a number where that is taken. It stands before ids, so it has no colon. */
export const proposeRootName = (path: string, taken: ReadonlySet<string>): string => {
  const parts = path.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  const last = parts.at(-1) ?? 'models';
  // "models" says nothing; the folder above it does.
  const own = /^models$/i.test(last) ? (parts.at(-2) ?? last) : last;
  const base = own.replaceAll(/[:[\]\p{C}]/gu, '-').slice(0, 60);
  let name = base;
  for (let count = 2; taken.has(name); count += 1) name = `${base}-${count}`;
  return name;
};

/** Tags in prompts leave every ending out, not only the usual one. */
export const withoutEnding = (name: string): string => name.replace(/\.(ckpt|pth?|bin)$/i, '');

const fold = (text: string): string => text.normalize('NFC').trim().toLowerCase();

const isHashOf = ({ record }: Entry, hash: string): boolean =>
  record?.sha256?.startsWith(hash) === true ||
  (hash.length === 12 && record?.autoV3?.startsWith(hash) === true) ||
  (hash.length === 12 && record?.network?.statedHash?.startsWith(hash) === true) ||
  (hash.length === 8 && record?.shortHash?.startsWith(hash) === true);

/**
 * The entry somebody means: by id, name, file name, `name [hash]` title, or a hash.
 * @param entries in the order in which they count where a name fits several
 */
export function findNamed(entries: readonly Entry[], reference: string): Entry | null {
  const exact = entries.find(({ id }) => id === reference);
  if (exact !== undefined) return exact;
  const wanted = fold(reference);
  const isNamed = (entry: Entry, name: string): boolean =>
    [entry.id, entry.stem, nameOf(entry), fileNameOf(entry.stem), fileNameOf(entry.found.path), entry.found.path].some(
      (own) => fold(own) === name,
    );
  const titled = /^(?<name>.*?)\s*\[(?<hash>[0-9a-f]{6,64})\]$/.exec(wanted)?.groups;
  const hash = titled?.['hash'] ?? (/^[0-9a-f]{8,64}$/.test(wanted) ? wanted : undefined);
  return (
    entries.find((entry) => isNamed(entry, wanted)) ??
    (hash === undefined ? undefined : entries.find((entry) => isHashOf(entry, hash))) ??
    (titled?.['name'] === undefined ? undefined : entries.find((entry) => isNamed(entry, titled['name'] as string))) ??
    entries.find(({ id, stem }) => [id, stem, fileNameOf(stem)].some((own) => fold(withoutEnding(own)) === wanted)) ??
    null
  );
}
