/** A thrown refusal in words: what happened, what to do, and which field it is about. */
import { ERROR_CODES, StudioError, type ErrorCode } from '@easel/shared/errors';

import type { Translate } from './i18n.ts';
import type { Messages } from './locales/en.ts';

export interface Problem {
  title: string;
  /** The server's own sentence; English. Null when there is none. */
  message: string | null;
  hint: string;
  /** Path of the field in the request, e.g. `width`. */
  field: string | null;
}

type HintKey = 'request' | 'model' | 'memory' | 'retry' | 'engine' | 'storage' | 'internal';

const HINT_OF_CODE: Partial<Record<ErrorCode, HintKey>> = {
  unknown_model: 'model',
  model_unusable: 'model',
  no_model: 'model',
  out_of_memory: 'memory',
  model_pending: 'retry',
  request_timeout: 'retry',
  queue_full: 'retry',
  engine_lost: 'retry',
  storage_unavailable: 'storage',
};

const HINT_OF_ACTOR: Record<(typeof ERROR_CODES)[ErrorCode]['actor'], HintKey> = {
  request: 'request',
  checkpoint: 'model',
  graph: 'engine',
  session: 'engine',
  cancelled: 'request',
  engine: 'engine',
  server: 'internal',
};

const hintKeyOf = (code: ErrorCode): HintKey => HINT_OF_CODE[code] ?? HINT_OF_ACTOR[ERROR_CODES[code].actor];

// The locales have a title for each code (i18n.test.ts); one that is newer than they are is called unforeseen.
const titleOf = (code: ErrorCode, t: Translate): string =>
  t(`problemTitle.${code as keyof Messages['problemTitle']}`, { defaultValue: t('problemTitle.internal') });

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CODES, code);

/** Title of a code; the words of `internal` for one nobody knows. */
export function titleOfCode(code: string, t: Translate): string {
  return titleOf(isCode(code) ? code : 'internal', t);
}

/** What the server said about a job or a model, in the language of the page. */
export function describeStored(
  error: { code: string; message: string; hint?: string | undefined },
  t: Translate,
  language: string,
): Problem {
  const code = isCode(error.code) ? error.code : 'internal';
  const general = t(`problemHint.${hintKeyOf(code)}`);
  return {
    title: titleOf(code, t),
    message: error.message,
    hint: language === 'en' ? (error.hint ?? general) : general,
    field: null,
  };
}

/** Anything thrown by a call, in the language of the page. The server's sentences are English and used only there. */
export function describeProblem(thrown: unknown, t: Translate, language: string): Problem {
  if (thrown instanceof StudioError) {
    const { details } = thrown;
    const limit = printLimit(details.limit);
    const stored = describeStored({ code: thrown.code, message: thrown.message, hint: details.hint }, t, language);
    const parts = [stored.hint];
    if (language !== 'en' && limit !== null) parts.push(t('problem.limit', { limit }));
    if (typeof details['reference'] === 'string')
      parts.push(t('problem.reference', { reference: details['reference'] }));
    return { ...stored, hint: parts.join(' '), field: details.field ?? null };
  }
  const isUnreachable = thrown instanceof Error && thrown.name === 'UnreachableError';
  return isUnreachable
    ? { title: t('problem.unreachable'), message: null, hint: t('problem.unreachableHint'), field: null }
    : { title: t('problem.unknown'), message: null, hint: t('problem.unknownHint'), field: null };
}

function printLimit(limit: unknown): string | null {
  if (typeof limit === 'number' || typeof limit === 'string') return String(limit);
  if (Array.isArray(limit)) return limit.map(String).join(', ');
  if (typeof limit !== 'object' || limit === null) return null;
  const { minimum, maximum } = limit as { minimum?: unknown; maximum?: unknown };
  return typeof minimum === 'number' && typeof maximum === 'number' ? `${minimum} – ${maximum}` : null;
}
