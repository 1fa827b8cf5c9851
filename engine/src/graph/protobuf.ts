/** Writes protocol buffers: the wire format only, no schemas. Source: the protobuf encoding specification. */

const ENCODER = new TextEncoder();
/** A graph has tens of thousands of messages, most of them of a few bytes. */
const SMALL_BYTES = 64;

/** Grows as needed; `bytes` gives what was written. */
export class ProtobufWriter {
  #buffer: Uint8Array;
  #length = 0;

  /** @param capacity bytes there is room for at first */
  constructor(capacity = 1024) {
    this.#buffer = new Uint8Array(capacity);
  }

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** An int32, int64, bool or enum field. Any safe integer; negative ones take ten bytes, as the format wants. */
  integer(field: number, value: number): this {
    this.#tag(field, 0);
    return this.#varint(value);
  }

  /** A float field. */
  float(field: number, value: number): this {
    this.#tag(field, 5);
    this.#reserve(4);
    new DataView(this.#buffer.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  /** A string field. */
  string(field: number, text: string): this {
    // Names are ASCII but for rare ones; asking the encoder for each takes a fifth of the time of a whole graph.
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return this.raw(field, ENCODER.encode(text));
    this.#tag(field, 2).#varint(text.length);
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) this.#buffer[this.#length++] = text.charCodeAt(i);
    return this;
  }

  /** A bytes field or an encoded message. */
  raw(field: number, bytes: Uint8Array): this {
    this.#tag(field, 2).#varint(bytes.length);
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** A message field, written by `write`. */
  message(field: number, write: (inner: ProtobufWriter) => void): this {
    const inner = new ProtobufWriter(SMALL_BYTES);
    write(inner);
    return this.raw(field, inner.bytes);
  }

  #tag(field: number, wireType: number): this {
    return this.#varint(field * 8 + wireType);
  }

  #varint(value: number): this {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`);
    this.#reserve(10);
    if (value < 0) {
      let rest = BigInt.asUintN(64, BigInt(value));
      while (rest > 0x7fn) {
        this.#buffer[this.#length++] = Number(rest & 0x7fn) | 0x80;
        rest >>= 7n;
      }
      this.#buffer[this.#length++] = Number(rest);
      return this;
    }
    // Division, not shifts: those would cut at 32 bits.
    let rest = value;
    while (rest > 0x7f) {
      this.#buffer[this.#length++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#length++] = rest;
    return this;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    grown.set(this.bytes);
    this.#buffer = grown;
  }
}
