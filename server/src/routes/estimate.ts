/** POST /api/v1/estimate: memory and time of a request, without accepting it. */
import { generationRequest } from '@easel/shared/generation';
import { estimateAnswer } from '@easel/shared/http/estimate';

import type { Routes } from './types.ts';

export const estimateRoutes: Routes = (app, { pictureWork }) => {
  app.post(
    '/api/v1/estimate',
    {
      schema: {
        tags: ['jobs'],
        summary: 'What a request would take, without making it',
        body: generationRequest,
        response: { 200: estimateAnswer },
      },
    },
    async (request) => ({ estimate: await pictureWork.estimate(request.body) }),
  );
};
