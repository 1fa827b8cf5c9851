/**
 * A golden case on disk: case.json, io.safetensors and the manifests it names. Everything is read when asked for, and
 * nothing here knows what kind of case it is.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

import { tensor, type Tensor } from '../../src/numeric/tensor.ts';
import { appendTensors } from '../support/append-tensors.ts';
import { formulaValues, readManifest, writeFormulaCheckpoint } from '../support/formula-weights.ts';
import { readSafetensors, type StoredTensor } from '../support/read-safetensors.ts';

interface InputEntry {
  readonly shape: readonly number[];
  readonly formula?: string;
  readonly mean?: number;
  readonly scale?: number;
  readonly stored?: boolean;
}

/** What every case.json has; a kind casts `json` to what its own cases have besides. */
export interface CaseJson {
  /** What was run to get the numbers. */
  readonly reference?: string;
  /** Versions of packages, by name. */
  readonly versions?: Readonly<Record<string, string>>;
  /** null: nothing was run, the case is its files. */
  readonly run?: string | null;
  readonly case?: string;
  readonly models?: Readonly<Record<string, string>>;
  /** Files beside the case; `literal` names tensors that no formula gives. */
  readonly files?: Readonly<Record<string, { readonly literal?: string }>>;
  readonly inputs?: Readonly<Record<string, InputEntry>>;
  readonly outputs?: Readonly<Record<string, { readonly shape: readonly number[] }>>;
  readonly tolerance?: { readonly max_abs_over_std: number };
}

const MANIFEST = '.manifest.json';

export class GoldenCase {
  readonly folder: string;
  /** The last two parts of the path, e.g. `samplers/k-euler`. */
  readonly name: string;
  readonly json: CaseJson;
  #tensors: Map<string, StoredTensor> | undefined;
  readonly #asked = new Set<string>();

  constructor(folder: string) {
    this.folder = resolve(folder);
    this.name = `${basename(dirname(this.folder))}/${basename(this.folder)}`;
    this.json = JSON.parse(readFileSync(join(this.folder, 'case.json'), 'utf8')) as CaseJson;
  }

  /** Largest allowed error, as the case states it. */
  get bound(): number {
    const bound = this.json.tolerance?.max_abs_over_std;
    if (bound === undefined) throw new Error(`${this.name}: case.json states no tolerance`);
    return bound;
  }

  /** Everything in io.safetensors. */
  get tensors(): ReadonlyMap<string, StoredTensor> {
    const path = join(this.folder, 'io.safetensors');
    return (this.#tensors ??= existsSync(path) ? readSafetensors(path) : new Map<string, StoredTensor>());
  }

  /** Names of what the case expects: all stored tensors that are no inputs. */
  get outputNames(): string[] {
    const inputs = this.json.inputs ?? {};
    return [...this.tensors.keys()].filter((name) => !Object.hasOwn(inputs, name));
  }

  /** Outputs that nobody has asked for yet. */
  get unread(): string[] {
    return this.outputNames.filter((name) => !this.#asked.has(name));
  }

  /** A stored tensor as it is. */
  stored(name: string): StoredTensor {
    const found = this.tensors.get(name);
    if (found === undefined) throw new Error(`${this.name}: io.safetensors has no ${name}`);
    this.#asked.add(name);
    return found;
  }

  /** An input, from its formula or from the file, as float32. */
  input(name: string): Tensor {
    const entry = this.json.inputs?.[name];
    if (entry?.formula !== undefined) {
      return tensor(formulaValues(entry.formula, entry.shape, entry.mean ?? 0, entry.scale ?? 1), entry.shape);
    }
    const { data, shape } = this.stored(name);
    return tensor(data instanceof Float32Array ? data : Float32Array.from(data), shape);
  }

  /** Absolute path of a model's manifest, or of its folder of manifests. */
  manifestPath(label: string): string {
    const path = this.json.models?.[label];
    if (path === undefined) throw new Error(`${this.name}: case.json names no model ${label}`);
    return resolve(this.folder, path);
  }

  /** Path of the model written out as a user's file (or folder) would be; made once per run. */
  checkpoint(label: string): string {
    return materialize(this.manifestPath(label));
  }

  /** Path of any manifest beside the case, written out under the given name. */
  file(manifest: string): string {
    const source = resolve(this.folder, manifest);
    const isNew = !written.has(source);
    const target = materialize(source);
    const literal = this.json.files?.[manifest]?.literal;
    if (isNew && literal !== undefined) appendTensors(target, resolve(this.folder, literal));
    return target;
  }
}

let scratch: string | undefined;
const written = new Map<string, string>();

/** Folder for this process's written-out checkpoints, removed when the process ends. */
function scratchFolder(): string {
  if (scratch === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'easel-golden-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    scratch = folder;
  }
  return scratch;
}

function materialize(source: string): string {
  const known = written.get(source);
  if (known !== undefined) return known;
  const home = join(scratchFolder(), String(written.size));
  mkdirSync(home);
  const target = join(home, nameOf(source));
  if (existsSync(source) && statSync(source).isDirectory()) copyFolder(source, target);
  else writeFormulaCheckpoint(readManifest(source), target);
  written.set(source, target);
  return target;
}

/** `sd15.manifest.json` -> `sd15.safetensors`; `model.safetensors.manifest.json` -> `model.safetensors`. */
function nameOf(source: string): string {
  const name = basename(source);
  if (!name.endsWith(MANIFEST)) return name;
  const stem = name.slice(0, -MANIFEST.length);
  return stem.endsWith('.safetensors') ? stem : `${stem}.safetensors`;
}

function copyFolder(source: string, target: string): void {
  mkdirSync(target);
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const from = join(source, entry.name.replace(/\.manifest\.json\.gz$/, MANIFEST));
    if (entry.isDirectory()) copyFolder(from, join(target, entry.name));
    else if (from.endsWith(MANIFEST)) writeFormulaCheckpoint(readManifest(from), join(target, nameOf(from)));
    else copyFileSync(from, join(target, entry.name));
  }
}
