/**
 * Our own record inside a picture's file: what made it, complete and without ambiguity, as JSON under the keyword `easel`.
 *
 * There is no time and no id in it, so that the same parameters give the same file. Whoever changes its form raises the
 * format's number; files of other formats are not taken for ours.
 */
import { PICTURE_NOTES } from '@easel/shared/picture-notes';
import { textToImageParameters, type TextToImageParameters } from '@easel/shared/generation';
import { z } from 'zod';

export const RECORD_KEYWORD = 'easel';
export const INFOTEXT_KEYWORD = 'parameters';

const FORMAT = 1;
/** More than a prompt may name. */
const MOST_NETWORKS = 1000;

/** Script, and type, values and fixed values of three axes. */
const MOST_GRID_ITEMS = 10;

const pictureRecord = z.object({
  format: z.literal(FORMAT),
  /** Version of the program that made the picture. */
  version: z.string().max(100),
  parameters: textToImageParameters,
  model: z.object({
    id: z.string().max(256),
    name: z.string().max(1000),
    /** In hex; null = was not known. */
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
  }),
  /** The LoRA and embeddings it was made with; absent = none. */
  networks: z
    .array(
      z.object({
        kind: z.enum(['lora', 'embedding']),
        name: z.string().max(1000),
        id: z.string().max(1024),
        hash: z
          .string()
          .regex(/^[0-9a-f]{12}$/)
          .nullable(),
      }),
    )
    .max(MOST_NETWORKS)
    .optional(),
  /** What its viewers should know; absent = nothing. */
  notes: z.array(z.enum(PICTURE_NOTES)).max(PICTURE_NOTES.length).optional(),
  /** Of a sheet: the axes of its grid, as its text has them. */
  grid: z
    .array(z.tuple([z.string().max(100), z.string()]))
    .max(MOST_GRID_ITEMS)
    .optional(),
});
export type PictureRecord = z.infer<typeof pictureRecord>;

/** One text for one record, whatever order its keys came in. */
export const formatRecord = (record: Omit<PictureRecord, 'format'>): string => {
  const { version, parameters, model, networks = [], notes = [], grid } = record;
  const fields = Object.keys(textToImageParameters.shape) as (keyof TextToImageParameters)[];
  return JSON.stringify({
    format: FORMAT,
    version,
    parameters: Object.fromEntries(fields.map((field) => [field, parameters[field]])),
    model: { id: model.id, name: model.name, sha256: model.sha256 },
    ...(networks.length === 0
      ? {}
      : { networks: networks.map(({ kind, name, id, hash }) => ({ kind, name, id, hash })) }),
    ...(notes.length === 0 ? {} : { notes }),
    ...(grid === undefined ? {} : { grid }),
  });
};

/** The text comes from a file anybody may have made: it passes the same schema as a request. Null = not ours. */
export const parseRecord = (text: string): PictureRecord | null => {
  try {
    return pictureRecord.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
};
