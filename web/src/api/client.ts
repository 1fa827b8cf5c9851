/** HTTP to the server: one function that sends, checks and parses. Refusals arrive as StudioError with the server's code. */
import { fromWire, type ErrorCode } from '@easel/shared/errors';
import { errorBody } from '@easel/shared/http/errors';

import type { ZodType } from 'zod';

/** The server did not answer, or not with anything of ours (a proxy's page, a half answer). */
class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/**
 * Calls a route and parses its answer.
 *
 * @throws StudioError with the server's code, message and details, where it refused
 * @throws UnreachableError where no answer of the server came
 */
export async function call<Answer>(path: string, answer: ZodType<Answer>, options: Call = {}): Promise<Answer> {
  const response = await send(path, options);
  if (!response.ok) await refuse(path, response);
  return answer.parse(await readJson(response));
}

/** Calls a route whose answer says nothing of interest. */
export async function callForEffect(path: string, options: Call): Promise<void> {
  const response = await send(path, options);
  if (!response.ok) await refuse(path, response);
}

async function refuse(path: string, response: Response): Promise<never> {
  const refusal = errorBody.safeParse(await readJson(response));
  if (!refusal.success) throw new UnreachableError(`${path}: status ${response.status}`);
  const { code, message, ...details } = refusal.data.error;
  // An unknown code (a newer server) becomes `internal` in fromWire.
  throw fromWire({ code: code as ErrorCode, message, details });
}

async function send(path: string, { method = 'GET', body, signal }: Call): Promise<Response> {
  const init: RequestInit = { method, headers: { accept: 'application/json' } };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  try {
    return await fetch(`/api/v1${path}`, init);
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new UnreachableError(`${path}: no answer`, { cause });
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    throw new UnreachableError(`${response.url}: the answer is not JSON`, { cause });
  }
}
