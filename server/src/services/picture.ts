/**
 * What the gallery and the queue ask of the code that writes and reads picture files (services/picture-file.ts).
 * It is a contract only, so that the order of a save can be tested with another implementation.
 */
import type { Catalogue } from '@easel/shared/catalogue';
import type { PictureNote } from '@easel/shared/picture-notes';
import type { TextToImageParameters } from '@easel/shared/generation';

/** A LoRA or an embedding that a prompt names. */
export interface NamedNetwork {
  kind: 'lora' | 'embedding';
  /** As the prompt has it. */
  name: string;
  /** In the model library. */
  id: string;
}

/** One that a picture was made with. */
export interface UsedNetwork extends NamedNetwork {
  /** 12 digits by which other programs look it up; null = not known. */
  hash: string | null;
}

/** Everything that belongs in the file; the pixels and what they came from. */
export interface PictureToSave {
  /**
   * Id of the picture (UUID). Not in the file, whose bytes depend on pixels and parameters alone: a picture that is
   * adopted gets a new one, which is always the same for the same file.
   */
  imageId: string;
  jobId: string;
  /** Place in the job, in [0, count). */
  imageIndex: number;
  width: number;
  height: number;
  /** RGB, row by row, 3 bytes a pixel. */
  rgb: Uint8Array;
  /** Of this one picture: its own seed, count 1. */
  parameters: TextToImageParameters;
  /** The model's title and its SHA-256 in hex; null when not known. */
  modelName: string;
  modelSha256: string | null;
  /** The LoRA and embeddings it was made with; absent = none. */
  networks?: readonly UsedNetwork[];
  /** What its viewers should know; absent = nothing. */
  notes?: readonly PictureNote[];
  /** ISO 8601, UTC. */
  createdAt: string;
  /** Of a sheet: the grid it shows, and what its text says of it; the parameters are those of one cell. */
  grid?: { readonly id: string; readonly settings: readonly (readonly [key: string, value: string])[] };
}

export interface SavedPicture {
  /** Path below the outputs folder, forward slashes. */
  file: string;
  /** Path below the thumbnails folder, forward slashes; null when making it failed (the picture counts all the same). */
  thumbnail: string | null;
  sizeBytes: number;
  /** The A1111 text that stands in the file. */
  infotext: string;
}

/** A file found in the outputs folder that carries our own chunk. */
export interface FoundPicture extends Omit<PictureToSave, 'rgb'> {
  sizeBytes: number;
  infotext: string;
}

/** Points of the save path at which a test may end the process; see services/failpoint.ts. */
export const FAILPOINTS = ['after-temp', 'after-rename', 'after-thumbnail', 'before-commit', 'after-commit'] as const;
export type FailpointName = (typeof FAILPOINTS)[number];
export type Failpoint = (name: FailpointName) => void;

/** What `createPictureFiles(options): PictureFiles` in services/picture-file.ts takes. */
export interface PictureFilesOptions {
  /** Absolute folders; both are there. */
  outputs: string;
  thumbnails: string;
  /** Of this program, for the files' metadata. */
  version: string;
  failpoint: Failpoint;
  /** Names of samplers and schedules for the infotext; null while the engine has not reported. */
  catalogue(): Catalogue | null;
  /** Ids of the jobs known to the database that begin so: a file's name has only the beginning of its job's id. */
  jobIdsStartingWith(prefix: string): Promise<string[]>;
}

export interface PictureFiles {
  /**
   * Encode, write to `<outputs>/.tmp`, fsync, rename (never over an existing file), fsync the folder, thumbnail.
   * Calls the failpoints `after-temp`, `after-rename`, `after-thumbnail`. When it resolves the picture is on disk.
   * @throws storage_unavailable when the disk refuses; nothing half-written stays under a final name
   */
  save(picture: PictureToSave): Promise<SavedPicture>;
  /** Reads our own chunk of a file below outputs; null when it has none or is not a whole PNG. Treats it as untrusted. */
  read(file: string): Promise<FoundPicture | null>;
  /** Makes the thumbnail again; null when the picture cannot be decoded. */
  makeThumbnail(file: string, imageId: string): Promise<string | null>;
  /** Removes what an interrupted save left in `<outputs>/.tmp`. */
  sweep(): Promise<void>;
}
