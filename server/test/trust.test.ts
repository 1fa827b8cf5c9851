/**
 * Other web sites, other names, odd bytes: what a hostile page or program can send, over a real socket. Numbers are those
 * of the project's trust tests (T3 to T10, T67, T69).
 */
import { mkdtemp, writeFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { io } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { routesOf } from '../src/plugins/errors.ts';
import { rawPost, sendRaw } from './support/raw-request.ts';
import { openTestStudio, removeFolders, type TestStudio } from './support/test-studio.ts';

const JOB = JSON.stringify({ type: 'text-to-image', prompt: 'a red house' });
const PAGE = '<!doctype html><title>Easel page</title>';

let studio: TestStudio;
let webRoot: string;
let port: number;
beforeAll(async () => {
  webRoot = await mkdtemp(join(tmpdir(), 'easel-page-'));
  await writeFile(join(webRoot, 'index.html'), PAGE);
  studio = await openTestStudio({ webRoot });
  await studio.engine.whenReady();
  await studio.app.listen({ host: '127.0.0.1', port: 0 });
  ({ port } = studio.app.server.address() as AddressInfo);
});
afterAll(async () => {
  await studio.end();
  await removeFolders(studio.folders);
  await rm(webRoot, { recursive: true });
});

const jobs = async (): Promise<unknown[]> => (await studio.app.inject('/api/v1/jobs')).json().jobs;
const host = (): string => `Host: 127.0.0.1:${port}`;
const JSON_TYPE = 'Content-Type: application/json';
/** In our form of a refusal, or in the WebUI's. */
const codeOf = (body: string): string => {
  const { error } = JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1)) as {
    error: string | { code: string };
  };
  return typeof error === 'string' ? error : error.code;
};

// Whatever was sent: nothing was queued by it and the server answers.
let queued: unknown[];
beforeAll(async () => {
  queued = await jobs();
});
afterEach(async () => {
  if (JSON.stringify(await jobs()) !== JSON.stringify(queued)) throw new Error('Something was queued.');
  if ((await studio.app.inject('/api/v1/health')).statusCode !== 200) throw new Error('The server does not answer.');
});

describe('a page of another site', () => {
  it.each([
    'Origin: http://evil.test',
    'Origin: null',
    'Origin: http://localhost:8888',
    'Sec-Fetch-Site: cross-site',
    'Sec-Fetch-Site: CROSS-SITE',
    'Sec-Fetch-Site: same-origin, Cross-Site',
    'Origin: http://127.0.0.1:PORT\r\nOrigin: http://evil.test',
  ])('cannot queue a job with "%s" (T3)', async (header) => {
    const answer = await sendRaw(
      port,
      rawPost('/api/v1/jobs', [host(), JSON_TYPE, header.replace('PORT', String(port))], JOB),
    );
    expect(answer.status).toBe(403);
    expect(codeOf(answer.body)).toBe('cross_site_blocked');
  });

  it('cannot change anything at any address (T3)', async () => {
    const changing = routesOf(studio.app).flatMap(({ url, methods }) =>
      methods.filter((method) => !['GET', 'HEAD'].includes(method)).map((method) => ({ url, method })),
    );
    expect(changing.length).toBeGreaterThanOrEqual(5);
    for (const { url, method } of changing) {
      for (const headers of [{ origin: 'http://evil.test' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
        const response = await studio.app.inject({ method: method as 'POST', url: url.replace(/:\w+/g, 'x'), headers });
        expect(response.statusCode, `${method} ${url}`).toBe(403);
      }
    }
  });

  it('cannot open the socket (T4)', async () => {
    const foreign: Record<string, string>[] = [
      { origin: 'http://evil.test' },
      { origin: 'null' },
      { host: 'attacker.example' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of foreign) {
      const socket = io(`http://127.0.0.1:${port}`, {
        transports: ['websocket'],
        reconnection: false,
        extraHeaders: headers,
        forceNew: true,
      });
      const heard: string[] = [];
      socket.onAny((name: string) => heard.push(name));
      const outcome = await new Promise((resolve) => {
        socket.on('connect', () => resolve('connected'));
        socket.on('connect_error', () => resolve('refused'));
      });
      socket.disconnect();
      expect([outcome, heard], JSON.stringify(headers)).toEqual(['refused', []]);
      const polling = await fetch(`http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`, { headers });
      expect(polling.status).toBeGreaterThanOrEqual(400);
    }
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'cannot send a form as %s, with or without an Origin (T7)',
    async (type) => {
      for (const { url, methods } of routesOf(studio.app)) {
        if (!methods.includes('POST')) continue;
        const target = url.replace(/:\w+/g, 'x');
        const answer = await sendRaw(port, rawPost(target, [host(), `Content-Type: ${type}`], JOB));
        expect([answer.status, codeOf(answer.body)]).toEqual([415, 'unsupported_type']);
        const foreign = await sendRaw(
          port,
          rawPost(target, [host(), `Content-Type: ${type}`, 'Origin: http://evil.test'], JOB),
        );
        expect(foreign.status).toBe(403);
      }
    },
  );

  it('changes nothing by a GET at any address (T8)', async () => {
    const before = JSON.stringify([
      await jobs(),
      (await studio.app.inject('/api/v1/images')).json(),
      (await studio.app.inject('/api/v1/models')).json(),
    ]);
    for (const { url } of routesOf(studio.app))
      await studio.app.inject({ url: url.replace(/:\w+/g, 'x').replace('*', '') });
    expect(
      JSON.stringify([
        await jobs(),
        (await studio.app.inject('/api/v1/images')).json(),
        (await studio.app.inject('/api/v1/models')).json(),
      ]),
    ).toBe(before);
  });

  it('may link to the page, but not embed or fetch it (T9)', async () => {
    const visit = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    const link = await studio.app.inject({ url: '/', headers: visit });
    expect([link.statusCode, link.body]).toEqual([200, PAGE]);
    expect(
      (await studio.app.inject({ url: '/?code=sso', headers: { ...visit, 'sec-fetch-user': '?1' } })).statusCode,
    ).toBe(200);
    for (const headers of [
      { ...visit, 'sec-fetch-dest': 'iframe' },
      { ...visit, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    ]) {
      expect((await studio.app.inject({ url: '/', headers })).statusCode).toBe(403);
    }
    expect((await studio.app.inject({ url: '/api/v1/jobs', headers: visit })).statusCode).toBe(403);
    expect(
      (await studio.app.inject({ method: 'POST', url: '/api/v1/jobs', headers: visit, payload: JOB })).statusCode,
    ).toBe(403);
  });
});

describe('a name that is not ours (T5)', () => {
  it.each([
    ['Host: attacker.example'],
    ['Host: 127.0.0.1.attacker.example'],
    ['Host: localhost.'],
    ['Host: '],
    ['Host: localhost\r\nHost: attacker.example'],
    ['Host: attacker.example\r\nHost: localhost'],
    ['Host: localhost\r\nHost: localhost'],
  ])('is not answered: %j', async (header) => {
    for (const target of ['/', '/api/v1/jobs', '/nowhere']) {
      const answer = await sendRaw(port, `GET ${target} HTTP/1.1\r\n${header}\r\nConnection: close\r\n\r\n`);
      expect([400, 421], header).toContain(answer.status);
      expect(answer.body).not.toContain('Easel page');
      expect(answer.status === 400 || codeOf(answer.body) === 'host_not_allowed').toBe(true);
    }
  });

  it('is not answered when it is missing', async () => {
    for (const version of ['1.0', '1.1']) {
      const answer = await sendRaw(port, `GET / HTTP/${version}\r\nConnection: close\r\n\r\n`);
      expect([400, 421]).toContain(answer.status);
    }
  });

  it.each(['localhost', '127.0.0.1', '[::1]', '192.168.1.20'])('but %s is', async (name) => {
    const answer = await sendRaw(
      port,
      `GET /api/v1/health HTTP/1.1\r\nHost: ${name}:${port}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer.status).toBe(200);
  });
});

describe('a Content-Type that is nearly JSON (T7, T69)', () => {
  // Breaks the schema, so that only an unvalidated handler would take it.
  const broken = '{"type":"text-to-image","prompt":"a","width":"512"}';

  it.each([
    'application/json garbage',
    'application/json\ta',
    'APPLICATION/JSON ; x',
    'application/json; charset=utf-16',
    'application/jsonx',
    'application/json, text/plain',
    '',
  ])('is refused: %j', async (type) => {
    const answer = await sendRaw(port, rawPost('/api/v1/jobs', [host(), `Content-Type: ${type}`], broken));
    expect([answer.status, codeOf(answer.body)]).toEqual([415, 'unsupported_type']);
  });

  it('is refused when it is given twice, or not at all', async () => {
    for (const headers of [[JSON_TYPE, 'content-type: text/plain'], [JSON_TYPE, JSON_TYPE], []]) {
      const answer = await sendRaw(port, rawPost('/api/v1/jobs', [host(), ...headers], broken));
      expect(answer.status).toBe(415);
    }
  });

  it.each([
    ' application/json',
    '\tapplication/json',
    'application/json\t',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
  ])('is JSON to HTTP, and the body is validated: %j', async (type) => {
    const answer = await sendRaw(port, rawPost('/api/v1/jobs', [host(), `Content-Type:${type}`], broken));
    expect([answer.status, codeOf(answer.body)]).toEqual([422, 'wrong_type']);
  });
});

describe('headers of a proxy that is none of ours (T10)', () => {
  it('are not believed', async () => {
    const forwarded = [
      'X-Forwarded-Host: evil.test',
      'X-Forwarded-Proto: https',
      'X-Forwarded-For: 10.0.0.1',
      'Forwarded: host=evil.test',
    ];
    const answer = await sendRaw(
      port,
      rawPost('/api/v1/jobs', [host(), JSON_TYPE, 'Origin: http://evil.test', ...forwarded], JOB),
    );
    expect(answer.status).toBe(403);
    const named = await sendRaw(
      port,
      `GET /api/v1/health HTTP/1.1\r\nHost: evil.test\r\nX-Forwarded-Host: localhost\r\nConnection: close\r\n\r\n`,
    );
    expect(named.status).toBe(421);
  });
});

describe('an address in another form (T67)', () => {
  it.each([
    '/api/%2e%2e/v1/jobs',
    '/a/../api/v1/jobs',
    '//api/v1/jobs',
    '/API/v1/jobs',
    '/api;x/v1/jobs',
    '/api%2Fv1/jobs',
    '/api\\v1\\jobs',
    '/api/v1/jobs.',
    '/api/v1/jobs/',
    '/api/v1//jobs',
    '/sdapi/../api/v1/jobs',
  ])('never leads to the API: %s', async (target) => {
    const answer = await sendRaw(port, `GET ${target} HTTP/1.1\r\n${host()}\r\nConnection: close\r\n\r\n`);
    expect([200, 400, 404], answer.headers).toContain(answer.status);
    expect(answer.body).not.toContain('"jobs":');
    const posted = await sendRaw(port, rawPost(target, [host(), JSON_TYPE], JOB));
    expect([400, 404, 405]).toContain(posted.status);
  });

  it.each(['http://127.0.0.1/api/v1/jobs', 'http://evil.test/api/v1/jobs', '*'])('is refused: %s', async (target) => {
    const answer = await sendRaw(port, `GET ${target} HTTP/1.1\r\n${host()}\r\nConnection: close\r\n\r\n`);
    expect([400, 404]).toContain(answer.status);
  });

  it('by a method nobody has is refused', async () => {
    for (const method of ['TRACE', 'PUT', 'PROPFIND']) {
      const answer = await sendRaw(port, `${method} /api/v1/jobs HTTP/1.1\r\n${host()}\r\nConnection: close\r\n\r\n`);
      expect([400, 404, 405], method).toContain(answer.status);
    }
    expect((await sendRaw(port, `NONSENSE /api/v1/jobs HTTP/1.1\r\n${host()}\r\n\r\n`)).status).toBe(400);
  });
});

describe('headers beyond measure', () => {
  it('are refused by size and by number', async () => {
    const large = await sendRaw(port, `GET / HTTP/1.1\r\n${host()}\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect([large.status, codeOf(large.body)]).toEqual([431, 'headers_too_large']);
    const many = await sendRaw(port, `GET / HTTP/1.1\r\n${host()}\r\n${'a:b\r\n'.repeat(2000)}\r\n`);
    expect([many.status, codeOf(many.body)]).toEqual([431, 'headers_too_large']);
  });

  it('may be called __proto__ without harm', async () => {
    const answer = await sendRaw(
      port,
      `GET /api/v1/health HTTP/1.1\r\n${host()}\r\n__proto__: x\r\nConnection: close\r\n\r\n`,
    );
    expect([200, 400]).toContain(answer.status);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('every answer', () => {
  it('tells the browser what it may do', async () => {
    for (const url of ['/', '/api/v1/health', '/api/v1/nothing', '/api/v1/images/x/file']) {
      const { headers } = await studio.app.inject(url);
      expect(headers).toMatchObject({
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('upgrade-insecure-requests');
      expect(headers['strict-transport-security']).toBeUndefined();
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});
