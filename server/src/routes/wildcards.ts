/** /api/v1/wildcards: files of lines that prompts draw from. */
import { wildcardFile, wildcardParams, wildcardRename, wildcardSave } from '@easel/shared/http/wildcard-files';
import { wildcardList } from '@easel/shared/http/wildcards';

import type { Routes } from './types.ts';

const tags = ['prompt'];
const params = wildcardParams;

export const wildcardRoutes: Routes = (app, { wildcards }) => {
  app.get(
    '/api/v1/wildcards',
    { schema: { tags, summary: 'Wildcards that prompts can name', response: { 200: wildcardList } } },
    async () => ({ wildcards: await wildcards.list() }),
  );

  app.get(
    '/api/v1/wildcards/:name',
    { schema: { tags, summary: 'A wildcard with its text', params, response: { 200: wildcardFile } } },
    async (request) => wildcards.get(request.params.name),
  );

  app.put(
    '/api/v1/wildcards/:name',
    { schema: { tags, summary: 'Save its text', params, body: wildcardSave, response: { 200: wildcardFile } } },
    async (request) => wildcards.save(request.params.name, request.body),
  );

  app.post(
    '/api/v1/wildcards/:name/name',
    {
      schema: { tags, summary: 'Give it another name', params, body: wildcardRename, response: { 200: wildcardFile } },
    },
    async (request) => wildcards.rename(request.params.name, request.body.to),
  );

  app.delete(
    '/api/v1/wildcards/:name',
    { schema: { tags, summary: 'Delete its file', params } },
    async (request, reply) => {
      await wildcards.delete(request.params.name);
      return reply.code(204).send();
    },
  );
};
