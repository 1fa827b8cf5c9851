/** What few people change: clip skip and the source of the noise. Folded away until wanted. */
import { Collapsible } from '@base-ui/react/collapsible';
import { ChevronRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { Field } from '../../components/field.tsx';
import { NumberField } from '../../components/number-field.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { useEntryChoices } from './use-entry-choices.ts';

import type { Parameters } from './use-parameters.ts';
import type { RngSource } from '@easel/shared/generation';

export function FineTuning({ form, values, catalogue, set, limitOf, fieldOf }: Parameters) {
  const { t } = useTranslation();
  const rngs = useEntryChoices('rng', catalogue?.rngs ?? []);
  if (!values) return null;
  const isChanged = form.changes.clipSkip !== undefined || form.changes.rng !== undefined;
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
      </Collapsible.Panel>
    </Collapsible.Root>
  );
}
