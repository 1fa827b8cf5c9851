/** What is said of something odd in a prompt, to stand before its place or alone, and what its button is called. */
import type { PromptProblemView } from '@easel/shared/http/prompt';

import type { Translate } from '../lib/i18n.ts';

export const problemWords = (
  t: Translate,
): {
  message: (problem: PromptProblemView) => string;
  alone: (problem: PromptProblemView) => string;
  fix: (problem: PromptProblemView) => string;
} => ({
  message: ({ kind }) => t(`promptProblem.${kind}`),
  alone: ({ kind }) => t(`promptProblem.${kind}`).replace(/[:：]$/, ''),
  fix: ({ near }) => (near?.[0] === undefined ? t('promptProblem.fix') : t('promptProblem.write', { name: near[0] })),
});
