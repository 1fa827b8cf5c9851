/** GET /api/v1/wildcards: files of lines that `__name__` in a prompt draws from; wildcard-files.ts has one with its text. */
import { z } from 'zod';

export const wildcardView = z.object({
  name: z.string(),
  /** Lines that can be drawn. */
  lines: z.number().int(),
  sizeBytes: z.number().int(),
  /** False of another program's files, which are only read. */
  isOwn: z.boolean(),
});
export type WildcardView = z.infer<typeof wildcardView>;

/** By name. */
export const wildcardList = z.object({ wildcards: z.array(wildcardView) });
export type WildcardList = z.infer<typeof wildcardList>;
