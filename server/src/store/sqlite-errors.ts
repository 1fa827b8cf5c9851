/** What SQLite says, in words for people: a full or absent disk is not a bug of ours. */
import { StudioError } from '@easel/shared/errors';

interface Trouble {
  /** Primary result code, https://www.sqlite.org/rescode.html */
  readonly code: number;
  /** SQLite's own words: the driver's all() and iterate() keep those and lose the code. */
  readonly words: string;
  /** For people; null = it is the file's fault, not the storage's. */
  readonly sentence: string | null;
}

const TROUBLES = {
  busy: { code: 5, words: 'database is locked', sentence: 'another program holds it' },
  readOnly: { code: 8, words: 'attempt to write a readonly database', sentence: 'it is read-only' },
  ioError: { code: 10, words: 'disk I/O error', sentence: 'the disk reports an error' },
  corrupt: { code: 11, words: 'database disk image is malformed', sentence: null },
  full: { code: 13, words: 'database or disk is full', sentence: 'the disk is full' },
  cannotOpen: { code: 14, words: 'unable to open database file', sentence: 'it cannot be opened' },
  notADatabase: { code: 26, words: 'file is not a database', sentence: null },
} as const satisfies Record<string, Trouble>;
type Kind = keyof typeof TROUBLES;

/** What kind of trouble an error is; null when it is not SQLite's, or none of these. */
export function sqliteTrouble(thrown: unknown): Kind | null {
  if (!(thrown instanceof Error)) return null;
  const { errcode } = thrown as { errcode?: unknown };
  const isOf = ({ code, words }: Trouble): boolean =>
    // The low byte is the primary code.
    typeof errcode === 'number' ? (errcode & 0xff) === code : thrown.message.includes(words);
  return (Object.keys(TROUBLES) as Kind[]).find((kind) => isOf(TROUBLES[kind])) ?? null;
}

/** The same error, or `storage_unavailable` where the storage is to blame. */
export function asStorageError(thrown: unknown): unknown {
  const kind = sqliteTrouble(thrown);
  const sentence = kind === null ? null : TROUBLES[kind].sentence;
  if (sentence === null) return thrown;
  return new StudioError(
    'storage_unavailable',
    `The database in the data folder cannot be used: ${sentence}.`,
    { hint: 'Make room or make the data folder writable; then try again.' },
    { cause: thrown },
  );
}
