/** Which checkpoint paints. Files that cannot be used are listed with the reason, so that nobody wonders. */
import { RefreshCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { useCommandContext } from '../../commands/context.ts';
import { lookForModels } from '../../commands/generate.ts';
import { IconButton } from '../../components/icon-button.tsx';
import { SelectField, type Choice } from '../../components/select-field.tsx';
import { withModel } from '../../lib/form.ts';
import { formatBytes } from '../../lib/format.ts';
import { describeStored } from '../../lib/problem.ts';

import type { Parameters } from './use-parameters.ts';

export function ModelField({ form, models, model, update, limitOf, errorOf }: Parameters) {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  const context = useCommandContext();
  const choices = (models?.models ?? []).map((each): Choice => {
    if (each.isUsable) {
      const facts = [each.familyLabel, formatBytes(each.sizeBytes, language)].filter((fact) => fact !== null);
      return { value: each.id, label: each.name, summary: facts.join(' · ') };
    }
    const problem = each.reason && describeStored(each.reason, t, language);
    const reason =
      problem &&
      (language === 'en' ? `${problem.message ?? problem.title} ${problem.hint}` : `${problem.title}。${problem.hint}`);
    return { value: each.id, label: each.fileName, summary: reason ?? t('parameters.unusable'), isDisabled: true };
  });
  const usual = models?.models.find((each) => each.id === models.defaultModel);
  const choose = (id: string): void => {
    const next = models?.models.find((each) => each.id === id);
    if (next) update((values) => withModel(values, model, next, limitOf('width')));
  };
  const isGone = form.model !== null && models !== undefined && !model;
  return (
    <SelectField
      id="model"
      name={t('parameters.model')}
      help={t('help.model')}
      value={model?.id ?? null}
      choices={choices}
      aside={
        <IconButton
          look="small"
          label={t('parameters.lookAgain')}
          icon={<RefreshCw size={13} />}
          onClick={() => void lookForModels(context)}
        />
      }
      placeholder={choices.length === 0 ? t('parameters.noModels') : t('parameters.chooseModel')}
      error={errorOf('model') ?? (isGone ? t('parameters.modelGone', { model: form.model ?? '' }) : undefined)}
      isChanged={form.model !== null && form.model !== models?.defaultModel}
      defaultText={usual?.name ?? ''}
      onReset={usual && (() => choose(usual.id))}
      onChange={choose}
    />
  );
}
