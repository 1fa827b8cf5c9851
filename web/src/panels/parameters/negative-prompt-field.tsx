/** What the picture is steered away from. */
import { clsx } from 'clsx';
import { useTranslation } from 'react-i18next';

import { usePromptWords } from '../../api/prompt-words.ts';
import { usePromptUse } from '../../api/prompt.ts';
import { useRecall } from '../../commands/use-recall.ts';
import { errorIdOf, Field } from '../../components/field.tsx';
import { PromptProblems } from '../../components/prompt-problems.tsx';
import { PromptText } from '../../components/prompt-text.tsx';
import { TokenCount } from '../../components/token-count.tsx';
import { usePromptReader } from '../../state/reader.ts';
import { showReceived } from '../../state/received.ts';

import type { Parameters } from './use-parameters.ts';

const ID = 'negativePrompt';

export function NegativePromptField({ form, model, update, errorOf }: Parameters) {
  const { t } = useTranslation();
  const { reading, ...use } = usePromptUse(form.negativePrompt, usePromptReader(true));
  const words = usePromptWords(model?.id);
  const error = errorOf(ID);
  return (
    <Field
      id={ID}
      name={t('parameters.negativePrompt')}
      help={t('help.negativePrompt')}
      error={error}
      isChanged={form.negativePrompt !== ''}
      defaultText={t('parameters.empty')}
      onReset={() => update((values) => ({ ...values, negativePrompt: '' }))}
      aside={
        form.negativePrompt === '' ? undefined : <TokenCount {...use} onOpen={() => showReceived('negativePrompt')} />
      }
    >
      <PromptText
        id={ID}
        value={form.negativePrompt}
        isNegative
        reading={reading}
        words={words}
        onRecall={useRecall('negativePrompt')}
        minimumLines={2}
        maximumHeight="12rem"
        padding="0.375rem 0.625rem"
        ariaLabel={t('parameters.negativePrompt')}
        placeholder={t('parameters.negativePlaceholder')}
        isInvalid={error !== undefined}
        describedBy={error === undefined ? undefined : errorIdOf(ID)}
        onChange={(text) => update((values) => ({ ...values, negativePrompt: text }))}
        className={clsx(
          'rounded-md border bg-raised text-field has-focus-visible:outline-2 has-focus-visible:-outline-offset-1 has-focus-visible:outline-accent',
          error === undefined ? 'border-edge hover:border-faint' : 'border-danger',
        )}
      />
      <PromptProblems reading={reading} onFix={(fixed) => update((values) => ({ ...values, negativePrompt: fixed }))} />
    </Field>
  );
}
