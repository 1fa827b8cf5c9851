/** The words of the prompt book and the buttons that lead to it. They come with their code, not with the first load. */
import { useTranslation } from 'react-i18next';

import { buildingEn } from './locales/building/en.ts';
import { buildingZhCN } from './locales/building/zh-cn.ts';

import type { TFunction } from 'i18next';

export type BuildingWords = TFunction<'building'>;

/** @returns their translate function and the language it speaks */
export function useBuildingWords(): { b: BuildingWords; language: string } {
  const { i18n } = useTranslation();
  if (!i18n.hasResourceBundle('en', 'building')) {
    i18n.addResourceBundle('en', 'building', buildingEn);
    i18n.addResourceBundle('zh-CN', 'building', buildingZhCN);
  }
  const { t } = useTranslation('building');
  return { b: t, language: i18n.language };
}
