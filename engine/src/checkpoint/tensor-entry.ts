/** A tensor of a checkpoint as its header tells of it: type, shape and where the bytes lie or come from. No bytes. */

/** Dtypes that may stand in a file. Only some of them can be weights; the others are counters and masks. */
export const FILE_DTYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const satisfies Record<string, number>;

export type FileDtype = keyof typeof FILE_DTYPE_BYTES;

/** `offset` of a tensor whose bytes lie nowhere as they are. */
export const UNPLACED = -1;

export interface TensorEntry {
  readonly name: string;
  readonly dtype: FileDtype;
  readonly shape: readonly number[];
  /** Absolute path of the file that holds the bytes; absent = the header's own. */
  readonly file?: string;
  /** Position of the first byte, from the beginning of the file; {@link UNPLACED} where there is a derivation. */
  readonly offset: number;
  readonly byteLength: number;
  /** How the bytes are made from what the files hold. `placeTensors` does it and gives entries without. */
  readonly derivation?: Derivation;
}

/** A block of numbers in a file. */
export interface StoragePlace {
  /** Absolute path. */
  readonly file: string;
  readonly offset: number;
  /** Bytes when unpacked. */
  readonly byteLength: number;
  /** Bytes in the file where it is deflated; null = stored as it is. */
  readonly packedBytes: number | null;
  readonly isBigEndian: boolean;
}

/** A view of a storage; everything in elements. */
export interface Piece {
  readonly storage: StoragePlace;
  readonly start: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

export interface Derivation {
  /** Pieces that lie one below the other along the first axis. */
  readonly pieces: readonly Piece[];
}
