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
