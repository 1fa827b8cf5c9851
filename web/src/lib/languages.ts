/** The languages there are. Adding one: a locale file, a line here and one in i18n.ts. */

export const LANGUAGES = ['en', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language in its own words. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', 'zh-CN': '简体中文' };

/** The first of the person's languages that there is; English where none is. */
export function chooseLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split('-')[0];
    const match = LANGUAGES.find((language) => language.toLowerCase().split('-')[0] === primary);
    if (match) return match;
  }
  return 'en';
}
