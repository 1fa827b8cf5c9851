/** GET /api/v1/catalogue */
import { z } from 'zod';

import { catalogue } from '../catalogue.ts';

const numberLimit = z.object({
  minimum: z.number(),
  maximum: z.number(),
  multipleOf: z.number().optional(),
  integer: z.boolean(),
});

export const catalogueView = catalogue.extend({
  limits: z.record(z.string(), numberLimit),
  promptLimit: z.number().int(),
});
export type CatalogueView = z.infer<typeof catalogueView>;
