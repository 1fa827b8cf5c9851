/**
 * The tensors in what torch.save wrote, as entries of a header: named by where they lie in the file's dictionaries, each
 * checked against its storage.
 */
import { invalid, type CheckpointFile } from './checkpoint-file.ts';
import { entryOfView } from './derivation.ts';
import type { CheckpointHeader } from './header.ts';
import { PickleObject, shown, TensorRef, type PickleDict, type PickleValue } from './pickle/values.ts';
import type { TensorEntry } from './tensor-entry.ts';
import type { TorchFile } from './torch-file.ts';

/** Real checkpoints have 2,500 tensors, with optimizer state three times as many. */
const MOST_TENSORS = 20_000;
/** Dictionaries within dictionaries, and everything that is looked at on the way. */
const DEEPEST = 64;
const MOST_VALUES = 500_000;
const LONGEST_NAME = 1000;

/**
 * Every tensor below a value, by the keys that lead to it, joined with dots.
 *
 * @throws model_invalid when one does not fit its storage, or there is no end of them
 */
function listTensors(
  { storages }: Pick<TorchFile, 'storages'>,
  from: PickleValue,
  file: string,
): Map<string, TensorEntry> {
  const tensors = new Map<string, TensorEntry>();
  let looked = 0;
  const look = (value: PickleValue, path: string, depth: number): void => {
    if (++looked > MOST_VALUES) throw invalid(file, 'its content has no end');
    if (path.length > LONGEST_NAME) throw invalid(file, 'a name in it is absurdly long');
    if (value instanceof TensorRef) {
      if (tensors.size >= MOST_TENSORS) throw invalid(file, `it holds more than ${MOST_TENSORS} tensors`);
      tensors.set(path, entryOfTensor(value, path, storages, file));
      return;
    }
    const parts = namedParts(value);
    if (parts === null) return;
    if (depth > DEEPEST) throw invalid(file, `its content is nested more than ${DEEPEST} deep`);
    for (const [key, part] of parts) {
      if (typeof key === 'string' || typeof key === 'number')
        look(part, path === '' ? String(key) : `${path}.${key}`, depth + 1);
    }
  };
  look(from, '', 0);
  return tensors;
}

function namedParts(value: PickleValue): Iterable<[PickleValue, PickleValue]> | null {
  if (Array.isArray(value)) return value.entries();
  if (value instanceof Map) return value;
  // Containers of parameters keep them in their state.
  if (value instanceof PickleObject)
    return [value.items, value.state].flatMap((part) => (part instanceof Map ? [...part] : []));
  return null;
}

function entryOfTensor(
  { storage, dtype, start, shape, strides }: TensorRef,
  path: string,
  storages: TorchFile['storages'],
  file: string,
): TensorEntry {
  const place = storages.get(storage.key);
  const entry =
    place === undefined
      ? 'has no storage'
      : entryOfView(path, dtype, { storage: place, start: storage.offset + start, shape, strides });
  if (typeof entry === 'string') throw invalid(file, `tensor ${shown(path)} ${entry}`, { tensor: shown(path) });
  return entry;
}

/** Keys under which programs put the weights of a checkpoint beside their own notes; looked for in this order. */
const WRAPPERS = ['state_dict', 'params_ema', 'params-ema', 'params', 'model_state_dict', 'model'];
/** What torch's data-parallel wrapper puts before every name. */
const PARALLEL = 'module.';

const isNamed = (value: PickleValue | undefined): value is PickleDict => value instanceof Map && value.size > 0;

/** The dictionary of weights within wrappers, each of which may hold another. */
function unwrap(root: PickleValue): PickleValue {
  let inner = root;
  for (let depth = 0; depth < WRAPPERS.length; depth++) {
    if (!(inner instanceof Map)) return inner;
    const dictionary: PickleDict = inner;
    const found = WRAPPERS.map((key) => dictionary.get(key)).find(isNamed);
    if (found === undefined) return inner;
    inner = found;
  }
  return inner;
}

/** The header of a checkpoint that was saved by torch: its weights, without wrappers. @throws model_invalid */
export function headerOfTorch(torch: TorchFile, { file, stamp }: CheckpointFile): CheckpointHeader {
  const listed = listTensors(torch, unwrap(torch.root), file);
  if (listed.size === 0) throw invalid(file, 'it holds no tensors');
  const isParallel = [...listed.keys()].every((name) => name.startsWith(PARALLEL));
  const tensors = isParallel
    ? new Map(
        [...listed.values()].map((entry): [string, TensorEntry] => {
          const name = entry.name.slice(PARALLEL.length);
          return [name, { ...entry, name }];
        }),
      )
    : listed;
  return { ...stamp, metadata: new Map(), notes: notesOf(torch.root), tensors };
}

const MOST_NOTES = 100;

/** What programs say beside the weights; only what is no container. */
function notesOf(root: PickleValue): Map<string, unknown> {
  const notes = new Map<string, unknown>();
  if (!(root instanceof Map)) return notes;
  for (const [key, value] of root) {
    const isPlain = value === null || ['string', 'number', 'boolean'].includes(typeof value);
    if (typeof key === 'string' && isPlain && notes.size < MOST_NOTES) notes.set(key, value);
  }
  return notes;
}
