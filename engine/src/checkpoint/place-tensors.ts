/**
 * Makes the bytes of tensors that no file has as a network wants them (turned, stacked, packed, of the other byte
 * order), once, in a scratch file; everything else stays where it is. Memory stays bounded whatever the size.
 */
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createInflateRaw } from 'node:zlib';

import { StudioError } from '@easel/shared/errors';

import { CheckpointFile, invalid } from './checkpoint-file.ts';
import { entryOfPieces, isContiguous, spanOf } from './derivation.ts';
import { gather, swapBytes } from './gather.ts';
import type { CheckpointHeader } from './header.ts';
import { makeScratch, scratchError } from './scratch.ts';
import { FILE_DTYPE_BYTES, type Piece, type StoragePlace, type TensorEntry } from './tensor-entry.ts';
import { unpack } from './unpack.ts';
import { writeAll } from './write-all.ts';

export interface PlacedCheckpoint {
  /** Every wanted tensor lies at an offset of a file. */
  readonly header: CheckpointHeader;
  /** Removes what was made. Call it when no session uses the weights any more. */
  release(): Promise<void>;
}

const CHUNK_BYTES = 8 << 20;
/** Most of a file that is held to gather a view from. The largest matrix of any encoder is smaller. */
const LARGEST_SPAN = 512 << 20;

/** Networks are never built from the copies that training keeps beside the weights. */
const isOrdinary = (name: string): boolean => !name.startsWith('model_ema.');

/**
 * @param isWanted names of the tensors that will be used; the others are left as they are
 * @param betweenTensors called before each one; what it throws ends the work and leaves nothing
 * @throws model_invalid when a packed block cannot be unpacked, or a view is too large to be gathered
 * @throws model_gone when the file is not there any more
 * @throws storage_unavailable when there is no room for what is made
 */
export async function placeTensors(
  header: CheckpointHeader,
  isWanted: (name: string) => boolean = isOrdinary,
  betweenTensors: () => Promise<void> = () => Promise.resolve(),
): Promise<PlacedCheckpoint> {
  const derived = [...header.tensors.values()].filter(
    ({ name, derivation }) => derivation !== undefined && isWanted(name),
  );
  if (derived.length === 0) return { header, release: () => Promise.resolve() };
  const scratch = await makeScratch();
  try {
    const tensors = new Map(header.tensors);
    const placer = await Placer.create(join(scratch.folder, 'weights'));
    try {
      for (const entry of derived) {
        await betweenTensors();
        tensors.set(entry.name, await placer.place(entry));
      }
    } finally {
      await placer.close();
    }
    return { header: { ...header, tensors }, release: scratch.release };
  } catch (thrown) {
    await scratch.release();
    throw thrown;
  }
}

class Placer {
  #end = 0;
  readonly #unpacked = new Map<StoragePlace, Promise<StoragePlace>>();
  readonly #sources = new Map<string, CheckpointFile>();

  private constructor(
    private readonly file: string,
    private readonly target: FileHandle,
  ) {}

  static async create(file: string): Promise<Placer> {
    return new Placer(
      file,
      await open(file, 'wx+').catch((cause: unknown) => {
        throw scratchError(cause);
      }),
    );
  }

  async close(): Promise<void> {
    await this.target.close();
    for (const source of this.#sources.values()) await source.close();
  }

  async place({ name, dtype, shape, derivation }: TensorEntry): Promise<TensorEntry> {
    const pieces: Piece[] = [];
    for (const piece of derivation?.pieces ?? []) pieces.push({ ...piece, storage: await this.#plain(piece.storage) });
    const entry = entryOfPieces(name, dtype, shape, pieces);
    if (entry.derivation === undefined) return entry;
    const { derivation: _done, ...rest } = entry;
    const offset = this.#end;
    for (const piece of pieces) await this.#write(piece, FILE_DTYPE_BYTES[dtype], name);
    return { ...rest, file: this.file, offset };
  }

  /** The storage as plain bytes; unpacked at its first use. */
  async #plain(storage: StoragePlace): Promise<StoragePlace> {
    if (storage.packedBytes === null) return storage;
    const known = this.#unpacked.get(storage) ?? this.#unpack(storage, storage.packedBytes);
    this.#unpacked.set(storage, known);
    return known;
  }

  async #unpack(storage: StoragePlace, packedBytes: number): Promise<StoragePlace> {
    const { file, offset, byteLength } = storage;
    const start = this.#end;
    const bad = (options?: ErrorOptions): Error => invalid(file, 'a packed part of it cannot be unpacked', {}, options);
    if (Math.max(packedBytes, byteLength) <= CHUNK_BYTES) {
      const bytes = await unpack(await this.#read(file, offset, packedBytes), byteLength);
      if (bytes === null) throw bad();
      await this.#append(bytes);
      return { ...storage, file: this.file, offset: start, packedBytes: null };
    }
    const source = createReadStream(file, { start: offset, end: offset + packedBytes - 1, highWaterMark: CHUNK_BYTES });
    const inflating = createInflateRaw({ chunkSize: 1 << 20 });
    source.on('error', (error) => inflating.destroy(error)).pipe(inflating);
    try {
      for await (const chunk of inflating as AsyncIterable<Buffer>) {
        if (this.#end - start + chunk.length > byteLength) throw bad();
        await this.#append(chunk);
      }
    } catch (thrown) {
      throw thrown instanceof StudioError ? thrown : bad({ cause: thrown });
    } finally {
      source.destroy();
    }
    if (this.#end - start !== byteLength) throw bad();
    return { ...storage, file: this.file, offset: start, packedBytes: null };
  }

  async #write(piece: Piece, elementBytes: number, name: string): Promise<void> {
    const { storage, start, shape } = piece;
    const count = shape.reduce((total, extent) => total * extent, 1);
    const isWhole = isContiguous(piece);
    const spanBytes = (isWhole ? count : spanOf(piece)) * elementBytes;
    if (!isWhole && spanBytes > LARGEST_SPAN) {
      throw invalid(
        storage.file,
        `tensor ${name} lies scattered over ${spanBytes} bytes of it, too many to put in order`,
      );
    }
    const from = storage.offset + start * elementBytes;
    const read = async (position: number, length: number): Promise<Buffer> => {
      const bytes = await this.#read(storage.file, position, length);
      if (storage.isBigEndian) swapBytes(bytes, elementBytes);
      return bytes;
    };
    if (!isWhole) return this.#append(gather(await read(from, spanBytes), piece, elementBytes));
    for (let done = 0; done < spanBytes; done += CHUNK_BYTES) {
      await this.#append(await read(from + done, Math.min(CHUNK_BYTES, spanBytes - done)));
    }
  }

  async #read(file: string, position: number, length: number): Promise<Buffer> {
    if (file === this.file) {
      const bytes = Buffer.allocUnsafeSlow(length);
      await this.target.read(bytes, 0, length, position);
      return bytes;
    }
    const source = this.#sources.get(file) ?? (await CheckpointFile.open(file));
    this.#sources.set(file, source);
    return source.read(position, length);
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await writeAll(this.target, bytes, this.#end, scratchError);
    this.#end += bytes.length;
  }
}
