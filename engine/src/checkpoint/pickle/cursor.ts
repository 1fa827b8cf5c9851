/** Reads a pickle's bytes in order; every length is checked against what is there before anything is made of it. */
import { PickleProblem } from './values.ts';

const UTF8 = new TextDecoder('utf-8');
const LATIN1 = new TextDecoder('latin1');
const NEWLINE = 0x0a;

export class PickleCursor {
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    public position: number,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Moves past `length` bytes and gives where they begin. @throws PickleProblem `short` when they are not all there */
  #take(length: number): number {
    const from = this.position;
    if (length > this.bytes.length - from) throw new PickleProblem('short', 'its pickle breaks off');
    this.position = from + length;
    return from;
  }

  u8(): number {
    return this.bytes[this.#take(1)] as number;
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** A length of eight bytes. Beyond 2^53 it is inexact, and larger than any pickle either way. */
  u64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  /** Big-endian, as pickles alone have it. */
  f64(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  /** A copy; a Buffer's own slice would be none. */
  raw(length: number): Uint8Array {
    const from = this.#take(length);
    return new Uint8Array(this.bytes.subarray(from, from + length));
  }

  /** Lone surrogates, which Python may write, become U+FFFD. */
  text(length: number): string {
    const from = this.#take(length);
    return UTF8.decode(this.bytes.subarray(from, from + length));
  }

  /** The text up to the next line feed, which is skipped. */
  line(longest: number): string {
    const from = this.position;
    const end = this.bytes.indexOf(NEWLINE, from);
    const length = (end < 0 ? this.bytes.length : end) - from;
    if (length > longest) throw new PickleProblem('damaged', 'its pickle has an endless line');
    this.#take(length + 1);
    return LATIN1.decode(this.bytes.subarray(from, from + length));
  }
}
