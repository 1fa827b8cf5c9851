/** /api/v1/images: the gallery, its files, the bin. */
import { imageList, imageQuery, imageView } from '@easel/shared/http/images';
import { z } from 'zod';

import { sendFile } from './send-file.ts';
import type { Routes } from './types.ts';

const imageParams = z.object({ id: z.string() });

export const imageRoutes: Routes = (app, { gallery }) => {
  app.get(
    '/api/v1/images',
    {
      schema: {
        tags: ['images'],
        summary: 'Pictures, newest first',
        querystring: imageQuery,
        response: { 200: imageList },
      },
    },
    async (request) => gallery.list(request.query),
  );

  app.get(
    '/api/v1/images/:id',
    {
      schema: {
        tags: ['images'],
        summary: 'A picture and what made it',
        params: imageParams,
        response: { 200: imageView },
      },
    },
    async (request) => gallery.get(request.params.id),
  );

  app.get(
    '/api/v1/images/:id/file',
    { schema: { tags: ['images'], summary: 'The PNG itself', params: imageParams } },
    async (request, reply) =>
      sendFile(request, reply, await gallery.file(request.params.id), `file-${request.params.id}`),
  );

  app.get(
    '/api/v1/images/:id/thumbnail',
    { schema: { tags: ['images'], summary: 'A small WebP', params: imageParams } },
    async (request, reply) =>
      sendFile(request, reply, await gallery.thumbnail(request.params.id), `thumbnail-${request.params.id}`),
  );

  app.delete(
    '/api/v1/images/:id',
    {
      schema: {
        tags: ['images'],
        summary: 'Move a picture to the bin',
        params: imageParams,
        response: { 200: imageView },
      },
    },
    async (request) => gallery.delete(request.params.id),
  );

  app.post(
    '/api/v1/images/:id/restore',
    {
      schema: {
        tags: ['images'],
        summary: 'Take a picture out of the bin',
        params: imageParams,
        response: { 200: imageView },
      },
    },
    async (request) => gallery.restore(request.params.id),
  );
};
