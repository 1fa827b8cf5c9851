/** The words of this panel. They come with its code, not with the first load. */
import { useTranslation } from 'react-i18next';

import { networksEn } from '../../lib/locales/networks/en.ts';
import { networksZhCN } from '../../lib/locales/networks/zh-cn.ts';

import type { NetworkMisfit } from '@easel/shared/networks';
import type { TFunction } from 'i18next';

export type NetworkWords = TFunction<'networks'>;

/** @returns the panel's translate function and the language it speaks */
export function useWords(): { n: NetworkWords; language: string } {
  const { i18n } = useTranslation();
  if (!i18n.hasResourceBundle('en', 'networks')) {
    i18n.addResourceBundle('en', 'networks', networksEn);
    i18n.addResourceBundle('zh-CN', 'networks', networksZhCN);
  }
  const { t } = useTranslation('networks');
  return { n: t, language: i18n.language };
}

/** Completes a sentence. */
export function misfitText(misfit: NetworkMisfit, n: NetworkWords): string {
  if (misfit.by === 'base') {
    return n('misfit.base', { network: n(`base.${misfit.network}`), model: n(`base.${misfit.model}`) });
  }
  return n('misfit.width', { network: misfit.network.join(' + '), model: misfit.model.join(' + ') });
}
