/** What few people change: clip skip, the source of the noise, and the catalogue's options. Folded away until wanted. */
import { Collapsible } from '@base-ui/react/collapsible';
import { ChevronRight } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';

import { Field } from '../../components/field.tsx';
import { FieldsSkeleton } from '../../components/fields-skeleton.tsx';
import { NumberField } from '../../components/number-field.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { hasChanged } from './option-list.tsx';
import { useEntryChoices } from './use-entry-choices.ts';

import type { Parameters } from './use-parameters.ts';
import type { RngSource } from '@easel/shared/generation';

const AdvancedOptions = lazy(async () => ({ default: (await import('./advanced-options.tsx')).AdvancedOptions }));

export function FineTuning(parameters: Parameters) {
  const { form, values, catalogue, set, limitOf, fieldOf } = parameters;
  const { t } = useTranslation();
  const rngs = useEntryChoices('rng', catalogue?.rngs ?? []);
  if (!values) return null;
  const isChanged =
    form.changes.clipSkip !== undefined ||
    form.changes.rng !== undefined ||
    hasChanged(parameters, (option) => !option.isCommon);
  const clipSkip = fieldOf('clipSkip');
  const rng = fieldOf('rng');
  return (
    <Collapsible.Root defaultOpen={isChanged} className="border-t border-line pt-2">
      <Collapsible.Trigger className="group -mx-1 flex h-control items-center gap-1 rounded-md px-1 text-xs font-medium text-soft hover:text-ink">
        <ChevronRight size={14} className="transition-transform group-data-panel-open:rotate-90" />
        {t('parameters.fineTuning')}
      </Collapsible.Trigger>
      <Collapsible.Panel className="flex flex-col gap-4 pt-1">
        <Field
          id="clipSkip"
          name={t('parameters.clipSkip')}
          help={t('help.clipSkip')}
          {...clipSkip}
          aside={
            <NumberField
              id="clipSkip"
              value={values.clipSkip}
              limit={limitOf('clipSkip')}
              isInvalid={clipSkip.error !== undefined}
              onChange={(value) => set('clipSkip', value)}
              className="w-16 text-right"
            />
          }
        />
        <SelectField
          id="rng"
          name={t('parameters.rng')}
          help={t('help.rng')}
          value={values.rng}
          choices={rngs}
          placeholder={values.rng}
          onChange={(value) => set('rng', value as RngSource)}
          {...rng}
        />
        <Suspense fallback={<FieldsSkeleton />}>
          <AdvancedOptions {...parameters} />
        </Suspense>
      </Collapsible.Panel>
    </Collapsible.Root>
  );
}
