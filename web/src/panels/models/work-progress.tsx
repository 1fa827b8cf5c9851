/** How far a new model file is, and what came of it. */
import { Check, LoaderCircle } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { useCommandContext } from '../../commands/context.ts';
import { cancel } from '../../commands/generate.ts';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { formatBytes, formatDuration } from '../../lib/format.ts';
import { fractionOf, percentOf } from '../../lib/progress.ts';
import { describeStored } from '../../lib/problem.ts';
import { useWords } from './use-words.ts';

import type { Work } from './use-work.ts';
import type { ModelJobView } from '@easel/shared/http/jobs';

interface WorkProgressProps {
  work: Work;
  /** Opens the new model, by the name it was given. */
  onShow: (output: string) => void;
}

export function WorkProgress({ work, onShow }: WorkProgressProps) {
  const { m, language } = useWords();
  const { t } = useTranslation();
  const { job } = work;
  const again = <Button onClick={work.forget}>{m('work.again')}</Button>;
  if (job?.state === 'done' && job.result) {
    const { output } = job.parameters;
    const { sizeBytes, tensors, notes } = job.result;
    return (
      <div role="status" className="flex flex-col gap-3 p-4">
        <p className="flex items-center gap-2 font-medium">
          <Check size={16} aria-hidden className="shrink-0 text-accent-ink" />
          <span className="min-w-0 break-words">{m('work.done', { name: output })}</span>
        </p>
        <p className="numerals text-soft">
          {m('work.doneFacts', { size: formatBytes(sizeBytes, language), count: tensors })}
        </p>
        {notes.length > 0 && (
          <ul lang={language === 'en' ? undefined : 'en'} className="list-disc pl-5 text-soft">
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          {again}
          <Button look="primary" onClick={() => onShow(output)}>
            {m('work.show')}
          </Button>
        </div>
      </div>
    );
  }
  if (job?.state === 'failed' && job.error) {
    const problem = describeStored(job.error, t, language);
    return (
      <div className="flex flex-col gap-3 p-4">
        <Notice
          tone="danger"
          title={problem.title}
          message={problem.message}
          messageLanguage={language === 'en' ? undefined : 'en'}
          hint={problem.hint}
        />
        <div className="flex justify-end">{again}</div>
      </div>
    );
  }
  if (job?.state === 'cancelled') {
    return (
      <div role="status" className="flex flex-col gap-3 p-4">
        <p>{m('work.cancelled')}</p>
        <div className="flex justify-end">{again}</div>
      </div>
    );
  }
  return <Running job={job} />;
}

function Running({ job }: { job: ModelJobView | null }) {
  const { m, language } = useWords();
  const { t } = useTranslation();
  const context = useCommandContext();
  const progress = job?.state === 'running' ? job.progress : null;
  const facts = progress
    ? [
        t('queue.percent', { percent: percentOf(progress) }),
        m(`work.${progress.activity}`),
        ...(progress.totalBytes > 0
          ? [
              m('work.bytes', {
                done: formatBytes(progress.doneBytes, language),
                total: formatBytes(progress.totalBytes, language),
              }),
            ]
          : []),
        ...(progress.etaMs === null ? [] : [m('work.left', { duration: formatDuration(progress.etaMs, language) })]),
      ]
    : [m('work.waiting')];
  const name = job?.parameters.output ?? '';
  return (
    <div className="flex flex-col gap-3 p-4">
      <p className="flex items-center gap-2 font-medium">
        <LoaderCircle size={16} aria-hidden className="shrink-0 animate-spin text-accent-ink" />
        <span className="min-w-0 break-words">{m('work.progress', { name })}</span>
      </p>
      <ProgressBar label={m('work.progress', { name })} fraction={progress ? fractionOf(progress) : null} />
      <p className="numerals text-xs text-faint">{facts.join(' · ')}</p>
      <div className="flex justify-end">
        <Button look="danger" disabled={job === null} onClick={() => job && void cancel(job.id, context)}>
          {m('work.cancel')}
        </Button>
      </div>
    </div>
  );
}
