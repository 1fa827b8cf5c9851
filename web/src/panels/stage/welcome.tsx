/** What a person sees before there is any picture: a question, and four ways to begin. */
import { useTranslation } from 'react-i18next';

import { useModels } from '../../api/catalogue.ts';
import { focusPrompt } from '../../commands/generate.ts';
import { Logo } from '../../components/logo.tsx';
import { Notice } from '../../components/notice.tsx';
import { modelOf } from '../../lib/form.ts';
import { useForm } from '../../state/form.ts';

const EXAMPLES_SHOWN = 4;

export function Welcome() {
  const { t } = useTranslation();
  const form = useForm((state) => state.values);
  const update = useForm((state) => state.update);
  const models = useModels();
  const examples = (models && modelOf(form, models))?.examples.slice(0, EXAMPLES_SHOWN) ?? [];
  const isPending = models?.models.some((model) => model.reason?.code === 'model_pending') ?? false;
  const unusable = models?.models.filter((model) => !model.isUsable).length ?? 0;
  // A file that is still being looked at may turn out to be the one.
  const isWithoutModel = models !== undefined && models.defaultModel === null && !isPending;

  const begin = (prompt: string): void => {
    update((values) => ({ ...values, prompt }));
    focusPrompt();
  };

  return (
    <div className="flex h-full flex-col items-center overflow-y-auto px-4">
      <div className="my-auto flex w-full max-w-2xl flex-col items-center py-8 text-center phone:py-4">
        <span className="text-soft">
          <Logo size={56} />
        </span>
        <h1 className="mt-5 font-serif text-display text-balance">{t('welcome.title')}</h1>
        <p className="mt-2 text-base text-soft">
          {t(examples.length === 0 ? 'welcome.leadWithoutExamples' : 'welcome.lead')}
        </p>
        {isWithoutModel && (
          <div className="mt-6 w-full max-w-lg text-left">
            <Notice
              tone="warn"
              title={t('welcome.noModel')}
              hint={[
                ...(unusable === 0 ? [] : [t('welcome.unusableModels', { count: unusable })]),
                t('welcome.noModelHint'),
              ].join(' ')}
            />
          </div>
        )}
        {examples.length > 0 && (
          <ul
            aria-label={t('welcome.examples')}
            className="mt-8 grid w-full grid-cols-2 gap-2 text-left phone:mt-5 phone:grid-cols-1"
          >
            {examples.map((example) => (
              <li key={example}>
                <button
                  type="button"
                  onClick={() => begin(example)}
                  className="flex h-full min-h-16 w-full items-center rounded-lg border border-line bg-surface px-4 py-3 text-left text-soft transition-colors hover:border-edge hover:bg-raised hover:text-ink active:bg-press phone:min-h-11"
                >
                  {example}
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
