/** /api/v1/styles: texts that a person keeps by name and adds to prompts. */
import { styleList, styleParams, styleSave, stylesImport, stylesImported, styleView } from '@easel/shared/http/styles';

import type { Routes } from './types.ts';

const tags = ['prompt'];
const params = styleParams;

export const styleRoutes: Routes = (app, { styles }) => {
  app.get(
    '/api/v1/styles',
    { schema: { tags, summary: 'Styles that requests can name', response: { 200: styleList } } },
    async () => ({ styles: await styles.list() }),
  );

  app.get(
    '/api/v1/styles.csv',
    { schema: { tags, summary: 'The own styles as a file of the WebUI' } },
    async (_request, reply) =>
      reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="styles.csv"')
        .send(await styles.csv()),
  );

  app.post(
    '/api/v1/styles',
    { schema: { tags, summary: 'Take over a styles.csv', body: stylesImport, response: { 200: stylesImported } } },
    async (request) => styles.import(request.body.csv),
  );

  app.put(
    '/api/v1/styles/:name',
    {
      schema: {
        tags,
        summary: 'Make, change or rename a style',
        params,
        body: styleSave,
        response: { 200: styleView },
      },
    },
    async (request) => styles.save(request.params.name, request.body),
  );

  app.delete(
    '/api/v1/styles/:name',
    { schema: { tags, summary: 'Delete a style', params } },
    async (request, reply) => {
      await styles.delete(request.params.name);
      return reply.code(204).send();
    },
  );
};
