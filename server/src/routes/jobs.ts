/** /api/v1/jobs: ask for pictures or for work on model files, see how far it is, cancel. */
import { jobAccepted, jobList, jobQuery, jobRequest, jobView } from '@easel/shared/http/jobs';
import { z } from 'zod';

import type { Routes } from './types.ts';

const jobParams = z.object({ id: z.string() });

export const jobRoutes: Routes = (app, { queue }) => {
  app.post(
    '/api/v1/jobs',
    {
      schema: {
        tags: ['jobs'],
        summary: 'Ask for pictures, or for a model file to be made',
        body: jobRequest,
        response: { 202: jobAccepted },
      },
    },
    async (request, reply) => {
      const accepted = await queue.submit(request.body);
      return reply.code(202).header('location', `/api/v1/jobs/${accepted.id}`).send(accepted);
    },
  );

  app.get(
    '/api/v1/jobs',
    {
      schema: {
        tags: ['jobs'],
        summary: 'Jobs that are not over, then the latest others',
        querystring: jobQuery,
        response: { 200: jobList },
      },
    },
    async (request) => ({ jobs: await queue.list(request.query) }),
  );

  app.get(
    '/api/v1/jobs/:id',
    { schema: { tags: ['jobs'], summary: 'One job', params: jobParams, response: { 200: jobView } } },
    async (request) => queue.get(request.params.id),
  );

  app.delete(
    '/api/v1/jobs/:id',
    {
      schema: {
        tags: ['jobs'],
        summary: 'Cancel a waiting or running job',
        params: jobParams,
        response: { 200: jobView },
      },
    },
    async (request) => queue.cancel(request.params.id),
  );
};
