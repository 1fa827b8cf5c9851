/**
 * Who may ask: names this server answers to, web pages that may change something, and what a browser may do with answers.
 * One hook over every request, whatever its address; the socket's handshake asks the same questions.
 *
 * A page of another site cannot read our answers, but it can send: a form, an image, a script. And a name it owns can be
 * made to mean this computer (DNS rebinding), which is why the Host header has to be one of ours.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

import { RequestError } from '@easel/shared/errors';
import type { FastifyRequest } from 'fastify';

import type { StudioApp } from '../routes/types.ts';
import { unsupportedType } from './refusals.ts';

export interface GuardConfig {
  /** Names, in lower case, beside localhost and IP literals under which this server may be addressed. */
  allowedHosts: readonly string[];
}

/** Route of the web page, which links may lead to from anywhere; see plugins/static.ts. */
const PAGE_ROUTE = '/*';
const MOST_HEADERS = 200;

const HOST = /^(?<name>\[[0-9a-f:.]+\]|[^\s:[\]/\\@?#]+)(?::\d{1,5})?$/i;
const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i;

const parseUrl = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null);

const isOurName = (name: string, { allowedHosts }: GuardConfig): boolean => allowedHosts.includes(name);

/**
 * Whether a Host header names this server: `localhost`, an address, or a configured name, with any port. An address cannot
 * be rebound; a name somebody else owns can.
 */
export function isAllowedHost(hostHeader: string | undefined, config: GuardConfig): boolean {
  const name = HOST.exec(hostHeader ?? '')?.groups?.['name']?.toLowerCase();
  if (name === undefined) return false;
  const address = name.startsWith('[') ? name.slice(1, -1) : name;
  const isAddress = isIP(address) === (name.startsWith('[') ? 6 : 4);
  return name === 'localhost' || isAddress || isOurName(name, config);
}

/**
 * Whether a page of this origin may change something. No Origin is a program, not a page. `null` (sandboxed frames,
 * local files) is foreign. Else it must be the address the request went to, or a configured name (behind a proxy that
 * rewrites Host).
 */
export function isAllowedOrigin(
  origin: string | undefined,
  hostHeader: string | undefined,
  config: GuardConfig,
): boolean {
  if (origin === undefined) return true;
  const page = parseUrl(origin);
  if (page === null || !/^https?:$/.test(page.protocol) || page.origin !== origin.toLowerCase()) return false;
  const asked = hostHeader === undefined ? null : parseUrl(`${page.protocol}//${hostHeader}`);
  return page.host === asked?.host || isOurName(page.hostname, config);
}

const saysCrossSite = (header: string | string[] | undefined): boolean =>
  [header ?? []]
    .flat()
    .some((values) => values.split(',').some((value) => value.trim().toLowerCase() === 'cross-site'));

/** A header given twice is refused where it decides something: two readers could believe different ones. */
const countOf = (request: IncomingMessage, name: string): number =>
  request.rawHeaders.filter((header, index) => index % 2 === 0 && header.toLowerCase() === name).length;

/** The questions for a WebSocket handshake, which no browser's same-origin policy protects. */
export const isAllowedHandshake = (request: IncomingMessage, config: GuardConfig): boolean =>
  countOf(request, 'host') === 1 &&
  countOf(request, 'origin') <= 1 &&
  isAllowedHost(request.headers.host, config) &&
  isAllowedOrigin(request.headers.origin, request.headers.host, config) &&
  !saysCrossSite(request.headers['sec-fetch-site']);

const isReading = (method: string): boolean => method === 'GET' || method === 'HEAD';

/** Somebody follows a link to the page: not an image, not a frame, not a script's request. */
const isVisit = (request: FastifyRequest): boolean =>
  isReading(request.method) &&
  request.routeOptions.url === PAGE_ROUTE &&
  request.headers['sec-fetch-mode'] === 'navigate' &&
  request.headers['sec-fetch-dest'] === 'document';

const refuseForeignHost = (request: FastifyRequest, config: GuardConfig): void => {
  const { host } = request.raw.headers;
  if (countOf(request.raw, 'host') === 1 && isAllowedHost(host, config)) return;
  throw new RequestError('host_not_allowed', 'This server does not answer to that name.', {
    field: 'host',
    ...(host === undefined ? {} : { got: host.slice(0, 100) }),
    hint: 'Use localhost or the IP address, or add the name to EASEL_ALLOWED_HOSTS.',
  });
};

const refuseForeignPage = (request: FastifyRequest, config: GuardConfig): void => {
  const { origin, host } = request.raw.headers;
  const isForeign =
    !isReading(request.method) && !(countOf(request.raw, 'origin') <= 1 && isAllowedOrigin(origin, host, config));
  if (!isForeign && (isVisit(request) || !saysCrossSite(request.raw.headers['sec-fetch-site']))) return;
  throw new RequestError('cross_site_blocked', 'The request came from another web site.', {
    field: isForeign ? 'origin' : 'sec-fetch-site',
    ...(isForeign ? { got: origin?.slice(0, 100) } : {}),
    hint: 'Open the page of this server itself. Programs send no Origin.',
  });
};

// Forms can send three content types and none, but never JSON: a page of another site would have to ask first.
const refuseOtherTypes = (request: FastifyRequest): void => {
  if (isReading(request.method)) return;
  const type = request.raw.headers['content-type'];
  const hasBody =
    request.raw.headers['transfer-encoding'] !== undefined || Number(request.raw.headers['content-length'] ?? 0) > 0;
  if (type === undefined && !hasBody) return;
  if (type === undefined || countOf(request.raw, 'content-type') !== 1 || !JSON_TYPE.test(type))
    throw unsupportedType(type);
};

const refuseOddForms = (request: FastifyRequest): void => {
  const headers = request.raw.rawHeaders.length / 2;
  if (headers > MOST_HEADERS) {
    throw new RequestError('headers_too_large', `The request has ${headers} headers.`, {
      limit: MOST_HEADERS,
      got: headers,
    });
  }
  // The absolute form is for proxies, and this is none.
  if (!request.raw.url?.startsWith('/'))
    throw new RequestError('bad_request', 'The address has to begin with a slash.');
};

/**
 * What every answer tells the browser. No inline scripts; styles may be inline, since the page's widgets place themselves
 * that way. No upgrade to TLS and no HSTS: a studio in a home network speaks plain HTTP.
 */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "worker-src 'self' blob:",
    "connect-src 'self' ws: wss:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * To be called before the first route and the first other hook.
 * @throws (in the hook) host_not_allowed, cross_site_blocked, unsupported_type, headers_too_large, bad_request
 */
export function installGuard(app: StudioApp, config: GuardConfig): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    refuseOddForms(request);
    refuseForeignHost(request, config);
    refuseForeignPage(request, config);
    refuseOtherTypes(request);
  });
}
