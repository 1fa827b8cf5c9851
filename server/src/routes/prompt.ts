/** POST /api/v1/prompt/analyse: what a model receives of a prompt, and what is odd in it. */
import { promptAnalysis, promptAnalysisRequest } from '@easel/shared/http/prompt';

import { analysePrompt } from '../services/prompt-analysis.ts';
import type { Routes } from './types.ts';

export const promptRoutes: Routes = (app, { models, engine, wildcards, styles }) => {
  app.post(
    '/api/v1/prompt/analyse',
    {
      schema: {
        tags: ['prompt'],
        summary: 'What a model receives of a prompt',
        body: promptAnalysisRequest,
        response: { 200: promptAnalysis },
      },
    },
    async (request) => analysePrompt(request.body, { models, wildcards, styles, catalogue: engine.catalogue }),
  );
};
