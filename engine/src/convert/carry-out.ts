/**
 * Carries a plan out: reads, adds, rounds and writes a chunk at a time, so that memory stays small whatever the size of
 * the models. Nothing has the target's name until everything is on the disk.
 */
import { mkdir, open, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { ModelWorkProgress, ModelWorkResult } from '@easel/shared/model-work';
import { StudioError } from '@easel/shared/errors';

import type { BakedAdapter } from '../adapters/baked-adapter.ts';
import { changedNumbers, type Change } from '../adapters/weight-changes.ts';
import { CheckpointFile } from '../checkpoint/checkpoint-file.ts';
import type { GroundedEntry } from '../checkpoint/derivation.ts';
import { placeTensors } from '../checkpoint/place-tensors.ts';
import { FILE_DTYPE_BYTES, type FileDtype, type TensorEntry } from '../checkpoint/tensor-entry.ts';
import { toFloat32 } from '../checkpoint/to-float32.ts';
import { writeAll } from '../checkpoint/write-all.ts';
import { combine } from './combine.ts';
import { fromFloat32, isFloat, towardsOdd, type WrittenDtype } from './numbers.ts';
import type { Plan, PlannedFile, PlannedTensor, Term } from './plan.ts';
import { encodeHeader } from './safetensors-header.ts';
import { storageError, Target } from './target.ts';

/** Numbers held at once of each tensor that takes part. */
const CHUNK_NUMBERS = 1 << 20;
const WRITTEN_AT_ONCE = 2 << 20;

export interface WorkContext {
  readonly report: (progress: Omit<ModelWorkProgress, 'etaMs'>) => void;
  /** Lets messages in; throws where somebody asked for the end. Called at least every chunk. */
  readonly breathe: () => Promise<void>;
}

/**
 * @param target absolute path of the file or, where the plan has several files, the folder
 * @throws name_taken | storage_unavailable
 * @throws model_gone | model_invalid when a source became another meanwhile
 * @throws cancelled; then, as after every other error, nothing is left behind
 */
export async function carryOut(
  plan: Plan,
  target: string,
  options: { readonly overwrite: boolean; readonly baked?: readonly BakedAdapter[] },
  context: WorkContext,
): Promise<Omit<ModelWorkResult, 'file'>> {
  const isFolder = plan.files.every(({ path }) => path !== '');
  const headers = plan.files.map(({ tensors, metadata }) => encodeHeader(tensors, metadata));
  const totalBytes = headers.reduce((sum, { fileBytes }) => sum + fileBytes, 0);
  const made = await Target.begin(target, { isFolder, mayReplace: options.overwrite });
  const work = new Work(context, totalBytes, options.baked ?? []);
  try {
    await made.requireRoom(totalBytes);
    await work.place(plan);
    for (const [i, file] of plan.files.entries()) {
      const path = isFolder ? join(made.draft, ...file.path.split('/')) : made.draft;
      await work.write(path, file, headers[i] as ReturnType<typeof encodeHeader>);
    }
    for (const { path, text } of plan.texts) await writeText(join(made.draft, ...path.split('/')), text);
    work.report('finishing');
    await context.breathe();
    await made.finish();
  } catch (thrown) {
    await made.discard();
    throw thrown;
  } finally {
    await work.close();
  }
  const tensors = plan.files.reduce((sum, file) => sum + file.tensors.length, 0);
  return { sizeBytes: totalBytes, tensors, notes: [...plan.notes, ...work.notes()] };
}

async function writeText(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flush: true });
  } catch (cause) {
    throw storageError(path, cause);
  }
}

class Work {
  #doneBytes = 0;
  #overflowed = 0;
  readonly #sources = new Map<string, CheckpointFile>();
  #placed: ReadonlyMap<string, TensorEntry> = new Map();
  #release: () => Promise<void> = () => Promise.resolve();

  constructor(
    private readonly context: WorkContext,
    private readonly totalBytes: number,
    private readonly baked: readonly BakedAdapter[],
  ) {}

  report(activity: ModelWorkProgress['activity']): void {
    this.context.report({ doneBytes: this.#doneBytes, totalBytes: this.totalBytes, activity });
  }

  notes(): string[] {
    if (this.#overflowed === 0) return [];
    return [`${this.#overflowed} numbers are too large for the precision and became infinite.`];
  }

  /** Makes, in a scratch file, the tensors that no file has as they are wanted. */
  async place({ files }: Plan): Promise<void> {
    this.report('reading');
    await this.context.breathe();
    const entries = files.flatMap(({ tensors }) => tensors.flatMap(({ terms }) => terms.map(({ from }) => from)));
    const derived = new Map(
      entries
        .filter(({ derivation }) => derivation !== undefined)
        .map((entry) => [keyOf(entry), { ...entry, name: keyOf(entry) }]),
    );
    const { header, release } = await placeTensors(
      { file: '', fileBytes: 0, modifiedMs: 0, metadata: new Map(), tensors: derived },
      () => true,
      this.context.breathe,
    );
    this.#placed = header.tensors;
    this.#release = release;
  }

  async write(path: string, { tensors }: PlannedFile, header: ReturnType<typeof encodeHeader>): Promise<void> {
    let handle: FileHandle;
    try {
      await mkdir(dirname(path), { recursive: true });
      handle = await open(path, 'wx');
    } catch (cause) {
      throw storageError(path, cause);
    }
    // Most tensors are a few kilobytes: alone each would cost more in calls than in bytes.
    let waiting: Uint8Array[] = [header.bytes];
    let waitingBytes = header.bytes.length;
    const flush = async (): Promise<void> => {
      await this.#append(handle, waiting.length === 1 ? (waiting[0] as Uint8Array) : Buffer.concat(waiting), path);
      waiting = [];
      waitingBytes = 0;
      this.report('writing');
      await this.context.breathe();
    };
    const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    try {
      for (const name of header.order) {
        for await (const bytes of this.#bytesOf(byName.get(name) as PlannedTensor)) {
          waiting.push(bytes);
          waitingBytes += bytes.length;
          if (waitingBytes >= WRITTEN_AT_ONCE) await flush();
        }
      }
      await flush();
      await handle.sync();
    } catch (thrown) {
      throw thrown instanceof StudioError ? thrown : storageError(path, thrown);
    } finally {
      await handle.close();
    }
  }

  async close(): Promise<void> {
    for (const source of this.#sources.values()) await source.close();
    await this.#release();
  }

  async *#bytesOf(tensor: PlannedTensor): AsyncGenerator<Uint8Array> {
    const { dtype, terms, shape } = tensor;
    const count = shape.reduce((product, extent) => product * extent, 1);
    const [first] = terms;
    const changes = await this.#changesOf(tensor);
    const isAsItWas = first.from.dtype === dtype && first.from.shape.join() === shape.join();
    if (changes.length === 0 && terms.length === 1 && first.factor === 1 && isAsItWas) {
      for (let done = 0; done < count; done += CHUNK_NUMBERS)
        yield this.#read(first.from, done, Math.min(CHUNK_NUMBERS, count - done));
      return;
    }
    // Of unlike shapes a number's place in one says nothing about its place in the other, but such tensors are small.
    const isWhole = changes.length > 0 || terms.some(({ from }) => from.shape.join() !== shape.join());
    const chunk = isWhole ? count : CHUNK_NUMBERS;
    for (let done = 0; done < count; done += chunk) {
      const values: Float32Array[] = [];
      for (const { from } of terms) {
        const own = isWhole
          ? from.shape.reduce((product, extent) => product * extent, 1)
          : Math.min(chunk, count - done);
        values.push(toFloat32(await this.#read(from, done, own), floatDtype(from)));
      }
      const sum = bake(tensor, combine(tensor, values), changes);
      const { bytes, overflowed } = fromFloat32(sum, dtype as WrittenDtype);
      this.#overflowed += overflowed;
      yield bytes;
    }
  }

  async #changesOf({ name }: PlannedTensor): Promise<Change[]> {
    const changes: Change[] = [];
    for (const adapter of this.baked) changes.push(...(await adapter.changes(name)));
    return changes;
  }

  async #read(from: Term['from'], start: number, count: number): Promise<Buffer> {
    const entry = this.#placed.get(keyOf(from)) ?? from;
    const file = entry.file ?? from.file;
    const size = FILE_DTYPE_BYTES[entry.dtype];
    const source = this.#sources.get(file) ?? (await CheckpointFile.open(file));
    this.#sources.set(file, source);
    return source.read(entry.offset + start * size, count * size);
  }

  async #append(handle: FileHandle, bytes: Uint8Array, path: string): Promise<void> {
    await writeAll(handle, bytes, null, (cause) => storageError(path, cause));
    this.#doneBytes += bytes.length;
  }
}

/** Numbers of a whole tensor with what adapters change of them, rounded as their sums are. */
function bake({ name, shape, dtype }: PlannedTensor, data: Float32Array, changes: readonly Change[]): Float32Array {
  if (changes.length === 0) return data;
  return changedNumbers({ name, data, shape }, changes, dtype === 'F32' ? undefined : towardsOdd);
}

/** Two files may have tensors of one name. */
const keyOf = ({ file, name }: GroundedEntry): string => `${file}\n${name}`;

function floatDtype({ dtype, name }: TensorEntry): FileDtype {
  if (isFloat(dtype)) return dtype;
  throw new StudioError('internal', `${name} is of ${dtype}, which is not computed with.`);
}
