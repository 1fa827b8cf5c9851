/**
 * What a pickle turns into here: plain data and inert records. Nothing in this file, nor anything that reads it, can be
 * called; the names of Python's functions and classes are kept as text.
 */
import type { FileDtype } from '../tensor-entry.ts';

/** The name of a Python function or class, without the thing itself. */
export class PickleName {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}

  /** e.g. `torch._utils._rebuild_tensor_v2`. */
  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

/** An instance of a class we know by name only: what it was made from, as data. */
export class PickleObject {
  /** Entries set on it as on a dictionary; null where there were none. */
  items: PickleDict | null = null;
  /** What it was restored with; undefined where nothing was. */
  state: PickleValue | undefined = undefined;

  constructor(
    readonly type: PickleName,
    readonly args: readonly PickleValue[],
  ) {}
}

/** A block of numbers that lies outside the pickle, by its key. */
export class StorageRef {
  constructor(
    readonly key: string,
    /** null = bytes whose meaning each tensor states itself. */
    readonly dtype: FileDtype | null,
    /** Elements as the pickle claims; bytes where there is no dtype. */
    readonly count: number,
    /** Elements to skip: old files share storages by views. */
    readonly offset: number,
  ) {}
}

/** A view of a storage. Claims only: checked where the storage is known. */
export class TensorRef {
  constructor(
    readonly storage: StorageRef,
    readonly dtype: FileDtype,
    /** First element, counted in elements from the beginning of the storage. */
    readonly start: number,
    readonly shape: readonly number[],
    /** In elements, one for each axis; 0 repeats. */
    readonly strides: readonly number[],
  ) {}
}

/** A Map, so that no key is ever a path into one of our objects. */
export type PickleDict = Map<PickleValue, PickleValue>;

/** Lists and tuples are arrays; integers beyond 2^53 are bigints. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleDict
  | Set<PickleValue>
  | PickleName
  | PickleObject
  | StorageRef
  | TensorRef;

/** Why a pickle is refused. `problem` completes "X is not a readable checkpoint: ...". */
export class PickleProblem extends Error {
  constructor(
    readonly kind: 'unsafe' | 'damaged' | 'short',
    readonly problem: string,
    /** The global that was asked for; unsafe pickles only. */
    readonly global: string | null = null,
  ) {
    super(problem);
  }
}

export const damaged = (problem: string): PickleProblem => new PickleProblem('damaged', problem);

/** Longest part of a name from a file that goes into a message. */
const SHOWN_LENGTH = 120;
export const shown = (text: string): string => (text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text);

export const unsafe = (path: string): PickleProblem =>
  new PickleProblem('unsafe', `it asks for ${shown(path)}`, shown(path));
