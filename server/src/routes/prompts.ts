/** /api/v1/prompts: prompts that were used, and templates that were saved. */
import {
  promptHistory,
  promptHistoryQuery,
  templateList,
  templateParams,
  templateSave,
  templateView,
  usedPrompt,
  usedPromptChange,
  usedPromptParams,
} from '@easel/shared/http/prompts';

import type { Routes } from './types.ts';

const tags = ['prompt'];

export const promptsRoutes: Routes = (app, { promptHistory: history, promptTemplates: templates }) => {
  app.get(
    '/api/v1/prompts/history',
    {
      schema: {
        tags,
        summary: 'Prompts of accepted jobs, the last used first',
        querystring: promptHistoryQuery,
        response: { 200: promptHistory },
      },
    },
    async ({ query }) => history.list(query),
  );

  app.delete(
    '/api/v1/prompts/history',
    { schema: { tags, summary: 'Forget all without a star' } },
    async (_request, reply) => {
      await history.clear();
      return reply.code(204).send();
    },
  );

  app.patch(
    '/api/v1/prompts/history/:id',
    {
      schema: {
        tags,
        summary: 'Give it a star, or take that off',
        params: usedPromptParams,
        body: usedPromptChange,
        response: { 200: usedPrompt },
      },
    },
    async (request) => history.star(request.params.id, request.body.isStarred),
  );

  app.delete(
    '/api/v1/prompts/history/:id',
    { schema: { tags, summary: 'Forget one', params: usedPromptParams } },
    async (request, reply) => {
      await history.delete(request.params.id);
      return reply.code(204).send();
    },
  );

  app.get(
    '/api/v1/prompts/templates',
    { schema: { tags, summary: 'Saved prompts with slots', response: { 200: templateList } } },
    async () => ({ templates: await templates.list() }),
  );

  app.put(
    '/api/v1/prompts/templates/:name',
    {
      schema: {
        tags,
        summary: 'Save, change or rename one',
        params: templateParams,
        body: templateSave,
        response: { 200: templateView },
      },
    },
    async (request) => templates.save(request.params.name, request.body),
  );

  app.delete(
    '/api/v1/prompts/templates/:name',
    { schema: { tags, summary: 'Delete one', params: templateParams } },
    async (request, reply) => {
      await templates.delete(request.params.name);
      return reply.code(204).send();
    },
  );
};
