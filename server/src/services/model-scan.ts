/**
 * What lies below a folder of models: names, sizes, what belongs to each, and why something is not even worth opening. It
 * opens no model. A folder that diffusers saved is one model, and what lies in it is none.
 *
 * Links are not followed (they may lead anywhere, or round in circles), nor anything that is not a regular file opened
 * (reading a pipe never ends).
 */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { ErrorCode } from '@easel/shared/errors';

export interface FoundModelFile {
  /** Below the folder, forward slashes, with extension. */
  path: string;
  /** Whether it is a folder; size and time are then those of all that lies in it. */
  isFolder: boolean;
  sizeBytes: number;
  mtimeMs: number;
  /** Why it cannot be a model; null when it may be one. */
  reason: { code: ErrorCode; message: string; hint?: string } | null;
  beside: FilesBeside;
}

/** Files of the same stem, below the folder; null where there is none. */
export interface FilesBeside {
  preview: { path: string; mtimeMs: number; sizeBytes: number } | null;
  /** `name.json`: our sidecar, or what the WebUI keeps of a person's notes. */
  json: { path: string; mtimeMs: number } | null;
  /** `name.civitai.info` */
  civitai: { path: string; mtimeMs: number } | null;
  /** `name.yaml`: a config as the first programs had it. */
  yaml: { path: string; mtimeMs: number } | null;
}

export const NOTHING_BESIDE: FilesBeside = { preview: null, json: null, civitai: null, yaml: null };

export interface ModelScan {
  files: FoundModelFile[];
  /** Every folder seen, absolute: what to watch. */
  folders: string[];
  /** Whether there was more than anybody has, and the rest was left out. */
  isCut: boolean;
}

const DEEPEST = 16;
const MOST_FILES = 10_000;
/** Whoever points at a whole disk shall wait neither for ever nor in vain. */
const MOST_FOLDERS = 5000;

/** The ending that is left out of a model's id. */
export const PLAIN_EXTENSION = '.safetensors';
const READ_FORMATS = [PLAIN_EXTENSION, '.ckpt', '.pt', '.pth', '.bin'];
/** Formats that hold models of this kind, and that people therefore put here. */
const OTHER_FORMATS = ['.onnx', '.gguf'];
/** Of embeddings, which are also passed around as pictures with the vectors in them. */
const PICTURE_FORMATS = ['.png', '.webp'];
/** What makes a folder one model. */
const FOLDER_INDEX = 'model_index.json';
const DEEPEST_IN_MODEL = 4;

const extensionOf = (name: string): string => {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot).toLowerCase();
};

/** What is left of a name without the ending of a model file. */
const stemOf = (name: string): string =>
  isModelName(name) || PICTURE_FORMATS.includes(extensionOf(name)) ? name.slice(0, -extensionOf(name).length) : name;

const PREVIEW_ENDINGS = ['png', 'jpg', 'jpeg', 'webp']
  .flatMap((type) => [`.preview.${type}`, `.${type}`])
  .sort(
    // The longer ones mean nothing else.
    (left, right) => right.length - left.length,
  );

/** @param names what else lies in the folder, plain files only, by lower-case name */
async function filesBeside(
  folder: string,
  below: string,
  name: string,
  names: ReadonlyMap<string, string>,
): Promise<FilesBeside> {
  const stem = stemOf(name).toLowerCase();
  const look = async (endings: readonly string[]): Promise<FilesBeside['preview']> => {
    const ending = endings.find((each) => names.has(stem + each));
    const other = ending === undefined ? undefined : names.get(stem + ending);
    if (other === undefined) return null;
    const path = below === '' ? other : `${below}/${other}`;
    const facts = await stat(join(folder, path)).catch(() => null);
    return facts === null ? null : { path, mtimeMs: facts.mtimeMs, sizeBytes: facts.size };
  };
  const [preview, json, civitai, yaml] = await Promise.all([
    look(PREVIEW_ENDINGS),
    look(['.json']),
    look(['.civitai.info']),
    look(['.yaml', '.yml']),
  ]);
  return { preview, json, civitai, yaml };
}

/** Whether a picture may be a model rather than the picture of one. @param names what else lies there, in small letters */
const isModelPicture = (name: string, names: ReadonlyMap<string, string>): boolean => {
  if (!PICTURE_FORMATS.includes(extensionOf(name)) || /\.preview\.[a-z]+$/i.test(name)) return false;
  const stem = stemOf(name).toLowerCase();
  return ![...READ_FORMATS, ...OTHER_FORMATS].some((ending) => names.has(stem + ending));
};

const isModelName = (name: string): boolean => [...READ_FORMATS, ...OTHER_FORMATS].includes(extensionOf(name));

const unreadable = (thrown: unknown): string => {
  const { code } = thrown as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM' ? 'this program may not read it' : (code ?? 'unknown reason');
};

/** @param isPicture whether a picture is a model, too */
const examineEntry = async (
  folder: string,
  path: string,
  entry: Dirent,
  isPicture: boolean,
): Promise<FoundModelFile | null> => {
  const found = { path, isFolder: false, sizeBytes: 0, mtimeMs: 0, beside: NOTHING_BESIDE };
  if (entry.isSymbolicLink()) {
    if (extensionOf(entry.name) !== '' && !isModelName(entry.name)) return null;
    return {
      ...found,
      reason: {
        code: 'model_unsupported',
        message: `${path} is a link, and links are not followed.`,
        hint: 'Put the file itself here, or start with --models and the folder that holds it.',
      },
    };
  }
  if (!isModelName(entry.name) && !isPicture) return null;
  if (!entry.isFile()) {
    return {
      ...found,
      reason: { code: 'model_invalid', message: `${path} is not a regular file.`, hint: 'Only files are opened here.' },
    };
  }
  try {
    const { size, mtimeMs } = await stat(join(folder, path));
    if (isPicture || READ_FORMATS.includes(extensionOf(entry.name)))
      return { ...found, sizeBytes: size, mtimeMs, reason: null };
    return {
      ...found,
      sizeBytes: size,
      mtimeMs,
      reason: {
        code: 'model_unsupported',
        message: `${path}: files of this format are not read.`,
        hint: 'Look for a .safetensors version of this model.',
      },
    };
  } catch (thrown) {
    return {
      ...found,
      reason: { code: 'model_invalid', message: `${path} cannot be looked at: ${unreadable(thrown)}.` },
    };
  }
};

interface Measure {
  sizeBytes: number;
  mtimeMs: number;
  /** Absolute, all below the measured one. */
  folders: string[];
}

/** A folder's size and latest change, its files taken together. What cannot be looked at counts nothing. */
async function measure(folder: string, depth = 0): Promise<Measure> {
  const total: Measure = { sizeBytes: 0, mtimeMs: 0, folders: [] };
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (depth >= DEEPEST_IN_MODEL) continue;
      const inner = await measure(path, depth + 1);
      total.sizeBytes += inner.sizeBytes;
      total.mtimeMs = Math.max(total.mtimeMs, inner.mtimeMs);
      total.folders.push(path, ...inner.folders);
      continue;
    }
    const facts = await stat(path).catch(() => null);
    if (facts === null || !facts.isFile()) continue;
    total.sizeBytes += facts.size;
    total.mtimeMs = Math.max(total.mtimeMs, facts.mtimeMs);
  }
  return total;
}

/** Whether a model is still what the scan found. @param folder as given to {@link scanModels} */
export async function isUnchanged(
  folder: string,
  { path, isFolder, sizeBytes, mtimeMs }: FoundModelFile,
): Promise<boolean> {
  const full = join(folder, path);
  if (isFolder) {
    const now = await measure(full);
    return now.sizeBytes === sizeBytes && now.mtimeMs === mtimeMs;
  }
  const facts = await stat(full).catch(() => null);
  return facts?.size === sizeBytes && facts.mtimeMs === mtimeMs;
}

/**
 * @param folder absolute; one that is not there is empty
 * @param options.hasPictures whether pictures may be models there, as embeddings are
 */
export async function scanModels(folder: string, options: { hasPictures?: boolean } = {}): Promise<ModelScan> {
  const scan: ModelScan = { files: [], folders: [], isCut: false };
  const walk = async (below: string, depth: number): Promise<void> => {
    let entries: Dirent[];
    try {
      entries = await readdir(join(folder, below), { withFileTypes: true });
      scan.folders.push(join(folder, below));
    } catch (thrown) {
      if (below !== '') {
        const message = `The folder ${below} cannot be read: ${unreadable(thrown)}.`;
        scan.files.push({
          path: below,
          isFolder: true,
          sizeBytes: 0,
          mtimeMs: 0,
          reason: { code: 'model_invalid', message },
          beside: NOTHING_BESIDE,
        });
      }
      return;
    }
    if (below !== '' && entries.some((entry) => entry.name === FOLDER_INDEX && entry.isFile())) {
      const { sizeBytes, mtimeMs, folders } = await measure(join(folder, below));
      scan.files.push({ path: below, isFolder: true, sizeBytes, mtimeMs, reason: null, beside: NOTHING_BESIDE });
      scan.folders.push(...folders);
      return;
    }
    const names = new Map(entries.filter((entry) => entry.isFile()).map(({ name }) => [name.toLowerCase(), name]));
    for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue;
      if (scan.files.length >= MOST_FILES || scan.folders.length >= MOST_FOLDERS) {
        scan.isCut = true;
        return;
      }
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) {
        const before = scan.files.length;
        if (depth < DEEPEST) await walk(path, depth + 1);
        const model = scan.files[before];
        if (model?.isFolder === true && model.path === path)
          model.beside = await filesBeside(folder, below, entry.name, names);
        continue;
      }
      const isPicture = options.hasPictures === true && isModelPicture(entry.name, names);
      const file = await examineEntry(folder, path, entry, isPicture);
      if (file === null) continue;
      if (file.reason === null) file.beside = await filesBeside(folder, below, entry.name, names);
      scan.files.push(file);
    }
  };
  await walk('', 0);
  return scan;
}
