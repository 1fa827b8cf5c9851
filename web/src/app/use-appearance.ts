/** Puts the chosen theme and language on the document. */
import { useEffect, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';

import { changeLanguage } from '../lib/i18n.ts';
import { useLayout } from '../state/layout.ts';

const DARK = '(prefers-color-scheme: dark)';

export function useAppearance(): { scheme: 'light' | 'dark' } {
  const { i18n } = useTranslation();
  const theme = useLayout((state) => state.theme);
  const language = useLayout((state) => state.language);
  const isSystemDark = useSyncExternalStore(
    (notify) => {
      const media = matchMedia(DARK);
      media.addEventListener('change', notify);
      return () => media.removeEventListener('change', notify);
    },
    () => matchMedia(DARK).matches,
  );

  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);

  useEffect(() => {
    document.documentElement.lang = language;
    if (i18n.language !== language) void changeLanguage(i18n, language);
  }, [i18n, language]);

  return { scheme: theme === 'system' ? (isSystemDark ? 'dark' : 'light') : theme };
}
