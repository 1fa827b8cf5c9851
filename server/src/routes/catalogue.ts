/** GET /api/v1/catalogue: samplers, schedules, families and limits, as the engine reports them. */
import { catalogueView } from '@easel/shared/http/catalogue';
import { LIMITS, PROMPT_LIMIT } from '@easel/shared/units';

import type { Routes } from './types.ts';

export const catalogueRoutes: Routes = (app, { engine }) => {
  app.get(
    '/api/v1/catalogue',
    {
      schema: {
        tags: ['server'],
        summary: 'Samplers, schedules, families and limits',
        response: { 200: catalogueView },
      },
    },
    async () => ({ ...(engine.catalogue ?? (await engine.whenReady())), limits: LIMITS, promptLimit: PROMPT_LIMIT }),
  );
};
