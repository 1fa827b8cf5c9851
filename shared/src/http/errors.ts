/** The body of every refusal, whatever the route. */
import { z } from 'zod';

export const errorBody = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    field: z.string().optional(),
    limit: z.unknown().optional(),
    got: z.unknown().optional(),
    hint: z.string().optional(),
    /** Present on 5xx: the line in the log to look for. */
    reference: z.string().optional(),
  }),
});
export type ErrorBody = z.infer<typeof errorBody>;
