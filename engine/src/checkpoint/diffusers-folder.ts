/**
 * A folder as diffusers saves a pipeline: a model_index.json, and below it one folder for each network with its
 * config.json and its weights, whole or in shards. Gives the header of one checkpoint under the original names.
 *
 * Source: diffusers' and transformers' rules for file names, and folders.
 */
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

import { CheckpointError } from '@easel/shared/errors';

import { CheckpointFile, invalid, type FileStamp } from './checkpoint-file.ts';
import { grounded, type GroundedEntry } from './derivation.ts';
import { layOut, type Component } from './diffusers-layout.ts';
import type { CheckpointHeader } from './header.ts';
import { openFile } from './open-file.ts';
import { chooseWeights } from './diffusers-weights.ts';

const INDEX = 'model_index.json';
const CONFIG = 'config.json';
const SCHEDULER_CONFIG = 'scheduler_config.json';
const LARGEST_JSON = 16 << 20;

/** Networks that pictures are made with; a pipeline's other parts (tokenizers, safety checker) are not read. */
const COMPONENTS = ['unet', 'vae', 'text_encoder', 'text_encoder_2'] as const satisfies readonly Component[];
const NEEDED: readonly Component[] = ['unet', 'vae'];

type Json = ReadonlyMap<string, unknown>;

/**
 * @throws model_invalid when there is no model_index.json, or a file in it cannot be read
 * @throws model_incomplete naming the file, when a config, weights or a shard are missing
 * @throws model_unsupported when it is a pipeline without a U-Net
 * @throws pickle_unsafe
 */
export async function readDiffusersFolder(path: string): Promise<CheckpointHeader> {
  const reader = new FolderReader(resolve(path));
  const { folder } = reader;
  const index = await reader.json(INDEX, () => invalid(folder, `it is a folder without ${INDEX}`));
  const missing = NEEDED.find((component) => !isPresent(index.get(component)));
  if (missing !== undefined) throw unsupported(folder, index, missing);

  const configs = new Map<string, Json>([['model_index', index]]);
  const parts = new Map<Component, ReadonlyMap<string, GroundedEntry>>();
  for (const component of COMPONENTS) {
    if (!isPresent(index.get(component))) continue;
    configs.set(component, await reader.json(join(component, CONFIG)));
    parts.set(component, await reader.weights(component));
  }
  // What the networks were trained to predict stands there; without it the family's own rule holds.
  const scheduler = await reader.json(join('scheduler', SCHEDULER_CONFIG), () => null);
  if (scheduler !== null) configs.set('scheduler', scheduler);

  const stamps = [...reader.stamps.values()];
  return {
    file: folder,
    fileBytes: stamps.reduce((sum, { fileBytes }) => sum + fileBytes, 0),
    modifiedMs: Math.max(...stamps.map(({ modifiedMs }) => modifiedMs)),
    metadata: new Map(),
    tensors: layOut(folder, parts, configs),
    parts: stamps,
    configs,
  };
}

/** An entry of model_index.json: `[library, class]`, both null where a part was left out. */
const isPresent = (entry: unknown): boolean => Array.isArray(entry) && typeof entry[1] === 'string';

function unsupported(folder: string, index: Json, missing: string): CheckpointError {
  const type = index.get('_class_name');
  const named = typeof type === 'string' ? `It is a ${type.slice(0, 80)}.` : '';
  return new CheckpointError(
    'model_unsupported',
    `${basename(folder)} is a diffusers folder of a kind Easel cannot use: it has no ${missing}. ${named}`.trimEnd(),
    { file: folder, hint: 'Use a folder of the Stable Diffusion line.' },
  );
}

function incomplete(folder: string, name: string): CheckpointError {
  return new CheckpointError('model_incomplete', `${basename(folder)}: the file ${name} is missing.`, {
    file: folder,
    missing: name,
    hint: 'Download the folder again, with all of its files.',
  });
}

class FolderReader {
  readonly stamps = new Map<string, FileStamp>();

  constructor(readonly folder: string) {}

  /**
   * An object in a JSON file.
   *
   * @param absent what to throw, or to give, where there is no such file
   */
  async json(name: string): Promise<Json>;
  async json(name: string, absent: () => CheckpointError): Promise<Json>;
  async json(name: string, absent: () => null): Promise<Json | null>;
  async json(
    name: string,
    absent: () => CheckpointError | null = () => incomplete(this.folder, name),
  ): Promise<Json | null> {
    const opened = await this.#open(name);
    if (opened === null) {
      const instead = absent();
      if (instead !== null) throw instead;
      return null;
    }
    try {
      if (opened.fileBytes > LARGEST_JSON) throw invalid(opened.file, `it has ${opened.fileBytes} bytes, far too many`);
      const value = parseObject((await opened.read(0, opened.fileBytes)).toString('utf8'));
      if (value === null) throw invalid(opened.file, 'it is not a JSON object');
      return value;
    } finally {
      await opened.close();
    }
  }

  /** The tensors of one network under the names its files have. */
  async weights(component: Component): Promise<ReadonlyMap<string, GroundedEntry>> {
    const names = await readdir(join(this.folder, component)).catch((): string[] => []);
    const choice = chooseWeights(component, names);
    if (choice.index === null) {
      if (!names.includes(choice.file)) throw incomplete(this.folder, `${component}/${choice.file}`);
      return this.#tensors(component, choice.file);
    }
    return this.#shards(component, choice.index);
  }

  async #shards(component: Component, index: string): Promise<ReadonlyMap<string, GroundedEntry>> {
    const map = (await this.json(join(component, index))).get('weight_map');
    const bad = (problem: string): CheckpointError => invalid(join(this.folder, component, index), problem);
    if (typeof map !== 'object' || map === null) throw bad('it lists no weights');
    const listed = Object.entries(map as Record<string, unknown>);
    const tensors = new Map<string, GroundedEntry>();
    for (const shard of new Set(listed.map(([, file]) => file))) {
      // A name, never a way to somewhere else.
      if (typeof shard !== 'string' || shard !== basename(shard) || /[\\/:\0]|^\.\.?$/.test(shard)) {
        throw bad('it names a shard that is no file name');
      }
      for (const [name, entry] of await this.#tensors(component, shard)) tensors.set(name, entry);
    }
    const lost = listed.find(([name]) => !tensors.has(name));
    if (lost !== undefined) throw bad(`its tensor ${lost[0].slice(0, 120)} is in no shard`);
    return tensors;
  }

  async #tensors(component: Component, name: string): Promise<ReadonlyMap<string, GroundedEntry>> {
    const path = join(this.folder, component, name);
    const header = await openFile(path).catch((thrown: unknown) => {
      throw thrown instanceof CheckpointError && thrown.code === 'model_gone'
        ? incomplete(this.folder, `${component}/${name}`)
        : thrown;
    });
    this.stamps.set(path, { file: header.file, fileBytes: header.fileBytes, modifiedMs: header.modifiedMs });
    return new Map([...header.tensors].map(([key, entry]) => [key, grounded(entry, header.file)]));
  }

  async #open(name: string): Promise<CheckpointFile | null> {
    const opened = await CheckpointFile.open(join(this.folder, name)).catch((thrown: unknown) => {
      if (thrown instanceof CheckpointError && thrown.code === 'model_gone') return null;
      throw thrown;
    });
    if (opened !== null) this.stamps.set(opened.file, opened.stamp);
    return opened;
  }
}

function parseObject(text: string): Json | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : null;
}
