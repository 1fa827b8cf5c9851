/** What a person wants of this model where nothing else is said. An untouched field follows the model. */
import { LIMITS, type NumberLimit } from '@easel/shared/units';
import { useTranslation } from 'react-i18next';

import { useCatalogue } from '../../api/catalogue.ts';
import { Field } from '../../components/field.tsx';
import { NumberField } from '../../components/number-field.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { wordsOf } from '../../lib/catalogue-words.ts';
import { printNumber } from '../../lib/numbers.ts';
import { Section } from './section.tsx';
import { useChange } from './use-change.ts';
import { useWords } from './use-words.ts';

import type { Descriptor } from '@easel/shared/catalogue';
import type { ModelDetail } from '@easel/shared/http/model-details';
import type { ModelDefaults, ModelView } from '@easel/shared/http/models';

const NUMBERS = ['steps', 'guidance', 'width', 'height', 'clipSkip'] as const;

/** Stands for the model's own VAE in the list of choices. */
const OWN = ':own';

export function OwnDefaults({ model, models }: { model: ModelDetail; models: readonly ModelView[] }) {
  const { m, language } = useWords();
  const { t } = useTranslation();
  const catalogue = useCatalogue();
  const { change } = useChange(model.id);
  const { detectedDefaults: found, ownDefaults } = model;
  if (found === null) return null;
  const vaes = models.filter(({ kind, reason }) => kind === 'vae' && reason === null);

  const set = <Key extends keyof ModelDefaults>(key: Key, value: ModelDefaults[Key] | null): void => {
    const { [key]: _, ...others } = ownDefaults;
    const own = key === 'vae' ? undefined : (found as ModelDefaults)[key];
    void change({ defaults: value === null || value === own ? others : { ...others, [key]: value } });
  };
  const entries = (kind: 'sampler' | 'schedule', all: readonly Descriptor[] | undefined) =>
    (all ?? []).map((entry) => ({ value: entry.id, label: wordsOf(kind, entry, language).label }));
  const choicesOf = {
    sampler: entries('sampler', catalogue?.samplers),
    schedule: entries('schedule', catalogue?.schedules),
  };

  return (
    <Section title={m('defaults.title')} lead={m('defaults.lead')}>
      <div className="grid grid-cols-2 gap-x-3 gap-y-2">
        {(['sampler', 'schedule'] as const).map((key) => {
          const choices = choicesOf[key];
          const own = choices.find(({ value }) => value === found[key])?.label ?? found[key];
          return (
            <SelectField
              key={key}
              id={`default-${key}`}
              name={m(`defaults.${key}`)}
              value={ownDefaults[key] ?? found[key]}
              choices={choices}
              placeholder={own}
              isChanged={ownDefaults[key] !== undefined}
              defaultText={own}
              onReset={() => set(key, null)}
              onChange={(value) => set(key, value)}
            />
          );
        })}
        {(vaes.length > 0 || ownDefaults.vae !== undefined) && (
          <SelectField
            id="default-vae"
            name={m('defaults.vae')}
            help={m('defaults.helpVae')}
            value={ownDefaults.vae ?? OWN}
            choices={[
              { value: OWN, label: m('work.ownVae') },
              ...vaes.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            placeholder={ownDefaults.vae ?? ''}
            isChanged={ownDefaults.vae !== undefined}
            defaultText={m('work.ownVae')}
            onReset={() => set('vae', null)}
            onChange={(value) => set('vae', value === OWN ? null : value)}
          />
        )}
        {NUMBERS.map((key) => (
          <Field
            key={key}
            id={`default-${key}`}
            name={m(`defaults.${key}`)}
            isChanged={ownDefaults[key] !== undefined}
            defaultText={printNumber(found[key], language)}
            onReset={() => set(key, null)}
          >
            <NumberField
              id={`default-${key}`}
              value={ownDefaults[key] ?? found[key]}
              limit={LIMITS[key] as NumberLimit}
              placeholder={t('parameters.empty')}
              onChange={(value) => set(key, value)}
              className="w-full"
            />
          </Field>
        ))}
      </div>
    </Section>
  );
}
