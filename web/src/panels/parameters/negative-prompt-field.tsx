/** What the picture is steered away from. */
import { useTranslation } from 'react-i18next';

import { usePromptUse } from '../../api/prompt.ts';
import { errorIdOf, Field } from '../../components/field.tsx';
import { PromptProblems } from '../../components/prompt-problems.tsx';
import { PromptText } from '../../components/prompt-text.tsx';
import { TokenCount } from '../../components/token-count.tsx';

import type { Parameters } from './use-parameters.ts';

const ID = 'negativePrompt';

export function NegativePromptField({ form, update, errorOf }: Parameters) {
  const { t } = useTranslation();
  const { problems, text, ...use } = usePromptUse(form.negativePrompt, { isNegative: true });
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
      aside={form.negativePrompt === '' ? undefined : <TokenCount {...use} />}
    >
      <PromptText
        id={ID}
        value={form.negativePrompt}
        minimumLines={2}
        placeholder={t('parameters.negativePlaceholder')}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : errorIdOf(ID)}
        onChange={(event) => update((values) => ({ ...values, negativePrompt: event.target.value }))}
        className="rounded-md border border-edge bg-raised px-2.5 py-1.5 hover:border-faint aria-invalid:border-danger"
      />
      <PromptProblems
        text={text}
        problems={problems}
        onFix={(fixed) => update((values) => ({ ...values, negativePrompt: fixed }))}
      />
    </Field>
  );
}
