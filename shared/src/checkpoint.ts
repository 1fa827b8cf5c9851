/**
 * What is found out about a checkpoint, by which evidence, and what a person may say instead where that is wrong.
 *
 * Ids of families are strings here; the engine's catalogue says which exist.
 */
import { z } from 'zod';

/** What a network predicts: the noise, or the velocity alpha * noise - sigma * picture. */
export const PREDICTIONS = ['epsilon', 'v'] as const;

/** A person's corrections; what is absent stays as detected. */
export const checkpointOverrides = z.strictObject({
  family: z.string().min(1).max(64).optional(),
  prediction: z.enum(PREDICTIONS).optional(),
  /** Whether its noise levels end in pure noise. */
  zeroTerminalSnr: z.boolean().optional(),
});
export type CheckpointOverrides = z.infer<typeof checkpointOverrides>;

/** A sentence or clause without a full stop that says what the value was read from. */
const evidence = z.string();

/** What the file itself says, before any correction. */
export const checkpointDetection = z.object({
  /** Id of a family; null where none recognised the file. */
  family: z.object({ value: z.string().nullable(), evidence }),
  prediction: z.object({ value: z.enum(PREDICTIONS), evidence }),
  zeroTerminalSnr: z.object({ value: z.boolean(), evidence }),
});
export type CheckpointDetection = z.infer<typeof checkpointDetection>;
