/**
 * Files of lines that `__name__` draws from: our own folder, and those of other programs' trees, which are only read.
 * Ours win where two have one name.
 */
import { lstat, rename, rm, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { RequestError } from '@easel/shared/errors';
import {
  MOST_WILDCARDS,
  WILDCARD_BYTES,
  type WildcardFile,
  type WildcardSave,
} from '@easel/shared/http/wildcard-files';
import type { WildcardView } from '@easel/shared/http/wildcards';
import type { ReadWildcard } from '@easel/shared/prompt/choices';
import { isWildcardName, isWildcardPattern, matchWildcards, wildcardLines } from '@easel/shared/prompt/wildcard-names';

import { nearest } from './near-names.ts';
import { changedElsewhere, notThere, readOnly } from './own-files.ts';
import { foldersBelow } from './prompt-roots.ts';
import {
  findTexts,
  OneAtATime,
  readText,
  refusedByDisk,
  requireOwnPath,
  saveText,
  versionOf,
  type FoundText,
} from './text-files.ts';

const ENDING = '.txt';
/** Where other programs and their extensions keep such files, below their folder. */
const PLACES = ['wildcards', 'scripts/wildcards', 'extensions/*/wildcards', 'custom_nodes/*/wildcards'];
/** `__name__` anywhere in a text. */
const NAMED = /__([\p{L}\p{N}_\-./* ]{1,128}?)__/gu;
/** Bytes of files that one prompt may draw from, whatever they name in turn. */
const MOST_READ = 64 * 2 ** 20;
/** Characters of lines that are kept in memory. */
const MOST_REMEMBERED = 32 * 2 ** 20;

export interface WildcardsOptions {
  /** Our own folder, absolute; made when something is saved. */
  folder: string;
  /** Trees of other programs, absolute. */
  extraRoots: readonly string[];
}

interface Found extends FoundText {
  readonly name: string;
  readonly isOwn: boolean;
}

/** What a prompt may draw from, as it was at one moment. */
export interface WildcardReader {
  readonly read: ReadWildcard;
  /** Why one that is there cannot be drawn from; null where it can. */
  trouble(name: string): 'wildcard_empty' | 'wildcard_cycle' | null;
  /** Names that somebody who wrote this one may have meant. */
  near(name: string): string[];
}

export class Wildcards {
  readonly #options: WildcardsOptions;
  readonly #saving = new OneAtATime();
  readonly #remembered = new Map<string, { sizeBytes: number; mtimeMs: number; lines: readonly string[] }>();
  #rememberedLength = 0;

  constructor(options: WildcardsOptions) {
    this.#options = options;
  }

  /** By name. @throws storage_unavailable */
  async list(): Promise<WildcardView[]> {
    const found = await this.#find();
    const views: WildcardView[] = [];
    for (const each of found.values()) views.push(await this.#view(each));
    return views;
  }

  /** @throws not_found, out_of_range for a file too large to show */
  async get(name: string): Promise<WildcardFile> {
    const found = (await this.#find()).get(name);
    const text = found === undefined ? null : await readText(found.file, WILDCARD_BYTES);
    if (found === undefined || (text === null && found.sizeBytes <= WILDCARD_BYTES)) throw notThere('wildcard', name);
    if (text === null) throw tooLarge(name, found.sizeBytes);
    return { ...(await this.#view(found)), text, version: versionOf(text) };
  }

  /**
   * Takes the place of the text whose version is named, or makes a new file.
   * @throws changed_elsewhere, name_taken, read_only, bad_name, out_of_range, storage_unavailable
   */
  async save(name: string, { text, version }: WildcardSave): Promise<WildcardFile> {
    const sizeBytes = Buffer.byteLength(text);
    if (sizeBytes > WILDCARD_BYTES) throw tooLarge(name, sizeBytes);
    return this.#saving.run(async () => {
      const all = await this.#find();
      const found = all.get(name);
      if (found === undefined && all.size >= MOST_WILDCARDS) throw tooMany();
      // A new file of ours under the name of another program's takes its place.
      const own = found?.isOwn === true ? found : null;
      if (own === null && found !== undefined && version !== null) throw readOnly('wildcard', name);
      if (own !== null && version === null) throw taken(name);
      const before = own === null ? null : await readText(own.file, WILDCARD_BYTES);
      if (version !== null && (before === null || versionOf(before) !== version)) {
        throw changedElsewhere('wildcard', name);
      }
      const file = own?.file ?? (await this.#freeFile(name));
      await saveText(file, text);
      return this.get(name);
    });
  }

  /** @throws not_found, name_taken, read_only, bad_name, storage_unavailable */
  async rename(name: string, to: string): Promise<WildcardFile> {
    return this.#saving.run(async () => {
      const all = await this.#find();
      const found = requireOwn(all.get(name), name);
      if (to !== name) {
        // A name that differs in case only is the same file to some systems.
        const isSameFile = to.toLowerCase() === name.toLowerCase();
        if (all.has(to)) throw taken(to);
        const file = isSameFile
          ? await requireOwnPath(this.#options.folder, `${to}${ENDING}`)
          : await this.#freeFile(to);
        await mkdir(dirname(file), { recursive: true })
          .then(async () => rename(found.file, file))
          .catch((thrown: unknown) => {
            throw refusedByDisk(thrown, 'The file cannot be renamed');
          });
      }
      return this.get(to);
    });
  }

  /** @throws not_found, read_only, storage_unavailable */
  async delete(name: string): Promise<void> {
    await this.#saving.run(async () => {
      const found = requireOwn((await this.#find()).get(name), name);
      await rm(found.file).catch((thrown: unknown) => {
        throw refusedByDisk(thrown, 'The file cannot be deleted');
      });
    });
  }

  /** Reads what these texts name, and what is named in that. @throws storage_unavailable, out_of_range for too much */
  async reader(texts: readonly string[]): Promise<WildcardReader> {
    const wanted = new Set(texts.flatMap(namesIn));
    if (wanted.size === 0) return { read: () => null, trouble: () => null, near: () => [] };
    const files = await this.#find();
    const names = [...files.keys()];
    const folded = new Map(names.map((name) => [name.toLowerCase(), name]));
    const read = new Map<string, readonly string[] | null>();
    let readBytes = 0;
    // The set grows while it is gone through.
    for (const name of wanted) {
      const exact = files.has(name) ? name : folded.get(name.normalize('NFC').toLowerCase());
      const meant = isWildcardPattern(name) ? matchWildcards(name, names) : exact === undefined ? [] : [exact];
      const lines: string[] = [];
      for (const each of meant) {
        const file = files.get(each) as Found;
        readBytes += file.sizeBytes;
        if (readBytes > MOST_READ) throw tooMuch();
        // Not spread: a file of short lines has more of them than a call takes arguments.
        for (const line of await this.#lines(file)) lines.push(line);
      }
      read.set(name, meant.length === 0 ? null : lines);
      for (const line of lines) for (const inner of namesIn(line)) wanted.add(inner);
    }
    return {
      read: (name) => read.get(name) ?? null,
      trouble: (name) => troubleOf(name, read),
      near: (name) => nearest(name, names),
    };
  }

  /** All that can be named, by name; ours first of two. */
  async #find(): Promise<Map<string, Found>> {
    const { folder, extraRoots } = this.#options;
    const found = new Map<string, Found>();
    const add = async (place: string, isOwn: boolean): Promise<void> => {
      for (const each of await findTexts(place, ENDING, MOST_WILDCARDS)) {
        const name = each.path.slice(0, -ENDING.length).normalize('NFC');
        if (isWildcardName(name) && !found.has(name)) found.set(name, { ...each, name, isOwn });
      }
    };
    await add(folder, true);
    for (const root of extraRoots) for (const place of await foldersBelow(root, PLACES)) await add(place, false);
    return new Map([...found].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  async #lines({ file, sizeBytes, mtimeMs }: Found): Promise<readonly string[]> {
    const known = this.#remembered.get(file);
    if (known?.sizeBytes === sizeBytes && known.mtimeMs === mtimeMs) return known.lines;
    const lines = wildcardLines((await readText(file, WILDCARD_BYTES)) ?? '');
    this.#rememberedLength += sizeBytes;
    if (this.#rememberedLength > MOST_REMEMBERED) {
      this.#remembered.clear();
      this.#rememberedLength = sizeBytes;
    }
    this.#remembered.set(file, { sizeBytes, mtimeMs, lines });
    return lines;
  }

  async #view(found: Found): Promise<WildcardView> {
    const { name, sizeBytes, isOwn } = found;
    return { name, lines: (await this.#lines(found)).length, sizeBytes, isOwn };
  }

  /** @throws name_taken, bad_name */
  async #freeFile(name: string): Promise<string> {
    const file = await requireOwnPath(this.#options.folder, `${name}${ENDING}`);
    // Also a link or a folder of that name: neither is a wildcard, and neither is written over.
    if ((await lstat(file).catch(() => null)) !== null) throw taken(name);
    return file;
  }
}

const namesIn = (text: string): string[] => [...text.matchAll(NAMED)].map(([, name = '']) => name);

function troubleOf(
  name: string,
  read: ReadonlyMap<string, readonly string[] | null>,
): ReturnType<WildcardReader['trouble']> {
  if (read.get(name)?.length === 0) return 'wildcard_empty';
  const reached = new Set(read.get(name)?.flatMap(namesIn));
  // The set grows while it is gone through.
  for (const inner of reached) for (const next of read.get(inner)?.flatMap(namesIn) ?? []) reached.add(next);
  return reached.has(name) ? 'wildcard_cycle' : null;
}

function requireOwn(found: Found | undefined, name: string): Found {
  if (found === undefined) throw notThere('wildcard', name);
  if (!found.isOwn) throw readOnly('wildcard', name);
  return found;
}

const taken = (name: string): RequestError =>
  new RequestError('name_taken', `name: there already is a wildcard "${name}".`, {
    field: 'name',
    got: name,
    hint: 'Choose another name.',
  });

const tooLarge = (name: string, got: number): RequestError =>
  new RequestError('out_of_range', `text: a wildcard has at most ${WILDCARD_BYTES} bytes, "${name}" has ${got}.`, {
    field: 'text',
    limit: WILDCARD_BYTES,
    got,
    hint: 'Cut it into several files.',
  });

const tooMuch = (): RequestError =>
  new RequestError('out_of_range', `prompt: its wildcards name more than ${MOST_READ} bytes of files.`, {
    field: 'prompt',
    limit: MOST_READ,
    hint: 'Name fewer of them, or smaller ones.',
  });

const tooMany = (): RequestError =>
  new RequestError('out_of_range', `There are at most ${MOST_WILDCARDS} wildcards.`, {
    field: 'name',
    limit: MOST_WILDCARDS,
    hint: 'Delete some, or put lines together.',
  });
