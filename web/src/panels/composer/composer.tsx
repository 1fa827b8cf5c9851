/** The prompt and the one button. Under the picture on a desk, at the bottom edge of a phone. */
import { clsx } from 'clsx';
import { Images, ListVideo, LoaderCircle, Paintbrush, SlidersHorizontal } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { usePromptWords } from '../../api/prompt-words.ts';
import { usePromptUse } from '../../api/prompt.ts';
import { useCommandContext } from '../../commands/context.ts';
import { generate, PROMPT_ID } from '../../commands/generate.ts';
import { toggleParameters } from '../../commands/table.ts';
import { useRecall } from '../../commands/use-recall.ts';
import { Button } from '../../components/button.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Notice } from '../../components/notice.tsx';
import { PromptProblems } from '../../components/prompt-problems.tsx';
import { PromptText } from '../../components/prompt-text.tsx';
import { Tip } from '../../components/tip.tsx';
import { TokenCount } from '../../components/token-count.tsx';
import { describeProblem } from '../../lib/problem.ts';
import { useForm } from '../../state/form.ts';
import { useLayout } from '../../state/layout.ts';
import { usePromptReader } from '../../state/reader.ts';
import { showReceived } from '../../state/received.ts';
import { setOverlay } from '../../state/view.ts';
import { AspectMenu } from './aspect-menu.tsx';
import { BuildingButtons, StyleChips } from './lazy-bar.tsx';
import { EstimateLine } from './estimate-line.tsx';

const HINT_ID = 'prompt-hint';

interface ComposerProps {
  /** One column: buttons open sheets, and the bar has a thumb's height. */
  isPhone: boolean;
  /** Jobs running or waiting, for the badge. */
  jobCount: number;
}

export function Composer({ isPhone, jobCount }: ComposerProps) {
  const { t } = useTranslation();
  const prompt = useForm((state) => state.values.prompt);
  const isEmptyPromptNoted = useForm((state) => state.isEmptyPromptNoted);
  const update = useForm((state) => state.update);
  const reader = usePromptReader(false);
  const { reading, ...use } = usePromptUse(prompt, reader);
  const words = usePromptWords(reader.model);
  const isRefused = useRefusedField() === 'prompt';

  return (
    <section aria-label={t('zone.composer')} className="flex flex-col gap-2">
      <Refusal />
      <div
        className={clsx(
          'border-edge bg-raised transition-colors focus-within:border-accent',
          isPhone ? 'rounded-lg border' : 'rounded-xl border shadow-low',
          isRefused && 'border-danger',
        )}
      >
        <PromptText
          id={PROMPT_ID}
          value={prompt}
          reading={reading}
          words={words}
          onRecall={useRecall('prompt')}
          minimumLines={isPhone ? 1 : 2}
          maximumHeight={isPhone ? '30dvh' : '34dvh'}
          padding={isPhone ? '0.6875rem 1rem' : '0.75rem 1rem 0.25rem'}
          ariaLabel={t('composer.prompt')}
          placeholder={t('composer.placeholder')}
          isInvalid={isRefused}
          describedBy={isEmptyPromptNoted ? HINT_ID : undefined}
          onChange={(text) => update((values) => ({ ...values, prompt: text }))}
          className={isPhone ? 'text-field' : 'text-base'}
        />
        <StyleChips />
        {!isPhone && (
          <div className="flex flex-wrap items-center justify-end gap-1 p-2">
            <AdvancedButton />
            <AspectMenu />
            <BuildingButtons size={16} />
            <span className="flex-1" />
            <EstimateLine />
            <TokenCount {...use} onOpen={() => showReceived('prompt')} className="mr-1" />
            <GenerateButton />
          </div>
        )}
      </div>
      <PromptProblems reading={reading} onFix={(fixed) => update((values) => ({ ...values, prompt: fixed }))} />
      {isEmptyPromptNoted && (
        <p id={HINT_ID} role="status" className="px-1 text-warn">
          {t('composer.emptyPrompt')}
        </p>
      )}
      {isPhone && (
        <div className="flex items-center">
          <BuildingButtons size={20} />
          <span className="flex-1" />
          <EstimateLine />
        </div>
      )}
      {isPhone && (
        <div className="flex items-center gap-2">
          <IconButton
            label={t('parameters.title')}
            icon={<SlidersHorizontal size={20} />}
            onClick={() => setOverlay('parameters')}
          />
          <IconButton label={t('gallery.open')} icon={<Images size={20} />} onClick={() => setOverlay('gallery')} />
          <QueueButton jobCount={jobCount} />
          <TokenCount {...use} onOpen={() => showReceived('prompt')} className="ml-auto" />
          <GenerateButton />
        </div>
      )}
    </section>
  );
}

function GenerateButton() {
  const { t } = useTranslation();
  const context = useCommandContext();
  const isSending = useForm((state) => state.isSending);
  return (
    <Tip text={t('composer.generate')} keys={`${t('keys.Control')} ${t('keys.Enter')}`}>
      <Button
        look="primary"
        aria-busy={isSending}
        icon={isSending ? <LoaderCircle size={16} className="animate-spin" /> : <Paintbrush size={16} />}
        onClick={() => void generate(context)}
        className="h-9 min-w-32 px-4 phone:h-11 phone:min-w-36"
      >
        {isSending ? t('composer.sending') : t('composer.generate')}
      </Button>
    </Tip>
  );
}

function AdvancedButton() {
  const { t } = useTranslation();
  const isOpen = useLayout((state) => state.isParametersOpen);
  return (
    <Button
      look="quiet"
      aria-expanded={isOpen}
      icon={<SlidersHorizontal size={15} />}
      onClick={toggleParameters}
      className="aria-expanded:bg-hover aria-expanded:text-ink"
    >
      {t('composer.advanced')}
    </Button>
  );
}

function QueueButton({ jobCount }: { jobCount: number }) {
  const { t } = useTranslation();
  const label = jobCount === 0 ? t('queue.open') : t('queue.openWithCount', { count: jobCount });
  return (
    <span className="relative">
      <IconButton label={label} icon={<ListVideo size={20} />} onClick={() => setOverlay('queue')} />
      {jobCount > 0 && (
        <span
          aria-hidden
          className="numerals pointer-events-none absolute top-0.5 right-0.5 min-w-4 rounded-full bg-accent px-1 text-center text-2xs font-semibold text-on-accent"
        >
          {jobCount}
        </span>
      )}
    </span>
  );
}

function useRefusedField(): string | null {
  const { t, i18n } = useTranslation();
  const refusal = useForm((state) => state.refusal);
  return refusal === null ? null : describeProblem(refusal, t, i18n.language).field;
}

function Refusal() {
  const { t, i18n } = useTranslation();
  const refusal = useForm((state) => state.refusal);
  if (refusal === null) return null;
  const problem = describeProblem(refusal, t, i18n.language);
  return (
    <Notice
      tone="danger"
      title={problem.title}
      message={i18n.language === 'en' ? problem.message : null}
      hint={problem.hint}
      onDismiss={() => useForm.setState({ refusal: null })}
    />
  );
}
