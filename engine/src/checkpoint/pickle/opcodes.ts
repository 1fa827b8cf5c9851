/** The instructions of pickles, protocols 0 to 5, by number. Source: CPython's Lib/pickletools.py. */
import type { PickleValue } from './values.ts';

const letter = (text: string): number => text.charCodeAt(0);

/**
 * Absent on purpose, so that they are refused as unknown: PERSID (what torch would write with protocol 0, and cannot read
 * itself), and the buffers of protocol
 * 5, which would have to come from outside the file.
 */
export const OP = {
  mark: letter('('),
  stop: letter('.'),
  pop: letter('0'),
  popMark: letter('1'),
  dup: letter('2'),
  float: letter('F'),
  int: letter('I'),
  binInt: letter('J'),
  binInt1: letter('K'),
  long: letter('L'),
  binInt2: letter('M'),
  none: letter('N'),
  binPersId: letter('Q'),
  reduce: letter('R'),
  string: letter('S'),
  binString: letter('T'),
  shortBinString: letter('U'),
  unicode: letter('V'),
  binUnicode: letter('X'),
  append: letter('a'),
  build: letter('b'),
  global: letter('c'),
  dict: letter('d'),
  emptyDict: letter('}'),
  appends: letter('e'),
  get: letter('g'),
  binGet: letter('h'),
  inst: letter('i'),
  longBinGet: letter('j'),
  list: letter('l'),
  emptyList: letter(']'),
  obj: letter('o'),
  put: letter('p'),
  binPut: letter('q'),
  longBinPut: letter('r'),
  setItem: letter('s'),
  tuple: letter('t'),
  emptyTuple: letter(')'),
  setItems: letter('u'),
  binFloat: letter('G'),
  binBytes: letter('B'),
  shortBinBytes: letter('C'),
  proto: 0x80,
  newObj: 0x81,
  ext1: 0x82,
  ext2: 0x83,
  ext4: 0x84,
  tuple1: 0x85,
  tuple2: 0x86,
  tuple3: 0x87,
  newTrue: 0x88,
  newFalse: 0x89,
  long1: 0x8a,
  long4: 0x8b,
  shortBinUnicode: 0x8c,
  binUnicode8: 0x8d,
  binBytes8: 0x8e,
  emptySet: 0x8f,
  addItems: 0x90,
  frozenSet: 0x91,
  newObjEx: 0x92,
  stackGlobal: 0x93,
  memoize: 0x94,
  frame: 0x95,
  byteArray8: 0x96,
} as const;

/** Instructions that push one thing and nothing else. */
export const FIXED: ReadonlyMap<number, PickleValue> = new Map<number, PickleValue>([
  [OP.none, null],
  [OP.newTrue, true],
  [OP.newFalse, false],
]);
