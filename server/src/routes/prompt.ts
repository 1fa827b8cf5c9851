/** POST /api/v1/prompt/analyse: what the tokenizer makes of a text. */
import { promptAnalysis, promptAnalysisRequest } from '@easel/shared/http/prompt';
import { countChunks } from '@easel/shared/prompt/clip-tokenizer';
import { loadClipTokenizer } from '@easel/shared/prompt/clip-vocabulary';

import type { Routes } from './types.ts';

export const promptRoutes: Routes = (app) => {
  app.post(
    '/api/v1/prompt/analyse',
    {
      schema: {
        tags: ['prompt'],
        summary: 'Tokens of a prompt',
        body: promptAnalysisRequest,
        response: { 200: promptAnalysis },
      },
    },
    (request) => {
      const tokens = loadClipTokenizer().encode(request.body.prompt).length;
      return { tokens, chunks: countChunks(tokens) };
    },
  );
};
