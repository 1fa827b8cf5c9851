/** One job: what it makes, how it stands, and what can be done about it. */
import { makesPictures } from '@easel/shared/http/jobs';
import { Ban, Check, CircleAlert, Clock, CornerUpLeft, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { useModels } from '../../api/catalogue.ts';
import { thumbnailUrl } from '../../api/images.ts';
import { useCommandContext } from '../../commands/context.ts';
import { cancel, reuseJob } from '../../commands/generate.ts';
import { IconButton } from '../../components/icon-button.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { firstWords, formatDuration, formatTime } from '../../lib/format.ts';
import { fractionOf, percentOf } from '../../lib/progress.ts';
import { describeStored } from '../../lib/problem.ts';
import { useLive } from '../../state/live.ts';
import { openImage, setOverlay } from '../../state/view.ts';

import type { Translate } from '../../lib/i18n.ts';
import type { JobView } from '@easel/shared/http/jobs';

export function QueueRow({ job }: { job: JobView }) {
  const { t } = useTranslation();
  const context = useCommandContext();
  const words = wordsOf(job, t);
  const isOpen = job.state === 'queued' || job.state === 'running';
  return (
    <li className="flex items-start gap-2.5 rounded-md px-2 py-2 hover:bg-hover">
      <Thumbnail job={job} words={words} />
      <div className="min-w-0 flex-1">
        <p className="truncate">{words}</p>
        <Facts job={job} />
        {job.state === 'running' && (
          <ProgressBar
            label={t('queue.progress', { words })}
            fraction={job.progress ? fractionOf(job.progress) : null}
            className="mt-1.5"
          />
        )}
        {job.error && <Reason error={job.error} />}
      </div>
      {makesPictures(job) && (
        <IconButton
          look="small"
          label={t('queue.useSettingsOf', { words })}
          icon={<CornerUpLeft size={14} />}
          onClick={() => reuseJob(job, context)}
        />
      )}
      {isOpen && (
        <IconButton
          look="small"
          label={t('queue.cancelOne', { words })}
          icon={<X size={15} />}
          onClick={() => void cancel(job.id, context)}
        />
      )}
    </li>
  );
}

/** What a row is called: the prompt, or what is made of which model. */
function wordsOf(job: JobView, t: Translate): string {
  if (makesPictures(job)) return firstWords(job.parameters.prompt) || t('stage.noPrompt');
  const { output } = job.parameters;
  return job.type === 'convert'
    ? t('queue.convert', { model: job.parameters.model, output })
    : t('queue.merge', { models: job.parameters.models.join(' + '), output });
}

function Thumbnail({ job, words }: { job: JobView; words: string }) {
  const { t } = useTranslation();
  const preview = useLive((state) => state.previews[job.id]);
  const last = job.images.at(-1);
  const frame =
    'grid size-10 phone:size-11 shrink-0 place-items-center overflow-hidden rounded-xs bg-sunken text-faint';
  if (job.state === 'running' && preview) return <img src={preview.url} alt="" className={`${frame} object-cover`} />;
  if (last !== undefined) {
    const show = (): void => {
      openImage(last);
      setOverlay(null);
    };
    return (
      <button type="button" aria-label={t('queue.showPicture', { words })} onClick={show} className={frame}>
        <img src={thumbnailUrl(last)} alt="" className="size-full object-cover" />
      </button>
    );
  }
  const Icon = { queued: Clock, running: Clock, done: Check, failed: CircleAlert, cancelled: Ban }[job.state];
  return (
    <span aria-hidden className={frame}>
      <Icon size={16} className={job.state === 'failed' ? 'text-danger' : undefined} />
    </span>
  );
}

function Facts({ job }: { job: JobView }) {
  const { t, i18n } = useTranslation();
  const models = useModels();
  const { language } = i18n;
  // The model comes last: it is what may be cut off.
  const facts: string[] = [];
  if (job.state === 'running') {
    facts.push(t('queue.percent', { percent: percentOf(job.progress) }));
    if (job.progress?.etaMs) facts.push(t('stage.left', { duration: formatDuration(job.progress.etaMs, language) }));
  } else if (job.state === 'queued') {
    facts.push(job.position === 0 ? t('queue.next') : t('queue.ahead', { count: job.position ?? 0 }));
  } else {
    facts.push(t(`queue.${job.state}`));
    if (job.endedAt !== null) facts.push(formatTime(job.endedAt, language));
  }
  if (makesPictures(job)) {
    const { model, count } = job.parameters;
    facts.push(t('composer.countedPictures', { count }));
    facts.push(models?.models.find((each) => each.id === model)?.name ?? model);
  } else if (job.progress && job.state === 'running') {
    facts.push(t(`queue.${job.progress.activity}`));
  } else facts.push(...(job.result?.notes ?? []));
  return <p className="numerals truncate text-xs text-faint">{facts.join(' · ')}</p>;
}

function Reason({ error }: { error: NonNullable<JobView['error']> }) {
  const { t, i18n } = useTranslation();
  const problem = describeStored(error, t, i18n.language);
  return (
    <div className="mt-1 text-xs">
      <p className="font-medium text-danger">{problem.title}</p>
      {i18n.language === 'en' && problem.message !== null && <p className="break-words text-soft">{problem.message}</p>}
      <p className="text-soft">{problem.hint}</p>
    </div>
  );
}
