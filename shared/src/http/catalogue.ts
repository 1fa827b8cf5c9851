/** GET /api/v1/catalogue */
import { z } from 'zod';

import { catalogue, numberLimit } from '../catalogue.ts';

export const catalogueView = catalogue.extend({
  limits: z.record(z.string(), numberLimit),
  promptLimit: z.number().int(),
});
export type CatalogueView = z.infer<typeof catalogueView>;
