/** The words of this page. They come with its code, not with the first load. */
import { axisRow } from '@easel/shared/grid/axes';
import { useTranslation } from 'react-i18next';

import { useCatalogue } from '../../api/catalogue.ts';
import { gridEn } from '../../lib/locales/grid/en.ts';
import { gridZhCN } from '../../lib/locales/grid/zh-cn.ts';
import { optionWords } from '../../lib/option-words.ts';

import type { TFunction } from 'i18next';

export type GridWords = TFunction<'grid'>;

/** @returns the page's translate function and the language it speaks */
export function useWords(): { g: GridWords; language: string } {
  const { i18n } = useTranslation();
  if (!i18n.hasResourceBundle('en', 'grid')) {
    i18n.addResourceBundle('en', 'grid', gridEn);
    i18n.addResourceBundle('zh-CN', 'grid', gridZhCN);
  }
  const { t } = useTranslation('grid');
  return { g: t, language: i18n.language };
}

const isOwn = (type: string): type is keyof typeof gridEn.axis => Object.hasOwn(gridEn.axis, type);

/** What an axis is called in the page's language. */
export function useAxisName(): (type: string) => string {
  const { g, language } = useWords();
  const catalogue = useCatalogue();
  return (type) => {
    if (isOwn(type)) return g(`axis.${type}`);
    const option = catalogue?.options.find(({ id }) => id === type);
    return option === undefined ? (axisRow(type)?.label ?? type) : optionWords(option, language).label;
  };
}
