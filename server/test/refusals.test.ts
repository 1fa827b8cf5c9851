/** Bad requests: each is answered with its code, the field, the limit and a way out, and nothing is queued by it. */
import { SessionError, StudioError } from '@easel/shared/errors';
import { errorBody } from '@easel/shared/http/errors';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { errorOptions, installErrors } from '../src/plugins/errors.ts';
import { openTestStudio, removeFolders, type TestStudio } from './support/test-studio.ts';

let studio: TestStudio;
beforeAll(async () => {
  studio = await openTestStudio();
  await studio.engine.whenReady();
});
afterAll(async () => {
  await studio.end();
  await removeFolders(studio.folders);
});

interface Answer {
  status: number;
  error: {
    code: string;
    message: string;
    field?: string;
    limit?: unknown;
    got?: unknown;
    hint?: string;
    reference?: string;
  };
}

const post = async (payload: string, headers: Record<string, string> = {}): Promise<Answer> => {
  const response = await studio.app.inject({
    method: 'POST',
    url: '/api/v1/jobs',
    payload,
    headers: { 'content-type': 'application/json', ...headers },
  });
  const body: unknown = response.json();
  expect(errorBody.safeParse(body).success, response.body.slice(0, 300)).toBe(true);
  expect(response.body).not.toMatch(/\/work\/|node_modules|at .*\.ts:\d/);
  return { status: response.statusCode, ...(body as Pick<Answer, 'error'>) };
};
const ask = async (fields: Record<string, unknown>): Promise<Answer> =>
  post(JSON.stringify({ type: 'text-to-image', prompt: 'a red house', ...fields }));
/** A field whose value JSON.stringify would not write. */
const askRaw = async (field: string): Promise<Answer> => post(`{"type":"text-to-image","prompt":"a",${field}}`);
const jobs = async (): Promise<unknown[]> => (await studio.app.inject('/api/v1/jobs')).json().jobs;

const SIZE = { minimum: 64, maximum: 2048, multipleOf: 8 };
const lone = String.fromCharCode(0xd800);

const table: [
  name: string,
  send: () => Promise<Answer>,
  expected: { status: number; error: Record<string, unknown> },
][] = [
  ['an empty body', async () => post(''), { status: 400, error: { code: 'body_required' } }],
  ['a body of null', async () => post('null'), { status: 400, error: { code: 'body_required' } }],
  [
    'bad JSON',
    async () => post('{"prompt": "a",}'),
    { status: 400, error: { code: 'bad_json', message: expect.stringContaining('position 15') } },
  ],
  ['a NaN literal', async () => askRaw('"width":NaN'), { status: 400, error: { code: 'bad_json' } }],
  ['an Infinity literal', async () => askRaw('"guidance":-Infinity'), { status: 400, error: { code: 'bad_json' } }],
  ['a list for the body', async () => post('[]'), { status: 422, error: { code: 'wrong_type', got: 'a list' } }],
  ['a text for the body', async () => post('"cat"'), { status: 422, error: { code: 'wrong_type' } }],
  [
    '5 MB of JSON',
    async () => ask({ prompt: 'x'.repeat(5_000_000) }),
    { status: 413, error: { code: 'body_too_large', limit: 4 * 2 ** 20 } },
  ],
  [
    'JSON 10,000 deep',
    async () => post('{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)),
    { status: 400, error: { code: 'too_deep' } },
  ],
  [
    'a __proto__ key',
    async () => askRaw('"__proto__":{"width":64}'),
    { status: 400, error: { code: 'bad_key', field: '__proto__' } },
  ],
  ['a constructor key', async () => askRaw('"constructor":{}'), { status: 400, error: { code: 'bad_key' } }],
  [
    'an unknown field',
    async () => ask({ stpes: 20 }),
    { status: 422, error: { code: 'unknown_field', field: 'stpes', hint: 'Did you mean steps?' } },
  ],
  [
    'a field like none of ours',
    async () => ask({ quux_zork: 1 }),
    { status: 422, error: { code: 'unknown_field', hint: expect.stringContaining('guidance') } },
  ],
  [
    'a misspelt prompt',
    async () => post('{"type":"text-to-image","promt":"a"}'),
    { status: 422, error: { code: 'unknown_field', hint: 'Did you mean prompt?' } },
  ],
  [
    'no prompt',
    async () => post('{"type":"text-to-image"}'),
    { status: 422, error: { code: 'field_required', field: 'prompt' } },
  ],
  [
    'an unknown type of job',
    async () => ask({ type: 'text-to-imagee' }),
    {
      status: 422,
      error: { code: 'not_allowed', field: 'type', limit: ['text-to-image'], hint: 'Did you mean text-to-image?' },
    },
  ],
  [
    'width as text',
    async () => ask({ width: '512' }),
    { status: 422, error: { code: 'wrong_type', field: 'width', got: '512' } },
  ],
  ['width null', async () => ask({ width: null }), { status: 422, error: { code: 'wrong_type', field: 'width' } }],
  [
    'width 0',
    async () => ask({ width: 0 }),
    { status: 422, error: { code: 'out_of_range', field: 'width', limit: SIZE, got: 0 } },
  ],
  [
    'width -8',
    async () => ask({ width: -8 }),
    { status: 422, error: { code: 'out_of_range', field: 'width', limit: SIZE } },
  ],
  [
    'width 513',
    async () => ask({ width: 513 }),
    {
      status: 422,
      error: { code: 'out_of_range', field: 'width', limit: SIZE, hint: expect.stringContaining('multiple of 8') },
    },
  ],
  [
    'height 1e9',
    async () => ask({ height: 1e9 }),
    { status: 422, error: { code: 'out_of_range', field: 'height', limit: SIZE, got: 1e9 } },
  ],
  ['width 512.5', async () => ask({ width: 512.5 }), { status: 422, error: { code: 'out_of_range', field: 'width' } }],
  [
    'steps 0',
    async () => ask({ steps: 0 }),
    { status: 422, error: { code: 'out_of_range', field: 'steps', limit: { minimum: 1, maximum: 150 } } },
  ],
  [
    'steps 1.5',
    async () => ask({ steps: 1.5 }),
    { status: 422, error: { code: 'out_of_range', field: 'steps', message: expect.stringContaining('whole number') } },
  ],
  ['steps 1e6', async () => ask({ steps: 1e6 }), { status: 422, error: { code: 'out_of_range', field: 'steps' } }],
  [
    'guidance -1',
    async () => ask({ guidance: -1 }),
    { status: 422, error: { code: 'out_of_range', field: 'guidance' } },
  ],
  [
    'guidance 1e308',
    async () => ask({ guidance: 1e308 }),
    { status: 422, error: { code: 'out_of_range', field: 'guidance', limit: { minimum: 1, maximum: 30 } } },
  ],
  [
    'guidance 1e999',
    async () => askRaw('"guidance":1e999'),
    { status: 422, error: { code: 'out_of_range', field: 'guidance', got: 'Infinity' } },
  ],
  [
    'seed 2^64',
    async () => askRaw('"seed":18446744073709551616'),
    {
      status: 422,
      error: { code: 'out_of_range', field: 'seed', limit: { minimum: -1, maximum: Number.MAX_SAFE_INTEGER } },
    },
  ],
  ['seed "abc"', async () => ask({ seed: 'abc' }), { status: 422, error: { code: 'wrong_type', field: 'seed' } }],
  ['seed -2', async () => ask({ seed: -2 }), { status: 422, error: { code: 'out_of_range', field: 'seed' } }],
  ['count 0', async () => ask({ count: 0 }), { status: 422, error: { code: 'out_of_range', field: 'count' } }],
  [
    'count 10,000',
    async () => ask({ count: 10_000 }),
    { status: 422, error: { code: 'out_of_range', field: 'count' } },
  ],
  [
    'an unknown sampler',
    async () => ask({ sampler: 'eulerr' }),
    { status: 422, error: { code: 'unknown_sampler', field: 'sampler', limit: expect.arrayContaining(['euler']) } },
  ],
  [
    'an unknown schedule',
    async () => ask({ schedule: 'karas' }),
    { status: 422, error: { code: 'unknown_schedule', field: 'schedule', limit: expect.arrayContaining(['karras']) } },
  ],
  [
    'an unknown model',
    async () => ask({ model: 'tinny' }),
    { status: 422, error: { code: 'unknown_model', field: 'model', hint: expect.stringContaining('tiny') } },
  ],
  [
    'a model that is a path',
    async () => ask({ model: '../../etc/passwd' }),
    { status: 422, error: { code: 'unknown_model' } },
  ],
  [
    'a model name of 300 characters',
    async () => ask({ model: 'm'.repeat(300) }),
    { status: 422, error: { code: 'out_of_range', field: 'model', got: 300 } },
  ],
  [
    'an unknown source of noise',
    async () => ask({ rng: 'npu' }),
    { status: 422, error: { code: 'not_allowed', field: 'rng', limit: ['nv', 'cpu'] } },
  ],
  [
    'a prompt of 1 MB',
    async () => ask({ prompt: 'x'.repeat(2 ** 20) }),
    { status: 422, error: { code: 'prompt_too_long', field: 'prompt', limit: 100_000, got: 2 ** 20 } },
  ],
  [
    'a negative prompt of 1 MB',
    async () => ask({ negativePrompt: 'x'.repeat(2 ** 20) }),
    { status: 422, error: { code: 'prompt_too_long', field: 'negativePrompt' } },
  ],
  [
    'a prompt with NUL',
    async () => ask({ prompt: 'a\0b' }),
    { status: 422, error: { code: 'bad_text', field: 'prompt' } },
  ],
  [
    'a prompt with a lone surrogate',
    async () => askRaw(`"negativePrompt":"a\\ud800b"`),
    { status: 422, error: { code: 'bad_text', field: 'negativePrompt' } },
  ],
  [
    'a prompt that is an object',
    async () => ask({ prompt: { text: lone } }),
    { status: 422, error: { code: 'wrong_type', field: 'prompt', got: 'an object' } },
  ],
];

describe('a request for a picture', () => {
  it.each(table)('with %s is refused, and nothing is queued', async (_name, send, expected) => {
    const before = await jobs();
    const answer = await send();
    expect(answer).toMatchObject(expected);
    expect(answer.error.message.length).toBeGreaterThan(10);
    expect(await jobs()).toEqual(before);
  });

  it('has a way out for every refused field', async () => {
    const without: string[] = [];
    for (const [name, send] of table) {
      const { error } = await send();
      if (error.field !== undefined && !error.hint) without.push(name);
    }
    expect(without).toEqual([]);
  });

  it('without any of this is accepted, also with an empty prompt', async () => {
    const { id } = await studio.submit({ prompt: '' });
    expect((await studio.ended(id)).state).toBe('done');
  });
});

describe('a request for anything else', () => {
  it('with a cursor nobody gave out, or a page of -1, is refused by field', async () => {
    expect((await studio.app.inject('/api/v1/images?cursor=made-up')).json().error).toMatchObject({
      code: 'bad_cursor',
    });
    for (const limit of ['-1', '1000000']) {
      const response = await studio.app.inject(`/api/v1/images?limit=${limit}`);
      expect(response.statusCode).toBe(422);
      expect(response.json().error).toMatchObject({
        code: 'out_of_range',
        field: 'limit',
        limit: { minimum: 1, maximum: 200 },
      });
    }
    expect((await studio.app.inject('/api/v1/images?limit=abc')).json().error).toMatchObject({
      code: 'wrong_type',
      field: 'limit',
    });
    expect((await studio.app.inject('/api/v1/images?limitt=5')).json().error).toMatchObject({
      code: 'unknown_field',
      hint: 'Did you mean limit?',
    });
  });

  it('searches literally, whatever is looked for', async () => {
    for (const query of [`%_\\'";--`, '(a+)+$'.repeat(150), '*', '[']) {
      const response = await studio.app.inject({ url: '/api/v1/images', query: { query } });
      expect(response.statusCode).toBe(200);
      expect(response.json().images).toEqual([]);
    }
    expect((await studio.app.inject({ url: '/api/v1/images', query: { query: '%'.repeat(10_000) } })).statusCode).toBe(
      422,
    );
  });

  it('at no address of ours is a 404, by the wrong method a 405 that says which', async () => {
    const nowhere = await studio.app.inject('/api/v1/nothing');
    expect([nowhere.statusCode, nowhere.json().error.code]).toEqual([404, 'not_found']);
    const wrong = await studio.app.inject({ method: 'PUT', url: '/api/v1/jobs', payload: {} });
    expect([wrong.statusCode, wrong.json().error.code]).toEqual([405, 'method_not_allowed']);
    expect(wrong.headers.allow?.split(', ').sort()).toEqual(['GET', 'HEAD', 'POST']);
    const one = await studio.app.inject({ method: 'PATCH', url: '/api/v1/images/abc/file' });
    expect(one.headers.allow).toBe('GET, HEAD');
    expect((await studio.app.inject({ method: 'DELETE', url: '/api/v1/nothing' })).statusCode).toBe(404);
  });

  it('for ids that do not exist is a 404 of its kind', async () => {
    expect((await studio.app.inject('/api/v1/jobs/no-such')).json().error.code).toBe('unknown_job');
    expect((await studio.app.inject('/api/v1/images/no-such/file')).json().error.code).toBe('unknown_image');
    expect((await studio.app.inject({ method: 'DELETE', url: '/api/v1/images/..%2f..%2fetc' })).json().error.code).toBe(
      'unknown_image',
    );
  });

  it('with an address that is not UTF-8 is malformed', async () => {
    const response = await studio.app.inject('/api/v1/jobs/%ff');
    expect([response.statusCode, response.json().error.code]).toEqual([400, 'bad_request']);
  });
});

describe('a fault of the server', () => {
  const answerTo = async (
    thrown: Error,
  ): Promise<{ statusCode: number; body: string; error: Record<string, unknown> }> => {
    const app = Fastify(errorOptions);
    installErrors(app);
    app.get('/', async () => Promise.reject(thrown));
    const { statusCode, body } = await app.inject('/');
    return { statusCode, body, ...(JSON.parse(body) as { error: Record<string, unknown> }) };
  };

  it('is told by its code and a reference; the rest is for the log', async () => {
    for (const thrown of [
      new Error('secret /etc/passwd'),
      new SessionError('session_failed', 'secret /etc/passwd', { secret: 1 }),
    ]) {
      const { statusCode, body, error } = await answerTo(thrown);
      expect(statusCode).toBe(500);
      expect(error['reference']).toMatch(/^[0-9a-f]{8}$/);
      expect(error['hint']).toContain(error['reference']);
      expect(body).not.toContain('secret');
    }
  });

  it('that will pass says so in words', async () => {
    const { statusCode, error } = await answerTo(
      new StudioError('storage_unavailable', 'The disk is full.', { hint: 'Make room.', path: '/secret' }),
    );
    expect(statusCode).toBe(503);
    expect(error).toEqual({
      code: 'storage_unavailable',
      message: 'The disk is full.',
      hint: 'Make room.',
      reference: expect.any(String),
    });
  });
});
