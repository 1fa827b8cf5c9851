/**
 * Where models are looked for: our own folder, and trees of other programs, recognised by their layout.
 *
 * It reads names of folders only (and ComfyUI's one file of paths) and writes nothing. Links below a root are not
 * followed; the root itself may be one, since a person named it.
 */
import type { Dirent } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';

import type { ModelKind } from '@easel/shared/http/models';

import { readComfyPaths } from './comfy-paths.ts';
import { INVOKEAI_BASES, KIND_FOLDERS, MODELS_PREFIX, type Layout } from './model-kinds.ts';

/** A folder in which all files are of one kind. */
export interface ModelPlace {
  kind: ModelKind;
  /** Absolute. */
  folder: string;
  /** Names the folder within its root, for the records: relative, or absolute where it lies elsewhere. */
  key: string;
  /** Stands before the ids of what is found here. */
  idPrefix: string;
}

export interface RootLook {
  /** Its own folder, absolute, as it really is. */
  folder: string;
  layout: Layout;
  places: ModelPlace[];
  /** Sentences about what is left out. */
  problems: string[];
}

const COMFY_FILE = /^extra_model_paths\.ya?ml$/i;
const COMFY_FILE_BYTES = 64 * 1024;

/** Kinds of our own models folder, whether or not the folders are there yet. */
export const ownPlaces = (models: string): ModelPlace[] =>
  KIND_FOLDERS.map(({ kind, own }) => ({
    kind,
    folder: join(models, own),
    key: own,
    idPrefix: kind === 'checkpoint' ? '' : `${kind}:`,
  }));

/** One root being looked at: what was found, and where the search stands. */
class Look {
  readonly places: ModelPlace[] = [];
  readonly problems: string[] = [];
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** A folder below the root by names whose letter case does not count; null when it is not there, or a link. */
  async find(below: string): Promise<string | null> {
    let folder = this.#root;
    for (const segment of below.split('/')) {
      const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
      const matches = entries.filter(({ name }) => name.toLowerCase() === segment.toLowerCase());
      const entry = matches.find(({ name }) => name === segment) ?? matches[0];
      if (entry === undefined) return null;
      if (entry.isSymbolicLink()) {
        const sentence = `${below} is a link, and links are not followed. Add --models-from for the folder it leads to.`;
        if (!this.problems.includes(sentence)) this.problems.push(sentence);
        return null;
      }
      if (!entry.isDirectory()) return null;
      folder = join(folder, entry.name);
    }
    return folder;
  }

  add(kind: ModelKind, folder: string, subfolder = ''): void {
    if (this.places.some((place) => place.folder === folder)) return;
    const inside = relative(this.#root, folder).replaceAll('\\', '/');
    this.places.push({
      kind,
      folder,
      key: inside === '..' || inside.startsWith('../') ? folder : inside,
      idPrefix: `${kind === 'checkpoint' ? '' : `${kind}:`}${subfolder}`,
    });
  }
}

/** The same folders when a person points at the models folder itself rather than at the program's. */
const inModels = (folder: string): string | null =>
  folder.startsWith(MODELS_PREFIX) ? folder.slice(MODELS_PREFIX.length) : null;

async function addProgram(look: Look, layout: 'webui' | 'comfyui', isModelsFolder: boolean): Promise<boolean> {
  const before = look.places.length;
  for (const { kind, [layout]: names } of KIND_FOLDERS) {
    for (const [index, name] of names.entries()) {
      const below = isModelsFolder ? inModels(name) : name;
      const folder = below === null ? null : await look.find(below);
      // A second folder of a kind brings its name into the ids, so that they stay apart.
      if (folder !== null) look.add(kind, folder, index === 0 ? '' : `${name.slice(name.lastIndexOf('/') + 1)}/`);
    }
  }
  return look.places.length > before;
}

async function addInvokeai(look: Look, start: string): Promise<boolean> {
  for (const base of INVOKEAI_BASES) {
    for (const { kind, invokeai } of KIND_FOLDERS) {
      for (const name of invokeai) {
        const folder = await look.find(`${start}${base}/${name}`);
        if (folder !== null) look.add(kind, folder, `${base}/`);
      }
    }
  }
  return look.places.length > 0;
}

async function addComfyPaths(look: Look, file: string): Promise<void> {
  const facts = await stat(file);
  if (!facts.isFile() || facts.size > COMFY_FILE_BYTES) {
    look.problems.push('extra_model_paths.yaml is larger than such a file is, so it is not read.');
    return;
  }
  for (const { kind, folder } of readComfyPaths(await readFile(file, 'utf8'), file, homedir())) {
    // Named by a person, so it may be a link.
    const real = await realpath(folder).catch(() => null);
    const shown = `${kind} folder of extra_model_paths.yaml`;
    if (real === null) look.problems.push(`A ${shown} is not there.`);
    else look.add(kind, real, `${look.places.filter((place) => place.kind === kind).length + 1}/`);
  }
}

const addFileBeside = async (look: Look, root: string): Promise<void> => {
  const entries = await readdir(root, { withFileTypes: true });
  const file = entries.find((entry) => COMFY_FILE.test(entry.name) && entry.isFile());
  if (file !== undefined) await addComfyPaths(look, join(root, file.name));
};

/** Whether there is anything at a root: of a drive that is gone often an empty folder stays. */
export async function isRootThere(path: string): Promise<boolean> {
  const facts = await stat(path).catch(() => null);
  return facts?.isFile() === true || (await readdir(path).catch(() => [])).length > 0;
}

/**
 * Recognises whose arrangement a folder has.
 *
 * @param path absolute; a program's folder, its models folder, any folder of model files, or an extra_model_paths.yaml
 * @returns null when it cannot be reached, or is empty
 */
export async function lookAtRoot(path: string): Promise<RootLook | null> {
  const root = await realpath(path).catch(() => null);
  if (root === null || !(await isRootThere(root))) return null;
  if ((await stat(root)).isFile()) {
    const look = new Look(dirname(root));
    await addComfyPaths(look, root);
    return { folder: dirname(root), layout: 'comfyui', places: look.places, problems: look.problems };
  }

  const look = new Look(root);
  const [webui, comfyui] = await Promise.all([look.find('models/Stable-diffusion'), look.find('models/checkpoints')]);
  const done = (layout: Layout): RootLook => ({
    folder: root,
    layout,
    places: look.places,
    problems: look.problems,
  });
  if (webui !== null && (await addProgram(look, 'webui', false))) return done('webui');
  if (comfyui !== null && (await addProgram(look, 'comfyui', false))) {
    await addFileBeside(look, root);
    return done('comfyui');
  }
  if ((await look.find('Stable-diffusion')) !== null && (await addProgram(look, 'webui', true))) return done('webui');
  if ((await look.find('checkpoints')) !== null && (await addProgram(look, 'comfyui', true))) return done('comfyui');
  if ((await addInvokeai(look, MODELS_PREFIX)) || (await addInvokeai(look, ''))) return done('invokeai');
  if (comfyui === null && (await readdir(root)).some((name) => COMFY_FILE.test(name))) {
    await addFileBeside(look, root);
    if (look.places.length > 0) return done('comfyui');
  }
  look.add('checkpoint', root);
  return done('plain');
}
