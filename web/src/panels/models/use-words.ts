/** The words of this page. They come with its code, not with the first load. */
import { useTranslation } from 'react-i18next';

import { modelsEn } from '../../lib/locales/models/en.ts';
import { modelsZhCN } from '../../lib/locales/models/zh-cn.ts';

import type { TFunction } from 'i18next';

export type ModelWords = TFunction<'models'>;

/** @returns the page's translate function and the language it speaks */
export function useWords(): { m: ModelWords; language: string } {
  const { i18n } = useTranslation();
  if (!i18n.hasResourceBundle('en', 'models')) {
    i18n.addResourceBundle('en', 'models', modelsEn);
    i18n.addResourceBundle('zh-CN', 'models', modelsZhCN);
  }
  const { t } = useTranslation('models');
  return { m: t, language: i18n.language };
}
