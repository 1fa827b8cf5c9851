/** The picture while it is being made: preview, how far it is, and the way to stop it. */
import { clsx } from 'clsx';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { thumbnailUrl } from '../../api/images.ts';
import { useCommandContext } from '../../commands/context.ts';
import { cancel } from '../../commands/generate.ts';
import { Button } from '../../components/button.tsx';
import { Logo } from '../../components/logo.tsx';
import { PictureFrame } from '../../components/picture-frame.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { firstWords, formatDuration } from '../../lib/format.ts';
import { fractionOf } from '../../lib/progress.ts';
import { useLive } from '../../state/live.ts';
import { openImage, useView } from '../../state/view.ts';

import type { Translate } from '../../lib/i18n.ts';
import type { PictureJobView } from '@easel/shared/http/jobs';

const LONGEST_ALT = 200;

export function LivePicture({ job }: { job: PictureJobView }) {
  const { t } = useTranslation();
  const context = useCommandContext();
  const preview = useLive((state) => state.previews[job.id]);
  const isArmed = useView((state) => state.isCancelArmed);
  const { width, height, prompt } = job.parameters;
  const isSampling = job.progress?.activity === 'sampling' || job.progress?.activity === 'decoding';
  // The last preview of one picture is not the beginning of the next.
  const shown = preview && preview.imageIndex === (job.progress?.image ?? 0) ? preview : undefined;
  const words = firstWords(prompt, LONGEST_ALT) || t('stage.noPrompt');

  return (
    <section aria-label={t('zone.stage')} className="flex h-full min-h-0 flex-col">
      <div className="min-h-0 flex-1 p-6 pb-4 phone:p-3">
        <PictureFrame width={width} height={height}>
          {shown ? (
            <img
              src={shown.url}
              alt={t('stage.preview', { prompt: words })}
              data-step={shown.step}
              className="size-full"
            />
          ) : (
            <div className="grid size-full animate-breathe place-items-center text-faint">
              <Logo size={40} />
            </div>
          )}
        </PictureFrame>
      </div>
      <div className="mx-auto flex h-14 w-full max-w-3xl shrink-0 items-center gap-3 px-4 phone:px-3">
        <div className="flex min-w-0 flex-1 flex-col gap-1.5">
          <p className="numerals truncate text-soft" data-testid="progress-text">
            {isArmed ? t('stage.pressEscAgain') : statusOf(job, t, context.language)}
          </p>
          <ProgressBar label={t('stage.progress')} fraction={isSampling ? fractionOf(job.progress) : null} />
        </div>
        <FinishedStrip images={job.images} />
        <Button
          icon={<X size={14} />}
          onClick={() => void cancel(job.id, context)}
          className={clsx(isArmed && 'border-danger')}
        >
          {t('stage.cancel')}
        </Button>
      </div>
    </section>
  );
}

function FinishedStrip({ images }: { images: string[] }) {
  const { t } = useTranslation();
  if (images.length === 0) return null;
  return (
    <ul aria-label={t('stage.finished')} className="flex max-w-48 gap-1 overflow-x-auto p-1 phone:hidden">
      {images.map((id, index) => (
        <li key={id} className="shrink-0">
          <button type="button" onClick={() => openImage(id)} className="block size-10 overflow-hidden rounded-xs">
            <img
              src={thumbnailUrl(id)}
              alt={t('stage.picture', { index: index + 1, count: images.length })}
              className="size-full object-cover"
            />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Where the job stands, in one line. */
function statusOf({ state, progress, attempt }: PictureJobView, t: Translate, language: string): string {
  if (state !== 'running' || !progress) return t(attempt > 1 ? 'stage.retrying' : 'stage.waiting');
  const parts: string[] = [];
  if (progress.count > 1) parts.push(t('stage.picture', { index: progress.image + 1, count: progress.count }));
  if (progress.activity === 'loading') parts.push(t('stage.loading'));
  else if (progress.activity === 'decoding') parts.push(t('stage.decoding'));
  else if (progress.activity === 'saving') parts.push(t('stage.saving'));
  else parts.push(t('stage.step', { step: progress.step, steps: progress.steps }));
  if (progress.etaMs !== null && progress.etaMs > 0) {
    parts.push(t('stage.left', { duration: formatDuration(progress.etaMs, language) }));
  }
  return parts.join(' · ');
}
