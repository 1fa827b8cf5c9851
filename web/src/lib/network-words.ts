/** Words about LoRA and embeddings. They come with what says them, not with the first load. */
import { useTranslation } from 'react-i18next';

import { networksEn } from './locales/networks/en.ts';
import { networksZhCN } from './locales/networks/zh-cn.ts';
import { describeStored } from './problem.ts';

import type { ModelView } from '@easel/shared/http/models';
import type { NetworkMisfit, NetworkView } from '@easel/shared/networks';
import type { TFunction } from 'i18next';

export type NetworkWords = TFunction<'networks'>;

interface Words {
  n: NetworkWords;
  language: string;
  /** Why a file cannot be used; null where it can, or nobody knows yet. */
  unusable: (reason: ModelView['reason']) => string | null;
}

/** @returns their translate function and the language it speaks */
export function useNetworkWords(): Words {
  const { i18n } = useTranslation();
  if (!i18n.hasResourceBundle('en', 'networks')) {
    i18n.addResourceBundle('en', 'networks', networksEn);
    i18n.addResourceBundle('zh-CN', 'networks', networksZhCN);
  }
  const { t } = useTranslation();
  const { t: n } = useTranslation('networks');
  const { language } = i18n;
  return {
    n,
    language,
    unusable: (reason) => {
      if (reason === null || reason.code === 'model_pending') return null;
      const { title, message } = describeStored(reason, t, language);
      // The server's sentences are English.
      return language === 'en' ? (message ?? title) : title;
    },
  };
}

/** Completes a sentence. */
export function misfitText(misfit: NetworkMisfit, n: NetworkWords): string {
  if (misfit.by === 'base') {
    return n('misfit.base', { network: n(`base.${misfit.network}`), model: n(`base.${misfit.model}`) });
  }
  if (misfit.by === 'channels') return n('misfit.channels', { network: misfit.network, model: misfit.model });
  return n('misfit.width', { network: misfit.network.join(' + '), model: misfit.model.join(' + ') });
}

const rangeOf = ({ least, most }: { least: number; most: number }): string =>
  least === most ? String(most) : `${least}–${most}`;

/** What a file is in a few words each: base, kind, rank or vectors. */
export function networkFacts({ kind, base, ranks, vectors }: NetworkView, n: NetworkWords): string[] {
  return [
    base === null ? null : n(`base.${base}`),
    n(`kind.${kind}`),
    ranks === null ? null : n('picker.rank', { rank: rangeOf(ranks) }),
    vectors === null ? null : n('picker.vectors', { count: vectors }),
  ].filter((fact) => fact !== null);
}
