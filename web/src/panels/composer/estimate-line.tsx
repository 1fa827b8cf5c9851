/** About how long it will take and how much memory, in small grey words; a warning only where it would be refused. */
import { clsx } from 'clsx';
import { useTranslation } from 'react-i18next';

import { useCatalogue, useModels } from '../../api/catalogue.ts';
import { useEstimate } from '../../api/estimate.ts';
import { Tip } from '../../components/tip.tsx';
import { formatBytes, formatDuration } from '../../lib/format.ts';
import { modelOf, requestOf } from '../../lib/form.ts';
import { readersOf } from '../../lib/options.ts';
import { useForm } from '../../state/form.ts';

import type { EstimateView } from '@easel/shared/http/estimate';

export function EstimateLine({ className }: { className?: string }) {
  const { i18n } = useTranslation();
  const estimate = useFormEstimate();
  const words = useWords(estimate);
  if (estimate === null) return null;
  return (
    <Tip text={words.explained}>
      <span
        role="note"
        aria-label={`${words.line}. ${words.explained}`}
        lang={i18n.language}
        className={clsx(
          'numerals inline-flex h-6 items-center rounded-sm px-1 text-2xs',
          estimate.fits ? 'text-faint' : 'text-warn',
          className,
        )}
      >
        {words.line}
      </span>
    </Tip>
  );
}

function useFormEstimate(): EstimateView | null {
  const values = useForm((state) => state.values);
  const models = useModels();
  const catalogue = useCatalogue();
  const model = models && modelOf(values, models);
  const isKnown = model?.isUsable === true && catalogue !== undefined && models !== undefined;
  return useEstimate(isKnown ? requestOf(values, model, readersOf(values, model, catalogue, models)) : null);
}

function useWords(estimate: EstimateView | null): { line: string; explained: string } {
  const { t, i18n } = useTranslation();
  if (estimate === null) return { line: '', explained: '' };
  const need = formatBytes(estimate.needBytes, i18n.language);
  const have = formatBytes(estimate.haveBytes, i18n.language);
  if (!estimate.fits) {
    const { largest } = estimate;
    const advice = largest === null ? t('estimate.nothingFits') : t('estimate.largest', largest);
    return { line: t('estimate.tooLarge', { need, have }), explained: advice };
  }
  // A time that was never measured here would be a guess, and memory is what decides.
  const time = estimate.isMeasured && estimate.durationMs !== null;
  const line = time
    ? t('estimate.timeAndMemory', { time: formatDuration(estimate.durationMs ?? 0, i18n.language), memory: need })
    : t('estimate.memory', { memory: need });
  const given = estimate.fallbacks.map((each) => t(`note.${each}`));
  return { line, explained: [t('estimate.help', { have }), ...given].join(' ') };
}
