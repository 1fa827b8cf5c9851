/** One model file as the library knows it, and how clients see it. Pure: the library keeps it, this looks at it. */
import { checkpointDetection } from '@easel/shared/checkpoint';
import type { WireError } from '@easel/shared/errors';
import type { GenerationDefaults } from '@easel/shared/generation';
import type { ModelDefaults, ModelKind, ModelView } from '@easel/shared/http/models';

import { keyText, type ModelKey, type ModelRecord } from '../store/model-records.ts';
import type { ModelSettings } from '../store/model-settings-records.ts';
import { shownError } from './job-view.ts';
import type { FoundModelFile } from './model-scan.ts';

/** Length of the hashes people compare. */
const AUTO_V2_DIGITS = 10;
const AUTO_V3_DIGITS = 12;
const SHORT_DIGITS = 8;

export interface Entry extends ModelKey {
  id: string;
  /** The end of the id, without root and kind: path below the folder of its kind, without extension. */
  stem: string;
  kind: ModelKind;
  /** Absolute folder of its kind, which `found.path` lies below. */
  folder: string;
  found: FoundModelFile;
  /** What is known of the file as it is now; null for what is no model file. */
  record: ModelRecord | null;
  isAvailable: boolean;
}

/** What of an entry does not lie in it. */
export interface EntrySurroundings {
  settings: ModelSettings;
  /** Names the version of the picture; null = none. */
  preview: string | null;
  hashing: ModelView['hashing'];
  /** Which examination counts. */
  examiner: string;
}

export const keyOf = (entry: ModelKey): string => keyText(entry);

/**
 * Whose words count about an entry: another engine, another correction or another sidecar may say something else.
 * @param engine names the build of the engine
 */
export const examinerOf = (engine: string, { found }: Entry, { overrides }: ModelSettings): string => {
  const corrections = Object.entries(overrides).sort(([left], [right]) => (left < right ? -1 : 1));
  const beside = [found.beside.json, found.beside.yaml].map((file) => file?.mtimeMs ?? '-').join(' ');
  return `${engine} ${beside} ${corrections.length === 0 ? '' : JSON.stringify(corrections)}`.trim();
};

/** Kinds of files that the engine looks into when they are found. */
const EXAMINED: readonly ModelKind[] = ['checkpoint', 'lora', 'embedding'];

/** Whether it waits to be examined. */
export const isPending = (entry: Entry, examiner: string): boolean =>
  EXAMINED.includes(entry.kind) &&
  entry.isAvailable &&
  entry.found.reason === null &&
  entry.record?.examiner !== examiner;

/** What is known of a usable one; null for all others. */
export const inspectionOf = (entry: Entry, examiner: string): NonNullable<ModelRecord['inspection']> | null =>
  entry.isAvailable && entry.found.reason === null && !isPending(entry, examiner)
    ? (entry.record?.inspection ?? null)
    : null;

/** What is known of a usable LoRA or embedding; null for all others. */
const networkOf = (entry: Entry, examiner: string): ModelRecord['network'] =>
  entry.isAvailable && entry.found.reason === null && !isPending(entry, examiner)
    ? (entry.record?.network ?? null)
    : null;

export const fileNameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
export const nameOf = (entry: Entry): string => entry.record?.inspection?.title ?? fileNameOf(entry.stem);

const PENDING = {
  code: 'model_pending',
  message: 'It has not been examined yet.',
  hint: 'Try again in a few seconds.',
};

const reasonOf = (entry: Entry, examiner: string): ModelView['reason'] => {
  if (!entry.isAvailable) {
    return {
      code: 'model_unavailable',
      message: `The folder "${entry.root}" it lies in cannot be reached.`,
      hint: 'Connect the drive again; then look at the folders again.',
    };
  }
  if (entry.found.reason !== null) return entry.found.reason;
  if (!EXAMINED.includes(entry.kind)) return null;
  const error = entry.record?.error ?? null;
  return isPending(entry, examiner) || error === null ? PENDING : shownError(error);
};

/** The model's own, ruled by a person's; whose VAE decodes is no field of a request. */
const withOwn = (found: GenerationDefaults, { vae: _vae, ...own }: ModelDefaults): GenerationDefaults => ({
  ...found,
  ...own,
});

/** Kept with the reason why a correction does not work. */
const detectionInError = (error: WireError | null): ModelView['detection'] =>
  checkpointDetection.safeParse(error?.details?.['detection']).data ?? null;

export function viewOf(entry: Entry, { settings, preview, hashing, examiner }: EntrySurroundings): ModelView {
  const { found, record } = entry;
  const inspection = inspectionOf(entry, examiner);
  const network = networkOf(entry, examiner);
  const isUsable = inspection !== null || network !== null;
  const sha256 = record?.sha256 ?? null;
  return {
    id: entry.id,
    kind: entry.kind,
    name: nameOf(entry),
    fileName: fileNameOf(found.path),
    root: entry.root === '' ? null : entry.root,
    sizeBytes: found.sizeBytes,
    modifiedAt: new Date(found.mtimeMs).toISOString(),
    sha256,
    hashes: {
      sha256,
      autoV2: sha256?.slice(0, AUTO_V2_DIGITS) ?? null,
      autoV3: record?.autoV3?.slice(0, AUTO_V3_DIGITS) ?? null,
      short: record?.shortHash?.slice(0, SHORT_DIGITS) ?? null,
    },
    hashing,
    isUsable,
    isAvailable: entry.isAvailable,
    reason: isUsable ? null : reasonOf(entry, examiner),
    family: inspection?.family ?? null,
    familyLabel: inspection?.familyLabel ?? null,
    evidence: inspection?.evidence ?? null,
    detection: inspection?.detection ?? detectionInError(record?.error ?? null),
    network,
    conditioning: inspection?.conditioning ?? null,
    overrides: settings.overrides,
    defaults: inspection === null ? null : withOwn(inspection.defaults, settings.defaults),
    ownDefaults: settings.defaults,
    preview,
    notes: settings.notes,
    triggerWords: settings.triggerWords,
    examples: inspection?.examples ?? [],
  };
}
