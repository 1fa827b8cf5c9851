/**
 * Looks at all roots and turns what lies there into entries: ids, and what earlier looks and servers found out. A root
 * that cannot be reached keeps its entries, marked so.
 */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';

import type { ModelRoot } from '@easel/shared/http/models';

import { keyText, type ModelRecord, type ModelRecords } from '../store/model-records.ts';
import { keyOf, type Entry } from './model-entry.ts';
import { proposeRootName, stemsOf } from './model-names.ts';
import { isRootThere, lookAtRoot, ownPlaces, type ModelPlace } from './model-roots.ts';
import { NOTHING_BESIDE, scanModels, type FoundModelFile } from './model-scan.ts';

export interface ModelFoldersOptions {
  /** Absolute. */
  models: string;
  extraRoots: readonly string[];
}

interface NamedPlace extends ModelPlace {
  /** Name of its root; '' = our own. */
  root: string;
}

const isSameFile = (left: FoundModelFile, right: FoundModelFile): boolean =>
  left.sizeBytes === right.sizeBytes && left.mtimeMs === right.mtimeMs;
const isSameReason = (left: FoundModelFile, right: FoundModelFile): boolean =>
  left.reason?.message === right.reason?.message;
const isSameBeside = (left: FoundModelFile, right: FoundModelFile): boolean =>
  JSON.stringify(left.beside) === JSON.stringify(right.beside);

export class ModelFolders {
  readonly #records: ModelRecords;
  readonly #options: ModelFoldersOptions;
  /** Paths of the extra roots by their names. */
  #names: readonly (readonly [name: string, path: string])[] = [];
  #entries: Entry[] = [];
  #roots: ModelRoot[] = [];

  constructor(records: ModelRecords, options: ModelFoldersOptions) {
    this.#records = records;
    this.#options = options;
  }

  /** Of the latest look; the own root's first. */
  get entries(): Entry[] {
    return this.#entries;
  }

  /** The extra ones. */
  get roots(): ModelRoot[] {
    return this.#roots;
  }

  async load(): Promise<void> {
    const named = await this.#records.nameRoots([...new Set(this.#options.extraRoots)], proposeRootName);
    this.#names = [...named].map(([path, name]) => [name, path] as const);
  }

  /** Whether an extra root came or went since the latest look: nothing tells of a drive that is unplugged. */
  async haveRootsMoved(): Promise<boolean> {
    for (const [name, path] of this.#names) {
      const known = this.#roots.find((root) => root.name === name)?.isAvailable;
      if (known !== (await isRootThere(path))) return true;
    }
    return false;
  }

  /** @returns whether anything changed, and the folders to watch */
  async look(): Promise<{ hasChanged: boolean; watched: string[] }> {
    const places: NamedPlace[] = ownPlaces(this.#options.models).map((place) => ({ ...place, root: '' }));
    const roots: ModelRoot[] = [];
    const watched: string[] = [];
    for (const [name, path] of this.#names) {
      const look = await lookAtRoot(path);
      roots.push(
        look === null
          ? { name, layout: null, isAvailable: false, problems: ['The folder is not there, or it is empty.'] }
          : { name, layout: look.layout, isAvailable: true, problems: look.problems },
      );
      if (look !== null) watched.push(look.folder);
      for (const place of look?.places ?? [])
        places.push({ ...place, root: name, idPrefix: `${name}:${place.idPrefix}` });
    }
    const absent = new Set(roots.filter(({ isAvailable }) => !isAvailable).map(({ name }) => name));

    const records = await this.#records.all();
    const before = new Map(this.#entries.map((entry) => [keyOf(entry), entry]));
    const entries: Entry[] = [];
    // One folder may be reached through two roots; its files are listed once.
    const seen = new Set<string>();
    for (const place of places) {
      const real = await realpath(place.folder).catch(() => place.folder);
      const scan = await scanModels(place.folder, { hasPictures: place.kind === 'embedding' });
      watched.push(...scan.folders);
      if (scan.isCut)
        roots
          .find(({ name }) => name === place.root)
          ?.problems.push(
            `There is more in ${place.key === '' ? 'it' : place.key} than Easel looks through; the rest is left out.`,
          );
      const files = scan.files.filter(({ path }) => !seen.has(join(real, path)));
      for (const { path } of scan.files) seen.add(join(real, path));
      const stems = stemsOf(files);
      for (const found of files) entries.push(entryOf(place, found, stems.get(found) ?? found.path, before, records));
    }
    for (const name of absent) entries.push(...unavailable(name, this.#entries, records));
    makeUnique(entries);

    const hasChanged = hasEntriesChanged(entries, before) || JSON.stringify(roots) !== JSON.stringify(this.#roots);
    this.#entries = entries;
    this.#roots = roots;
    await this.#remember(entries, records, absent);
    return { hasChanged, watched };
  }

  /** Files of extra roots are kept in mind at once, so that they are known when the root is gone. */
  async #remember(entries: Entry[], records: Map<string, ModelRecord>, absent: ReadonlySet<string>): Promise<void> {
    const roots = new Set(this.#names.map(([name]) => name));
    const known = entries.flatMap(({ root, isAvailable, record }) =>
      root !== '' && isAvailable && record !== null && !records.has(keyOf(record)) ? [record] : [],
    );
    const present = new Set(entries.map(keyOf));
    const gone = [...records.values()].filter(
      (record) => roots.has(record.root) && !absent.has(record.root) && !present.has(keyOf(record)),
    );
    await this.#records.change(known, gone);
  }
}

const entryOf = (
  place: NamedPlace,
  found: FoundModelFile,
  stem: string,
  before: ReadonlyMap<string, Entry>,
  records: ReadonlyMap<string, ModelRecord>,
): Entry => {
  const key = { root: place.root, path: place.key === '' ? found.path : `${place.key}/${found.path}` };
  const { kind, folder } = place;
  const entry = { ...key, id: `${place.idPrefix}${stem}`, stem, kind, folder, found, isAvailable: true };
  if (found.reason !== null) return { ...entry, record: null };
  const known = before.get(keyText(key));
  if (known?.record && isSameFile(known.found, found)) return { ...entry, record: known.record };
  const record = records.get(keyText(key));
  const isStillTrue = record !== undefined && record.sizeBytes === found.sizeBytes && record.mtimeMs === found.mtimeMs;
  if (isStillTrue) return { ...entry, record: { ...record, id: entry.id } };
  return {
    ...entry,
    record: {
      ...key,
      id: entry.id,
      kind,
      isFolder: found.isFolder,
      sizeBytes: found.sizeBytes,
      mtimeMs: found.mtimeMs,
      examiner: null,
      inspection: null,
      network: null,
      error: null,
      sha256: null,
      autoV3: null,
      shortHash: null,
      isHashed: false,
    },
  };
};

/** What a root held when it could last be reached: as this server saw it, else as the records have it. */
const unavailable = (root: string, before: readonly Entry[], records: ReadonlyMap<string, ModelRecord>): Entry[] => {
  const seen = before.filter((entry) => entry.root === root);
  if (seen.length > 0) return seen.map((entry) => ({ ...entry, isAvailable: false }));
  return [...records.values()]
    .filter((record) => record.root === root)
    .map((record) => ({
      root,
      path: record.path,
      id: record.id,
      stem: record.id.slice(record.id.lastIndexOf(':') + 1),
      kind: record.kind,
      folder: '',
      found: {
        path: record.path,
        isFolder: record.isFolder,
        sizeBytes: record.sizeBytes,
        mtimeMs: record.mtimeMs,
        reason: null,
        beside: NOTHING_BESIDE,
      },
      record,
      isAvailable: false,
    }));
};

/** Two files whose names differ only in ways an id does not show: the later one's ending, then a number, is added. */
const makeUnique = (entries: readonly Entry[]): void => {
  const taken = new Set<string>();
  for (const entry of entries) {
    const { id, found } = entry;
    const ending = found.path.slice(found.path.lastIndexOf('.'));
    for (let count = 1; taken.has(entry.id); count += 1) entry.id = `${id}${ending}${count === 1 ? '' : ` ${count}`}`;
    taken.add(entry.id);
  }
};

const hasEntriesChanged = (entries: readonly Entry[], before: ReadonlyMap<string, Entry>): boolean =>
  entries.length !== before.size ||
  entries.some((entry) => {
    const known = before.get(keyOf(entry));
    return (
      known === undefined ||
      known.id !== entry.id ||
      known.isAvailable !== entry.isAvailable ||
      !isSameFile(known.found, entry.found) ||
      !isSameReason(known.found, entry.found) ||
      !isSameBeside(known.found, entry.found)
    );
  });
