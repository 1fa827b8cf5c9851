/** GET /api/v1/models: what lies in the models folder, usable or not and why. */
import { modelList, modelQuery } from '@easel/shared/http/models';

import type { Routes } from './types.ts';

export const modelRoutes: Routes = (app, { models }) => {
  app.get(
    '/api/v1/models',
    {
      schema: {
        tags: ['models'],
        summary: 'Models found, usable or not and why',
        querystring: modelQuery,
        response: { 200: modelList },
      },
    },
    async (request) => models.list({ refresh: request.query.refresh === '1' }),
  );
};
