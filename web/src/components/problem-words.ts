/** What is said of something odd in a prompt, and what its button is called. */
import type { PromptProblemView } from '@easel/shared/http/prompt';

import type { Translate } from '../lib/i18n.ts';

export const problemWords = (
  t: Translate,
): { message: (problem: PromptProblemView) => string; fix: (problem: PromptProblemView) => string } => ({
  message: ({ kind }) => t(`promptProblem.${kind}`),
  fix: ({ near }) => (near?.[0] === undefined ? t('promptProblem.fix') : t('promptProblem.write', { name: near[0] })),
});
