/**
 * Reads pickles of protocols 0 to 5 as data. It is a stack machine over plain values: nothing is imported, called or
 * constructed on behalf of a file, and a name that is not on the allow-list ends the reading (globals.ts).
 *
 * Memory is bounded by a budget, not by what lengths in the file claim. Source: the opcodes as documented in CPython's
 * Lib/pickletools.py.
 */
import { PickleCursor } from './cursor.ts';
import { applyGlobal, findGlobal, STORAGE_DTYPES } from './globals.ts';
import { FIXED, OP } from './opcodes.ts';
import { damaged, PickleName, PickleObject, StorageRef, unsafe, type PickleDict, type PickleValue } from './values.ts';

/**
 * Values a pickle may make, a container counting for several. The largest checkpoints with optimizer state need about a
 * tenth of it; all of it is about 300 MB.
 */
const BUDGET = 8_000_000;
const CONTAINER_COST = 16;
const MEMO_COST = 6;
/** What is slow to make counts by the time it takes. */
const TEXT_COST = 4;
const LONG_COST = 10;
const NAME_COST = 24;
/** Characters of text or bytes that count as one value where a file may have them copied. */
const COPIED_PER_UNIT = 16;
const LONGEST_LINE = 1 << 16;
/** Converting digits takes time that grows with their square. */
const LONGEST_INTEGER_BYTES = 256;
const LONGEST_INTEGER_DIGITS = 600;
const HIGHEST_PROTOCOL = 5;

export interface PickleResult {
  readonly value: PickleValue;
  /** Position behind the STOP. */
  readonly end: number;
  /** Every storage it refers to, once for each time, whether or not `value` still holds it. */
  readonly storages: readonly StorageRef[];
}

/**
 * @param start where in `bytes` the pickle begins
 * @throws PickleProblem `unsafe` naming the global, `damaged`, or `short` when the bytes end before the pickle does
 */
export function interpretPickle(bytes: Uint8Array, start = 0): PickleResult {
  return new Machine(new PickleCursor(bytes, start)).run();
}

class Machine {
  #stack: PickleValue[] = [];
  /** Stacks below each open MARK. */
  readonly #outer: PickleValue[][] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly #storages: StorageRef[] = [];
  #left = BUDGET;

  constructor(private readonly cursor: PickleCursor) {}

  run(): PickleResult {
    for (;;) {
      const code = this.cursor.u8();
      if (code === OP.stop) return { value: this.#pop(), end: this.cursor.position, storages: this.#storages };
      this.#step(code);
    }
  }

  #spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0) throw damaged('its pickle holds more than any checkpoint needs');
  }

  #push(value: PickleValue, cost = 1): void {
    this.#spend(cost);
    this.#stack.push(value);
  }

  #pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined) throw damaged('its pickle takes from an empty stack');
    return value;
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined) throw damaged('its pickle takes from an empty stack');
    return value;
  }

  /** Everything above the last MARK. */
  #popMarked(): PickleValue[] {
    const outer = this.#outer.pop();
    if (outer === undefined) throw damaged('its pickle has no mark where one is needed');
    const items = this.#stack;
    this.#stack = outer;
    return items;
  }

  #popList(): PickleValue[] {
    const items = this.#pop();
    if (!Array.isArray(items)) throw damaged('its pickle has something else where arguments are needed');
    return items;
  }

  #popText(): string {
    const text = this.#pop();
    if (typeof text !== 'string') throw damaged('its pickle has something else where text is needed');
    return text;
  }

  #step(code: number): void {
    const { cursor } = this;
    if (FIXED.has(code)) return this.#push(FIXED.get(code) as PickleValue);
    switch (code) {
      // Framing
      case OP.proto:
        if (cursor.u8() > HIGHEST_PROTOCOL) throw damaged('its pickle is of an unknown protocol');
        return;
      case OP.frame:
        // Only says how much may be read ahead; what it promises is checked where it is read.
        cursor.u64();
        return;

      // The stack
      case OP.mark:
        this.#spend(CONTAINER_COST);
        this.#outer.push(this.#stack);
        this.#stack = [];
        return;
      case OP.pop:
        if (this.#stack.length === 0) this.#popMarked();
        else this.#stack.pop();
        return;
      case OP.popMark:
        this.#popMarked();
        return;
      case OP.dup:
        return this.#push(this.#top());

      // Numbers
      case OP.binInt:
        return this.#push(cursor.i32());
      case OP.binInt1:
        return this.#push(cursor.u8());
      case OP.binInt2:
        return this.#push(cursor.u16());
      case OP.binFloat:
        return this.#push(cursor.f64());
      case OP.long1:
        return this.#push(this.#integer(cursor.u8()), LONG_COST);
      case OP.long4:
        return this.#push(this.#integer(cursor.i32()), LONG_COST);
      case OP.int:
        return this.#push(lineInteger(cursor.line(LONGEST_LINE), true));
      case OP.long:
        return this.#push(lineInteger(cursor.line(LONGEST_LINE).replace(/L$/, ''), false));
      case OP.float:
        return this.#push(lineFloat(cursor.line(LONGEST_LINE)));

      // Text and bytes
      case OP.binUnicode:
      case OP.binString:
        return this.#push(cursor.text(cursor.u32()), TEXT_COST);
      case OP.shortBinUnicode:
      case OP.shortBinString:
        return this.#push(cursor.text(cursor.u8()), TEXT_COST);
      case OP.binUnicode8:
        return this.#push(cursor.text(cursor.u64()), TEXT_COST);
      case OP.unicode:
        return this.#push(unescapeUnicode(cursor.line(LONGEST_LINE)), TEXT_COST);
      case OP.string:
        return this.#push(unquote(cursor.line(LONGEST_LINE)), TEXT_COST);
      case OP.binBytes:
        return this.#push(cursor.raw(cursor.u32()), CONTAINER_COST);
      case OP.shortBinBytes:
        return this.#push(cursor.raw(cursor.u8()), CONTAINER_COST);
      case OP.binBytes8:
      case OP.byteArray8:
        return this.#push(cursor.raw(cursor.u64()), CONTAINER_COST);

      // Containers
      case OP.emptyList:
      case OP.emptyTuple:
        return this.#push([], CONTAINER_COST);
      case OP.emptyDict:
        return this.#push(new Map(), CONTAINER_COST);
      case OP.emptySet:
        return this.#push(new Set(), CONTAINER_COST);
      case OP.list:
      case OP.tuple:
        return this.#push(this.#popMarked(), CONTAINER_COST);
      case OP.tuple1:
        return this.#tuple(1);
      case OP.tuple2:
        return this.#tuple(2);
      case OP.tuple3:
        return this.#tuple(3);
      case OP.dict:
        return this.#push(setPairs(new Map(), this.#popMarked()), CONTAINER_COST);
      case OP.frozenSet:
        return this.#push(new Set(this.#popMarked()), CONTAINER_COST);
      case OP.append:
        return this.#append([this.#pop()]);
      case OP.appends:
        return this.#append(this.#popMarked());
      case OP.addItems:
        return this.#addItems(this.#popMarked());
      case OP.setItem: {
        const value = this.#pop();
        return this.#setItems([this.#pop(), value]);
      }
      case OP.setItems:
        return this.#setItems(this.#popMarked());

      // The memo
      case OP.get:
        return this.#recall(lineIndex(cursor.line(LONGEST_LINE)));
      case OP.binGet:
        return this.#recall(cursor.u8());
      case OP.longBinGet:
        return this.#recall(cursor.u32());
      case OP.put:
        return this.#remember(lineIndex(cursor.line(LONGEST_LINE)));
      case OP.binPut:
        return this.#remember(cursor.u8());
      case OP.longBinPut:
        return this.#remember(cursor.u32());
      case OP.memoize:
        return this.#remember(this.#memo.size);

      // Names and what is done with them
      case OP.global: {
        const module = cursor.line(LONGEST_LINE);
        return this.#push(findGlobal(module, cursor.line(LONGEST_LINE)), NAME_COST);
      }
      case OP.stackGlobal: {
        const name = this.#popText();
        return this.#push(findGlobal(this.#popText(), name), NAME_COST);
      }
      case OP.inst: {
        const module = cursor.line(LONGEST_LINE);
        return this.#apply(findGlobal(module, cursor.line(LONGEST_LINE)), this.#popMarked());
      }
      case OP.obj: {
        const [type = null, ...args] = this.#popMarked();
        return this.#apply(type, args);
      }
      case OP.reduce:
      case OP.newObj: {
        const args = this.#popList();
        return this.#apply(this.#pop(), args);
      }
      case OP.newObjEx: {
        const named = this.#pop();
        if (!(named instanceof Map)) throw damaged('its pickle has something else where arguments are needed');
        const args = this.#popList();
        return this.#apply(this.#pop(), args);
      }
      case OP.build:
        return this.#build(this.#pop());
      case OP.ext1:
      case OP.ext2:
      case OP.ext4:
        // A number that stands for whatever another program has registered under it.
        throw unsafe('copyreg extension');

      // What lies outside the pickle
      case OP.binPersId: {
        const found = storage(this.#pop());
        this.#storages.push(found);
        return this.#push(found, CONTAINER_COST);
      }
      default:
        throw damaged(`its pickle has the unknown instruction 0x${code.toString(16).padStart(2, '0')}`);
    }
  }

  /** Little-endian two's complement. */
  #integer(length: number): number | bigint {
    if (length < 0 || length > LONGEST_INTEGER_BYTES) throw damaged('its pickle has an absurdly long number');
    const bytes = this.cursor.raw(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number);
    return smallest(length === 0 ? 0n : BigInt.asIntN(length * 8, value));
  }

  #tuple(length: number): void {
    if (this.#stack.length < length) throw damaged('its pickle takes from an empty stack');
    this.#push(this.#stack.splice(-length), CONTAINER_COST);
  }

  #append(items: readonly PickleValue[]): void {
    const target = this.#top();
    // A bytearray or an object may stand here too; whatever is hung on it is not needed.
    if (target instanceof PickleObject) return;
    if (!Array.isArray(target)) throw damaged('its pickle appends to something that is no list');
    for (const item of items) target.push(item);
  }

  #addItems(items: readonly PickleValue[]): void {
    const target = this.#top();
    if (!(target instanceof Set)) throw damaged('its pickle adds to something that is no set');
    for (const item of items) target.add(item);
  }

  #setItems(pairs: readonly PickleValue[]): void {
    const target = this.#top();
    this.#spend(pairs.length);
    if (target instanceof Map) setPairs(target, pairs);
    else if (target instanceof PickleObject) target.items = setPairs(target.items ?? new Map(), pairs);
    else throw damaged('its pickle sets an entry of something that is no dictionary');
  }

  #recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw damaged(`its pickle recalls entry ${index}, which it never stored`);
    this.#push(value);
  }

  #remember(index: number): void {
    this.#spend(MEMO_COST);
    this.#memo.set(index, this.#top());
  }

  #apply(type: PickleValue, args: readonly PickleValue[]): void {
    if (!(type instanceof PickleName)) throw damaged('its pickle applies something that is no name');
    // A rebuilt container is a copy, and a file may ask for many copies of one large list.
    this.#spend(args.reduce<number>((sum, arg) => sum + copyCost(arg), CONTAINER_COST));
    this.#push(applyGlobal(type, args));
  }

  /** State of a dictionary (`_metadata` of a state_dict) or of a tensor is not needed. */
  #build(state: PickleValue): void {
    const target = this.#top();
    if (target instanceof PickleObject) target.state = state;
  }
}

function copyCost(value: PickleValue): number {
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map || value instanceof Set) return value.size;
  if (typeof value === 'string' || value instanceof Uint8Array) return Math.ceil(value.length / COPIED_PER_UNIT);
  return 0;
}

function setPairs(target: PickleDict, pairs: readonly PickleValue[]): PickleDict {
  if (pairs.length % 2 !== 0) throw damaged('its pickle has a key without a value');
  for (let i = 0; i < pairs.length; i += 2) target.set(pairs[i] as PickleValue, pairs[i + 1] as PickleValue);
  return target;
}

/**
 * torch's reference to a storage: `("storage", class, key, device, count)`, in old files with a sixth part for a view,
 * `(key, offset, count)`.
 */
function storage(reference: PickleValue): StorageRef {
  if (!Array.isArray(reference) || reference[0] !== 'storage')
    throw damaged('it refers to something that is no storage');
  const [, type, key, , count, view = null] = reference;
  if (!(type instanceof PickleName) || typeof key !== 'string') throw damaged('a storage is referred to wrongly');
  const isUntyped = type.path === 'torch.storage.UntypedStorage';
  const dtype = isUntyped ? null : type.module === 'torch' ? STORAGE_DTYPES.get(type.name) : undefined;
  if (dtype === undefined) throw damaged(`a storage has the type ${type.path}`);
  if (!Number.isSafeInteger(count) || (count as number) < 0) throw damaged('a storage has an absurd length');
  let offset: PickleValue | undefined = 0;
  if (view !== null) {
    if (!Array.isArray(view)) throw damaged('a view of a storage is put together wrongly');
    offset = view[1];
  }
  if (!Number.isSafeInteger(offset) || (offset as number) < 0) throw damaged('a view of a storage begins nowhere');
  return new StorageRef(key, dtype, count as number, offset as number);
}

const smallest = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;

/** In the old protocols `00` and `01` are the booleans. */
function lineInteger(line: string, hasBooleans: boolean): PickleValue {
  if (hasBooleans && (line === '00' || line === '01')) return line === '01';
  const text = line.trim();
  if (!/^[+-]?\d+$/.test(text) || text.length > LONGEST_INTEGER_DIGITS) throw damaged('its pickle has a wrong number');
  return smallest(BigInt(text.replace(/^\+/, '')));
}

function lineFloat(line: string): number {
  const text = line.trim().toLowerCase();
  const special = /^([+-]?)(inf|infinity|nan)$/.exec(text);
  if (special !== null) return special[2] === 'nan' ? Number.NaN : special[1] === '-' ? -Infinity : Infinity;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(text)) throw damaged('its pickle has a wrong number');
  return Number(text);
}

function lineIndex(line: string): number {
  const index = lineInteger(line, false);
  if (typeof index !== 'number' || index < 0) throw damaged('its pickle has a wrong index');
  return index;
}

/** Python's raw-unicode-escape: only \uXXXX and \UXXXXXXXX are escapes. */
function unescapeUnicode(line: string): string {
  return line.replaceAll(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short?: string, long?: string) => {
    const code = Number.parseInt((short ?? long) as string, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\u0007',
  '\n': '',
};

/** Python's quoted text of protocol 0. */
function unquote(line: string): string {
  const quoted = /^(['"])(.*)\1$/s.exec(line.trim());
  if (quoted === null) throw damaged('its pickle has text without quotes');
  return (quoted[2] as string).replaceAll(
    /\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))/gs,
    (_, hex?: string, octal?: string, other?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      return ESCAPES[other as string] ?? (other as string);
    },
  );
}
