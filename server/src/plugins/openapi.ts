/** The API described by its own schemas: /api/openapi.json, and a page to try it at /api/docs. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';

import type { StudioApp } from '../routes/types.ts';

/** To be awaited before the first route, since routes are collected as they are added. */
export async function describeApi(app: StudioApp, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Easel',
        version,
        description:
          'Every refusal has the form {"error": {"code", "message", "field", "limit", "got", "hint"}}; docs/errors.md lists the codes.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
    },
    transform: jsonSchemaTransform,
  });
  await app.register(swaggerUi, { routePrefix: '/api/docs', staticCSP: true });
  app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
}
