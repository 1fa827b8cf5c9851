/** What a command may use beside the stores: the cache and the words. Commands are run by buttons, keys and toasts alike. */
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { describeProblem } from '../lib/problem.ts';

import type { Translate } from '../lib/i18n.ts';
import { toast } from '../lib/toast.ts';

export interface CommandContext {
  client: QueryClient;
  t: Translate;
  language: string;
}

export function useCommandContext(): CommandContext {
  const client = useQueryClient();
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  return useMemo(() => ({ client, t, language }), [client, t, language]);
}

/** Says in a toast why something asked for did not happen, and what to do. */
export function reportProblem(thrown: unknown, { t, language }: CommandContext): void {
  const problem = describeProblem(thrown, t, language);
  toast.error(problem.title, { description: problem.hint });
}
