/** How the picture is worked out of the noise: steps, guidance, sampler, schedule. */
import { useTranslation } from 'react-i18next';

import { SelectField } from '../../components/select-field.tsx';
import { SliderField } from '../../components/slider-field.tsx';
import { wordsOf } from '../../lib/catalogue-words.ts';
import { useEntryChoices } from './use-entry-choices.ts';

import type { Parameters } from './use-parameters.ts';

// Where the sliders end; the fields beside them go on to the limits.
const USUAL_STEPS = 60;
const USUAL_GUIDANCE = 15;

export function SamplingFields({ values, catalogue, set, limitOf, fieldOf }: Parameters) {
  const { t, i18n } = useTranslation();
  const samplers = useEntryChoices('sampler', catalogue?.samplers ?? []);
  const schedules = useEntryChoices('schedule', catalogue?.schedules ?? []);
  if (!values) return null;

  const withLabel = (key: 'sampler' | 'schedule') => {
    const field = fieldOf(key);
    const entries = key === 'sampler' ? catalogue?.samplers : catalogue?.schedules;
    const entry = entries?.find((each) => each.id === field.defaultText);
    return { ...field, defaultText: entry ? wordsOf(key, entry, i18n.language).label : field.defaultText };
  };

  return (
    <>
      <SliderField
        id="steps"
        name={t('parameters.steps')}
        help={t('help.steps')}
        value={values.steps}
        limit={limitOf('steps')}
        usualMaximum={USUAL_STEPS}
        step={1}
        onChange={(value) => set('steps', value)}
        {...fieldOf('steps')}
      />
      <SliderField
        id="guidance"
        name={t('parameters.guidance')}
        help={t('help.guidance')}
        value={values.guidance}
        limit={limitOf('guidance')}
        usualMaximum={USUAL_GUIDANCE}
        step={0.5}
        onChange={(value) => set('guidance', value)}
        {...fieldOf('guidance')}
      />
      <SelectField
        id="sampler"
        name={t('parameters.sampler')}
        help={t('help.sampler')}
        value={values.sampler}
        choices={samplers}
        placeholder={values.sampler}
        onChange={(value) => set('sampler', value)}
        {...withLabel('sampler')}
      />
      <SelectField
        id="schedule"
        name={t('parameters.schedule')}
        help={t('help.schedule')}
        value={values.schedule}
        choices={schedules}
        placeholder={values.schedule}
        onChange={(value) => set('schedule', value)}
        {...withLabel('schedule')}
      />
    </>
  );
}
