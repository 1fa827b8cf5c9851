/** /api/v1/models: what lies in the model folders, usable or not and why; what a person says of it; pictures of models. */
import { modelChange, modelDetail, modelPreviewChoice, modelQuery } from '@easel/shared/http/model-details';
import { modelList } from '@easel/shared/http/models';
import { z } from 'zod';

import { sendFile } from './send-file.ts';
import type { Routes } from './types.ts';

const modelParams = z.object({ id: z.string() });
const tags = ['models'];

export const modelRoutes: Routes = (app, { models }) => {
  app.get(
    '/api/v1/models',
    {
      schema: {
        tags,
        summary: 'Models found, usable or not and why',
        querystring: modelQuery,
        response: { 200: modelList },
      },
    },
    async ({ query }) =>
      models.list({ refresh: query.refresh === '1', ...(query.kind === undefined ? {} : { kind: query.kind }) }),
  );

  app.get(
    '/api/v1/models/:id',
    {
      schema: { tags, summary: 'A model and what lies beside it', params: modelParams, response: { 200: modelDetail } },
    },
    async (request) => models.get(request.params.id),
  );

  app.patch(
    '/api/v1/models/:id',
    {
      schema: {
        tags,
        summary: 'Notes, trigger words, defaults and corrections',
        params: modelParams,
        body: modelChange,
        response: { 200: modelDetail },
      },
    },
    async (request) => models.change(request.params.id, request.body),
  );

  app.post(
    '/api/v1/models/:id/default',
    {
      schema: {
        tags,
        summary: 'Use it where a request names none',
        params: modelParams,
        response: { 200: modelDetail },
      },
    },
    async (request) => {
      await models.chooseDefault(request.params.id);
      return models.get(request.params.id);
    },
  );

  app.get(
    '/api/v1/models/:id/preview',
    {
      schema: {
        tags,
        summary: 'A small WebP of the model',
        params: modelParams,
        querystring: z.object({ v: z.string().optional() }),
      },
    },
    async (request, reply) => {
      const file = await models.preview(request.params.id);
      return sendFile(request, reply, file, file.fileName);
    },
  );

  app.put(
    '/api/v1/models/:id/preview',
    {
      schema: {
        tags,
        summary: 'Take a picture of the gallery as the model’s',
        params: modelParams,
        body: modelPreviewChoice,
        response: { 200: modelDetail },
      },
    },
    async (request) => models.choosePreview(request.params.id, request.body.image),
  );

  app.delete(
    '/api/v1/models/:id/preview',
    { schema: { tags, summary: 'Take that choice back', params: modelParams, response: { 200: modelDetail } } },
    async (request) => models.choosePreview(request.params.id, null),
  );

  app.post(
    '/api/v1/models/:id/hashes',
    { schema: { tags, summary: 'Hash the file', params: modelParams, response: { 200: modelDetail } } },
    async (request) => models.setHashing(request.params.id, true),
  );

  app.delete(
    '/api/v1/models/:id/hashes',
    { schema: { tags, summary: 'Stop hashing it', params: modelParams, response: { 200: modelDetail } } },
    async (request) => models.setHashing(request.params.id, false),
  );
};
