/** Appearance, language, and the way to the shortcut sheet. */
import { Menu } from '@base-ui/react/menu';
import { Check, Keyboard, Settings } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { LANGUAGE_NAMES, LANGUAGES, type Language } from '../lib/languages.ts';
import { setLayout, THEMES, useLayout, type Theme } from '../state/layout.ts';
import { setOverlay } from '../state/view.ts';

const itemClass =
  'flex items-center gap-2 rounded-sm py-1.5 pr-3 pl-2 outline-none select-none data-highlighted:bg-hover phone:py-3';
const titleClass = 'px-2 pt-2 pb-1 text-2xs font-semibold tracking-wide text-faint';
const THEME_WORDS = {
  system: 'settings.themeSystem',
  light: 'settings.themeLight',
  dark: 'settings.themeDark',
} as const;

export function SettingsMenu() {
  const { t } = useTranslation();
  const theme = useLayout((state) => state.theme);
  const language = useLayout((state) => state.language);
  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label={t('settings.title')}
        className="inline-flex size-control items-center justify-center rounded-md text-soft transition-colors hover:bg-hover hover:text-ink data-popup-open:bg-hover"
      >
        <Settings size={17} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={6} collisionPadding={8} className="z-60">
          <Menu.Popup className="popup min-w-52 p-1">
            <Menu.Group>
              <Menu.GroupLabel className={titleClass}>{t('settings.theme')}</Menu.GroupLabel>
              <Menu.RadioGroup value={theme} onValueChange={(next: Theme) => setLayout({ theme: next })}>
                {THEMES.map((each) => (
                  <Menu.RadioItem key={each} value={each} className={itemClass}>
                    <Mark />
                    {t(THEME_WORDS[each])}
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
            </Menu.Group>
            <Menu.Separator className="my-1 h-px bg-line" />
            <Menu.Group>
              <Menu.GroupLabel className={titleClass}>{t('settings.language')}</Menu.GroupLabel>
              <Menu.RadioGroup value={language} onValueChange={(next: Language) => setLayout({ language: next })}>
                {LANGUAGES.map((each) => (
                  <Menu.RadioItem key={each} value={each} className={itemClass} lang={each}>
                    <Mark />
                    {LANGUAGE_NAMES[each]}
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
            </Menu.Group>
            <Menu.Separator className="my-1 h-px bg-line" />
            <Menu.Item className={itemClass} onClick={() => setOverlay('shortcuts')}>
              <Keyboard size={14} aria-hidden className="w-4 text-faint" />
              {t('settings.shortcuts')}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Mark() {
  return (
    <span className="w-4 text-accent-ink">
      <Menu.RadioItemIndicator>
        <Check size={14} />
      </Menu.RadioItemIndicator>
    </span>
  );
}
