/**
 * Every refusal of the server leaves through here: one error handler, one handler for addresses that do not exist, and the
 * two places where Node refuses before Fastify sees a request. Body: `{error: {code, message, field?, limit?, got?, hint?}}`.
 */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import { ERROR_CODES, RequestError, type ErrorCode, type StudioError } from '@easel/shared/errors';
import type { ErrorBody } from '@easel/shared/http/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { StudioApp } from '../routes/types.ts';
import { parseJsonText } from './json-text.ts';
import { toRefusal } from './refusals.ts';

/** A refusal ready to be sent: a 5xx says no more than its code unless its words were written for people. */
export interface ShownRefusal {
  status: number;
  code: ErrorCode;
  message: string;
  field?: string;
  limit?: unknown;
  got?: unknown;
  hint?: string;
  /** The line in the log to look for; with 5xx only. */
  reference?: string;
}

/**
 * What is told of a thrown error, and what goes to the log. Retryable 5xx (full disk, absent engine) are situations with a
 * sentence for people; of the others only the code and a reference are told.
 */
export function showRefusal(thrown: unknown, request: FastifyRequest): ShownRefusal {
  const error = toRefusal(thrown, request);
  const { status, retryable, meaning } = ERROR_CODES[error.code];
  const { field, limit, got, hint } = error.details;
  const details = {
    ...(field === undefined ? {} : { field }),
    ...(limit === undefined ? {} : { limit }),
    ...(got === undefined ? {} : { got }),
    ...(hint === undefined ? {} : { hint }),
  };
  if (status < 500) return { status, code: error.code, message: error.message, ...details };
  const reference = randomUUID().slice(0, 8);
  request.log.error({ reference, code: error.code, details: error.details, err: error.cause ?? error }, error.message);
  if (retryable) return { status, code: error.code, message: error.message, ...details, reference };
  return {
    status,
    code: error.code,
    message: meaning,
    hint: `The log in the data folder says more; look for ${reference}.`,
    reference,
  };
}

const toBody = ({ status: _status, ...error }: ShownRefusal): ErrorBody => ({ error });

/** Sends a refusal in our form. */
const sendRefusal = (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const refusal = showRefusal(thrown, request);
  if (refusal.status === 413 || refusal.status === 431) reply.header('connection', 'close');
  return reply
    .code(refusal.status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(toBody(refusal));
};

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '/';

/** A route's address as a pattern; null for those that match anything. */
const toPattern = (url: string): RegExp | null => {
  if (url.includes('*')) return null;
  const escaped = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/:[^/]+/g, '[^/]+');
  return new RegExp(`^${escaped}$`);
};

interface KnownRoute {
  /** As it was written, e.g. `/api/v1/jobs/:id`. */
  url: string;
  methods: string[];
}

const routesOfApps = new WeakMap<StudioApp, KnownRoute[]>();

/** Every route that was added since {@link installErrors}. */
export const routesOf = (app: StudioApp): readonly KnownRoute[] => routesOfApps.get(app) ?? [];

/** What may be asked of an address; empty when there is nothing. */
const methodsAt = (app: StudioApp, path: string): string[] => [
  ...new Set(
    routesOf(app)
      .filter(({ url }) => toPattern(url)?.test(path) === true)
      .flatMap(({ methods }) => methods),
  ),
];

/** To be called before the first route: it takes note of them, so as to tell a wrong method from a wrong address. */
export function installErrors(app: StudioApp): void {
  const routes: KnownRoute[] = [];
  routesOfApps.set(app, routes);
  app.addHook('onRoute', ({ url, method }) => void routes.push({ url, methods: [method].flat() }));

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parseJsonText(body as string));
    } catch (thrown) {
      done(thrown as Error);
    }
  });

  app.setErrorHandler((error, request, reply) => sendRefusal(error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const methods = methodsAt(app, pathOf(request));
    if (methods.length === 0) {
      return sendRefusal(
        new RequestError('not_found', 'There is nothing at this address.', { hint: '/api/docs lists what there is.' }),
        request,
        reply,
      );
    }
    reply.header('allow', methods.join(', '));
    const refusal = new RequestError('method_not_allowed', `${request.method} is not possible here.`, {
      limit: methods,
      got: request.method,
      hint: `Use ${methods.join(' or ')}.`,
    });
    return sendRefusal(refusal, request, reply);
  });
}

const CLIENT_ERRORS: Record<string, StudioError> = {
  HPE_HEADER_OVERFLOW: new RequestError('headers_too_large', 'The headers are larger than this server accepts.', {
    hint: 'Clear the cookies of this address.',
  }),
  ERR_HTTP_REQUEST_TIMEOUT: new RequestError('request_timeout', 'The request took too long to arrive.', {
    hint: 'Send it again.',
  }),
};
const MALFORMED = new RequestError('bad_request', 'The request is malformed.');

/** For requests that Node's parser refuses: there is no request to speak of, only a socket. */
const answerClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { code, message, details, status } = CLIENT_ERRORS[error.code ?? ''] ?? MALFORMED;
  const body = JSON.stringify({
    error: { code, message, ...(details.hint === undefined ? {} : { hint: details.hint }) },
  } satisfies ErrorBody);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
};

/** Options of the Fastify constructor that belong to this: what goes wrong before any handler is asked. */
export const errorOptions = {
  clientErrorHandler: answerClientError,
  frameworkErrors: (error: unknown, request: unknown, reply: unknown): void =>
    void sendRefusal(error, request as FastifyRequest, reply as FastifyReply),
};
