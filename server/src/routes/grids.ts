/** /api/v1/grids: ask for many pictures along axes, see how far they are, cancel them together. */
import { gridEstimate, gridList, gridQuery, gridRequest, gridSummary, gridView } from '@easel/shared/http/grids';
import { z } from 'zod';

import type { Routes } from './types.ts';

const gridParams = z.object({ id: z.string() });

export const gridRoutes: Routes = (app, { grids }) => {
  app.post(
    '/api/v1/grids',
    {
      schema: {
        tags: ['grids'],
        summary: 'Ask for a grid of pictures',
        body: gridRequest,
        response: { 202: gridSummary },
      },
    },
    async (request, reply) => {
      const grid = await grids.submit(request.body);
      return reply.code(202).header('location', `/api/v1/grids/${grid.id}`).send(grid);
    },
  );

  app.post(
    '/api/v1/grids/estimate',
    {
      schema: {
        tags: ['grids'],
        summary: 'What a grid would be, every cell checked, without making it',
        body: gridRequest,
        response: { 200: gridEstimate },
      },
    },
    async (request) => grids.estimate(request.body),
  );

  app.get(
    '/api/v1/grids',
    {
      schema: {
        tags: ['grids'],
        summary: 'Grids, newest first',
        querystring: gridQuery,
        response: { 200: gridList },
      },
    },
    async (request) => ({ grids: await grids.list(request.query.limit) }),
  );

  app.get(
    '/api/v1/grids/:id',
    {
      schema: { tags: ['grids'], summary: 'One grid with its cells', params: gridParams, response: { 200: gridView } },
    },
    async (request) => grids.get(request.params.id),
  );

  app.delete(
    '/api/v1/grids/:id',
    {
      schema: {
        tags: ['grids'],
        summary: 'Cancel all cells that are not over',
        params: gridParams,
        response: { 200: gridSummary },
      },
    },
    async (request) => grids.cancel(request.params.id),
  );
};
