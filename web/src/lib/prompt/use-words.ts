/** The words of the prompt editor and of what the model received. They come with its code, not with the first load. */
import { useTranslation } from 'react-i18next';

import { promptEn } from '../locales/prompt/en.ts';
import { promptZhCN } from '../locales/prompt/zh-cn.ts';

import type { TFunction } from 'i18next';

export type PromptWordsOf = TFunction<'prompt'>;

/** @returns the translate function and the language it speaks */
export function usePromptWording(): { p: PromptWordsOf; language: string } {
  const { i18n } = useTranslation();
  if (!i18n.hasResourceBundle('en', 'prompt')) {
    i18n.addResourceBundle('en', 'prompt', promptEn);
    i18n.addResourceBundle('zh-CN', 'prompt', promptZhCN);
  }
  const { t } = useTranslation('prompt');
  return { p: t, language: i18n.language };
}
