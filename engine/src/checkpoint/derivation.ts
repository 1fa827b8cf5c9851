/**
 * Tensors as views of blocks in files, and what is made of them without reading a number: pieces, transposes, stacks.
 *
 * A view that lies in its file as it is wanted needs nothing and stays there; for the others the derivation says how the
 * bytes come about, and place-tensors.ts makes them when a network is started.
 */
import { FILE_DTYPE_BYTES, UNPLACED, type FileDtype, type Piece, type TensorEntry } from './tensor-entry.ts';

/** Axes a tensor may have; networks have at most five. */
const MOST_AXES = 8;
/** Repeated elements (stride 0) a view may have beyond those of its storage. */
const MOST_REPEATED = 1 << 24;

const product = (shape: readonly number[]): number => shape.reduce((total, extent) => total * extent, 1);

/** Strides of a tensor that lies row by row. */
function rowMajor(shape: readonly number[]): number[] {
  const strides = Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] as number) * Math.max(1, shape[axis + 1] as number);
  }
  return strides;
}

/** Whether the numbers of a view follow each other; an axis of one element may have any stride. */
export function isContiguous({ shape, strides }: Pick<Piece, 'shape' | 'strides'>): boolean {
  const wanted = rowMajor(shape);
  return shape.every((extent, axis) => extent === 1 || strides[axis] === wanted[axis]) || product(shape) === 0;
}

/** Elements from the first to behind the last that a view touches. */
export function spanOf({ shape, strides }: Pick<Piece, 'shape' | 'strides'>): number {
  if (product(shape) === 0) return 0;
  return 1 + shape.reduce((sum, extent, axis) => sum + (extent - 1) * (strides[axis] as number), 0);
}

/**
 * Checks a view against its storage and makes an entry of it.
 *
 * @returns the entry, or what is wrong as the end of a sentence
 */
export function entryOfView(name: string, dtype: FileDtype, piece: Piece): TensorEntry | string {
  const { storage, start, shape } = piece;
  const size = FILE_DTYPE_BYTES[dtype];
  const available = Math.floor(storage.byteLength / size);
  if (shape.length > MOST_AXES) return `has ${shape.length} axes`;
  const count = product(shape);
  if (!Number.isSafeInteger(count) || count > available + MOST_REPEATED)
    return `[${shape.join(', ')}] is larger than its storage`;
  if (!(start + spanOf(piece) <= available)) return 'reaches past the end of its storage';
  return entryOfPieces(name, dtype, shape, [piece]);
}

/** An entry for pieces that are known to be sound; it stays in the file where that is possible. */
export function entryOfPieces(
  name: string,
  dtype: FileDtype,
  shape: readonly number[],
  pieces: readonly Piece[],
): TensorEntry {
  const size = FILE_DTYPE_BYTES[dtype];
  const byteLength = product(shape) * size;
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1 && isAsWanted(only, size)) {
    return { name, dtype, shape, file: only.storage.file, offset: only.storage.offset + only.start * size, byteLength };
  }
  return { name, dtype, shape, offset: UNPLACED, byteLength, derivation: { pieces } };
}

/** Whether the file has the piece's bytes in the order a network wants them. */
function isAsWanted(piece: Piece, elementBytes: number): boolean {
  const { storage } = piece;
  return storage.packedBytes === null && (!storage.isBigEndian || elementBytes === 1) && isContiguous(piece);
}

/** An entry that names its file, so that it may move into another header. */
export type GroundedEntry = TensorEntry & { readonly file: string };

/** @param file the header's own */
export const grounded = (entry: TensorEntry, file: string): GroundedEntry => ({ ...entry, file: entry.file ?? file });

/** What an entry is made of. */
function piecesOf({ derivation, file, offset, byteLength, shape }: GroundedEntry): readonly Piece[] {
  if (derivation !== undefined) return derivation.pieces;
  const storage = { file, offset, byteLength, packedBytes: null, isBigEndian: false };
  return [{ storage, start: 0, shape, strides: rowMajor(shape) }];
}

/** A matrix as the kernel of a 1x1 convolution; anything else as it is. */
export function asKernel(entry: GroundedEntry): GroundedEntry {
  if (entry.shape.length !== 2) return entry;
  const shape = [...entry.shape, 1, 1];
  if (entry.derivation === undefined) return { ...entry, shape };
  const pieces = entry.derivation.pieces.map((piece) => ({
    ...piece,
    shape: [...piece.shape, 1, 1],
    strides: [...piece.strides, 1, 1],
  }));
  return { ...entry, shape, derivation: { pieces } };
}

/** The kernel of a 1x1 convolution as a matrix; anything else as it is. */
export function asMatrix(entry: GroundedEntry): GroundedEntry {
  const [rows = 0, columns = 0, ...rest] = entry.shape;
  if (rest.length !== 2 || rest.some((extent) => extent !== 1)) return entry;
  const shape = [rows, columns];
  if (entry.derivation === undefined) return { ...entry, shape };
  const pieces = entry.derivation.pieces.map((piece) => ({
    ...piece,
    shape: piece.shape.slice(0, 2),
    strides: piece.strides.slice(0, 2),
  }));
  return { ...entry, shape, derivation: { pieces } };
}

/** One of the three equal parts a tensor has from top to bottom; null where it has no such parts. */
export function thirdOf(entry: GroundedEntry, third: 0 | 1 | 2): GroundedEntry | null {
  const [rows = 0, ...rest] = entry.shape;
  const part = rows / 3;
  if (!Number.isInteger(part) || part === 0) return null;
  const pieces: Piece[] = [];
  let top = 0;
  for (const piece of piecesOf(entry)) {
    const height = piece.shape[0] as number;
    const [from, to] = [Math.max(part * third, top), Math.min(part * (third + 1), top + height)];
    if (from < to) {
      const start = piece.start + (from - top) * (piece.strides[0] as number);
      pieces.push({ ...piece, start, shape: [to - from, ...piece.shape.slice(1)] });
    }
    top += height;
  }
  // A name of its own: the other two thirds come from the same tensor.
  return grounded(entryOfPieces(`${entry.name}[${third}]`, entry.dtype, [part, ...rest], pieces), entry.file);
}

/** A matrix with rows and columns exchanged; null for anything else. */
export function turned(entry: GroundedEntry): GroundedEntry | null {
  const [only, ...others] = piecesOf(entry);
  if (only === undefined || others.length > 0 || only.shape.length !== 2) return null;
  const piece = { ...only, shape: only.shape.toReversed(), strides: only.strides.toReversed() };
  return grounded(entryOfPieces(entry.name, entry.dtype, piece.shape, [piece]), entry.file);
}

/** Tensors one below the other along the first axis; null when they differ in dtype or in their other axes. */
export function stacked(entries: readonly GroundedEntry[]): GroundedEntry | null {
  const [first] = entries;
  if (first === undefined || first.shape.length === 0) return null;
  const [, ...rest] = first.shape;
  const isLikeFirst = ({ dtype, shape }: TensorEntry): boolean =>
    dtype === first.dtype && shape.slice(1).join() === rest.join() && shape.length === first.shape.length;
  if (!entries.every(isLikeFirst)) return null;
  const rows = entries.reduce((sum, { shape }) => sum + (shape[0] as number), 0);
  return grounded(entryOfPieces(first.name, first.dtype, [rows, ...rest], entries.flatMap(piecesOf)), first.file);
}
