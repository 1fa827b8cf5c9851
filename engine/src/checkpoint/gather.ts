/** Takes the elements of a view out of the bytes it lies in. Pure; bytes in, bytes out. */
import type { Piece } from './tensor-entry.ts';

type View = Pick<Piece, 'shape' | 'strides'>;
/** Numbers are only moved, so their width is all that counts. */
type Words = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

function wordsOf(bytes: Uint8Array, elementBytes: number): Words {
  const { buffer, byteOffset, byteLength } = bytes;
  const count = byteLength / elementBytes;
  switch (elementBytes) {
    case 1:
      return bytes;
    case 2:
      return new Uint16Array(buffer, byteOffset, count);
    case 4:
      return new Uint32Array(buffer, byteOffset, count);
    default:
      return new BigUint64Array(buffer, byteOffset, count);
  }
}

/**
 * @param span bytes from the view's first element to its last, aligned to elements
 * @returns the elements row by row
 */
export function gather(span: Uint8Array, { shape, strides }: View, elementBytes: number): Uint8Array {
  const count = shape.reduce((total, extent) => total * extent, 1);
  const out = new Uint8Array(count * elementBytes);
  if (count === 0) return out;
  const from = wordsOf(span, elementBytes);
  const to = wordsOf(out, elementBytes);
  const inner = shape.at(-1) ?? 1;
  const step = strides.at(-1) ?? 1;
  const index = shape.map(() => 0);
  for (let written = 0; written < count;) {
    let source = index.reduce((sum, i, axis) => sum + i * (strides[axis] as number), 0);
    for (let i = 0; i < inner; i++, source += step) to[written++] = from[source] as never;
    // The next row: counts up like an odometer, the last axis being done already.
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
  return out;
}

/** Turns the bytes of every element round, in place. */
export function swapBytes(bytes: Buffer, elementBytes: number): void {
  if (elementBytes === 2) bytes.swap16();
  if (elementBytes === 4) bytes.swap32();
  if (elementBytes === 8) bytes.swap64();
}
