/**
 * The allow-list: every Python name that may stand in a pickle, and what the reader does on meeting it. Full names only,
 * never a module's whole content. Nothing here runs Python or anything a file brings; an entry either makes one of our
 * own records from plain data or keeps the name as text.
 *
 * Source: what torch.save and Lightning write, seen in files; torch/_utils.py for the order of arguments.
 */
import type { FileDtype } from '../tensor-entry.ts';
import {
  damaged,
  PickleName,
  PickleObject,
  StorageRef,
  TensorRef,
  unsafe,
  type PickleDict,
  type PickleValue,
} from './values.ts';

/** Makes our record from the arguments in the pickle. */
type Rebuild = (args: readonly PickleValue[], type: PickleName) => PickleValue;

/** What REDUCE and NEWOBJ do with a name; null = it may be named but never applied. */
type Entry = Rebuild | null;

/** Typed storages of torch, by class. */
export const STORAGE_DTYPES: ReadonlyMap<string, FileDtype> = new Map([
  ['DoubleStorage', 'F64'],
  ['FloatStorage', 'F32'],
  ['HalfStorage', 'F16'],
  ['BFloat16Storage', 'BF16'],
  ['LongStorage', 'I64'],
  ['IntStorage', 'I32'],
  ['ShortStorage', 'I16'],
  ['CharStorage', 'I8'],
  ['ByteStorage', 'U8'],
  ['BoolStorage', 'BOOL'],
]);

/** `torch.float16` and its like, by name. */
const TORCH_DTYPES: ReadonlyMap<string, FileDtype> = new Map([
  ['float64', 'F64'],
  ['float32', 'F32'],
  ['float16', 'F16'],
  ['bfloat16', 'BF16'],
  ['float8_e4m3fn', 'F8_E4M3'],
  ['float8_e5m2', 'F8_E5M2'],
  ['int64', 'I64'],
  ['int32', 'I32'],
  ['int16', 'I16'],
  ['int8', 'I8'],
  ['uint8', 'U8'],
  ['bool', 'BOOL'],
]);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function counts(value: PickleValue | undefined, what: string): number[] {
  if (!Array.isArray(value) || !value.every(isCount)) throw damaged(`a tensor's ${what} is no list of natural numbers`);
  return value;
}

function tensor(
  storage: PickleValue | undefined,
  start: PickleValue | undefined,
  shape: PickleValue | undefined,
  strides: PickleValue | undefined,
  stated: FileDtype | null = null,
): TensorRef {
  if (!(storage instanceof StorageRef)) throw damaged('a tensor has no storage');
  if (!isCount(start)) throw damaged("a tensor's offset is no natural number");
  const dtype = stated ?? storage.dtype;
  if (dtype === null) throw damaged('a tensor has no element type');
  const axes = counts(shape, 'shape');
  const steps = counts(strides, 'stride');
  if (axes.length !== steps.length) throw damaged("a tensor's shape and strides differ in length");
  return new TensorRef(storage, dtype, start, axes, steps);
}

function statedDtype(value: PickleValue | undefined): FileDtype {
  const dtype = value instanceof PickleName && value.module === 'torch' ? TORCH_DTYPES.get(value.name) : undefined;
  if (dtype === undefined) throw damaged('a tensor has an unknown element type');
  return dtype;
}

/** A Parameter is its tensor; whether it is trained does not matter here. */
const parameter: Rebuild = ([data]) => {
  if (!(data instanceof TensorRef) && !(data instanceof PickleObject)) throw damaged('a parameter is no tensor');
  return data;
};

/** A tensor with attributes of its own: `(rebuild, class, arguments, state)`. The attributes are left behind. */
const decorated: Rebuild = ([rebuild, , args], type) => {
  // Within itself it could go round for ever: a list may hold itself.
  if (!(rebuild instanceof PickleName) || rebuild.path === type.path || !Array.isArray(args))
    throw damaged('a tensor is put together wrongly');
  return applyGlobal(rebuild, args);
};

const inert: Rebuild = (args, type) => new PickleObject(type, args);

const dictionary: Rebuild = ([pairs]) => {
  const made: PickleDict = new Map();
  if (pairs instanceof Map) for (const [key, value] of pairs) made.set(key, value);
  else if (Array.isArray(pairs)) {
    for (const pair of pairs) {
      if (!Array.isArray(pair) || pair.length !== 2) throw damaged('a dictionary is put together wrongly');
      made.set(pair[0] as PickleValue, pair[1] as PickleValue);
    }
  } else if (pairs !== undefined) throw damaged('a dictionary is put together wrongly');
  return made;
};

const set: Rebuild = ([items = []]) => {
  if (!Array.isArray(items)) throw damaged('a set is put together wrongly');
  return new Set(items);
};

/** Bytes as protocol 2 writes them: text of the characters 0 to 255 and the name of that coding. */
const encodedText: Rebuild = ([text, coding]) => {
  const isLatin = typeof coding === 'string' && /^(latin-?1|iso-?8859-1)$/i.test(coding);
  if (typeof text !== 'string' || !isLatin) throw damaged('bytes are written in an unknown coding');
  return Uint8Array.from(Buffer.from(text, 'latin1'));
};

const bytes: Rebuild = (args) => {
  const [content] = args;
  if (content === undefined) return new Uint8Array(0);
  return content instanceof Uint8Array ? content.slice() : encodedText(args, new PickleName('_codecs', 'encode'));
};

const both = (modules: readonly string[], names: Readonly<Record<string, Entry>>): [string, Entry][] =>
  modules.flatMap((module) =>
    Object.entries(names).map(([name, entry]): [string, Entry] => [`${module}.${name}`, entry]),
  );

const ALLOWED: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  ...both(
    ['torch'],
    Object.fromEntries([...STORAGE_DTYPES.keys(), ...TORCH_DTYPES.keys(), 'Tensor'].map((n) => [n, null])),
  ),
  ...both(['torch'], { Size: ([items]) => counts(items, 'size'), device: inert }),
  ...both(['torch.storage'], { UntypedStorage: null }),
  ...both(['torch._utils'], {
    _rebuild_tensor: ([storage, start, shape, strides]) => tensor(storage, start, shape, strides),
    _rebuild_tensor_v2: ([storage, start, shape, strides]) => tensor(storage, start, shape, strides),
    _rebuild_tensor_v3: ([storage, start, shape, strides, , , dtype]) =>
      tensor(storage, start, shape, strides, statedDtype(dtype)),
    _rebuild_parameter: parameter,
    _rebuild_parameter_with_state: parameter,
  }),
  ...both(['torch._tensor'], { _rebuild_from_type_v2: decorated }),
  ...both(['torch.nn.parameter'], { Parameter: parameter }),
  ...both(['torch.nn.modules.container'], { ParameterDict: inert, ParameterList: inert }),
  ...both(['collections'], {
    OrderedDict: dictionary,
    // (kind of the values, pairs): the kind is a name and stays one.
    defaultdict: ([, ...rest], type) => dictionary(rest, type),
    Counter: dictionary,
  }),
  ...both(['builtins', '__builtin__'], {
    set,
    frozenset: set,
    bytearray: bytes,
    dict: null,
    list: null,
    int: null,
    float: null,
  }),
  ...both(['_codecs'], { encode: encodedText }),
  ...both(['numpy'], { dtype: inert, ndarray: null }),
  ...both(['numpy.core.multiarray', 'numpy._core.multiarray'], { scalar: inert, _reconstruct: inert }),
  ...both(['pytorch_lightning.callbacks.model_checkpoint', 'lightning.pytorch.callbacks.model_checkpoint'], {
    ModelCheckpoint: inert,
  }),
  ...both(['pytorch_lightning.callbacks.early_stopping', 'lightning.pytorch.callbacks.early_stopping'], {
    EarlyStopping: inert,
  }),
  ...both(['pytorch_lightning.utilities.parsing'], { AttributeDict: inert }),
]);

/** @throws PickleProblem `unsafe` for every name that is not on the list */
export function findGlobal(module: string, name: string): PickleName {
  const found = new PickleName(module, name);
  if (!ALLOWED.has(found.path)) throw unsafe(found.path);
  return found;
}

/**
 * What REDUCE, NEWOBJ and their relatives come to.
 *
 * @throws PickleProblem `unsafe` where the name may not be applied, `damaged` where the arguments are not what it takes
 */
export function applyGlobal(type: PickleName, args: readonly PickleValue[]): PickleValue {
  const entry = ALLOWED.get(type.path);
  if (entry === undefined) throw unsafe(type.path);
  if (entry === null) throw damaged(`it applies ${type.path}, which takes nothing`);
  return entry(args, type);
}
