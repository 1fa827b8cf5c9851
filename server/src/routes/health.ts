/** GET /api/v1/health: whether the server answers, and what its engine does. */
import { healthView } from '@easel/shared/http/health';

import type { Routes } from './types.ts';

export const healthRoutes: Routes = (app, { engine, version }) => {
  app.get(
    '/api/v1/health',
    {
      schema: {
        tags: ['server'],
        summary: 'Whether the server answers, and what its engine does',
        response: { 200: healthView },
      },
    },
    () => ({ status: 'ok' as const, version, engine: engine.state }),
  );
};
