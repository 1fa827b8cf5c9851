/** Writes pickles for tests, instruction by instruction or from values. Protocol 2, as torch uses it. */

const le32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};

/** Instructions as bytes: text is written as latin1, numbers as bytes. */
export const raw = (...parts: readonly (string | number | Uint8Array)[]): Buffer =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === 'string'
        ? Buffer.from(part, 'latin1')
        : typeof part === 'number'
          ? Buffer.from([part])
          : Buffer.from(part),
    ),
  );

/** A value that is written as the instructions it holds. */
export class Instructions {
  constructor(readonly bytes: Buffer) {}
}

export type Picklable =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Picklable[]
  | Map<Picklable, Picklable>
  | Instructions;

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return raw('X', le32(bytes.length), bytes);
};

/** Instructions that push a value. Arrays become tuples. */
function pushing(value: Picklable): Buffer {
  if (value === null) return raw('N');
  if (value instanceof Instructions) return value.bytes;
  if (typeof value === 'boolean') return raw(value ? 0x88 : 0x89);
  if (typeof value === 'string') return text(value);
  if (value instanceof Uint8Array) return raw('B', le32(value.length), value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new Error('only whole numbers');
    if (value >= -(2 ** 31) && value < 2 ** 31) return raw('J', le32(value));
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    return raw(0x8a, 8, bytes);
  }
  if (value instanceof Map)
    return raw('}', '(', ...[...value].flatMap(([key, part]) => [pushing(key), pushing(part)]), 'u');
  return raw('(', ...value.map(pushing), 't');
}

export const name = (module: string, what: string): Instructions => new Instructions(raw(`c${module}\n${what}\n`));

/** The name applied to arguments. */
export const reduce = (callee: Instructions, ...args: readonly Picklable[]): Instructions =>
  new Instructions(raw(callee.bytes, pushing(args), 'R'));

/** What torch writes for something that lies outside the pickle. */
export const persistent = (...reference: readonly Picklable[]): Instructions =>
  new Instructions(raw(pushing(reference), 'Q'));

/** A whole pickle of protocol 2. */
export const pickle = (value: Picklable): Buffer => raw(0x80, 2, pushing(value), '.');
