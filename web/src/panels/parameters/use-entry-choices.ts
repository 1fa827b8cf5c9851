/** The catalogue's entries as choices, in the words of the page's language where there are any. */
import { useTranslation } from 'react-i18next';

import { wordsOf } from '../../lib/catalogue-words.ts';

import type { Choice } from '../../components/select-field.tsx';
import type { Descriptor } from '@easel/shared/catalogue';

export function useEntryChoices(kind: 'sampler' | 'schedule' | 'rng', entries: readonly Descriptor[]): Choice[] {
  const { i18n } = useTranslation();
  return entries.map((entry) => {
    const { label, summary } = wordsOf(kind, entry, i18n.language);
    // The engine speaks English; say so to screen readers where its sentence is shown in another language's page.
    const summaryLanguage = summary === entry.summary && i18n.language !== 'en' ? 'en' : undefined;
    return { value: entry.id, label, summary, summaryLanguage };
  });
}
