/** Refusals in the form programs for the WebUI read: `{error, detail, body, errors}`, with the statuses it would give. */
import type { ErrorCode } from '@easel/shared/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { showRefusal } from '../../plugins/errors.ts';

const STATUSES: Partial<Record<ErrorCode, number>> = {
  unknown_sampler: 400,
  unknown_schedule: 400,
  unknown_model: 404,
};

export const sendWebuiRefusal = (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const { status, code, message, field, hint, reference } = showRefusal(thrown, request);
  return reply
    .code(STATUSES[code] ?? status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send({
      error: code,
      detail: hint === undefined ? message : `${message} ${hint}`,
      body: field ?? '',
      errors: message,
      ...(reference === undefined ? {} : { reference }),
    });
};
