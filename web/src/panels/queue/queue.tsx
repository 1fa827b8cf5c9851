/** Every job of today: the one running, those waiting in their order, those that ended and how. */
import { ListChecks } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { useJobs } from '../../api/jobs.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { endedTodayOf, runningOf, waitingOf } from '../../lib/progress.ts';
import { QueueRow } from './queue-row.tsx';

import type { JobView } from '@easel/shared/http/jobs';

export function QueuePanel() {
  const { t } = useTranslation();
  const jobs = useJobs();
  const running = runningOf(jobs);
  const waiting = waitingOf(jobs);
  const ended = endedTodayOf(jobs, new Date());
  if (!running && waiting.length === 0 && ended.length === 0) {
    return <EmptyState icon={<ListChecks size={28} />} title={t('queue.empty')} hint={t('queue.emptyHint')} />;
  }
  return (
    <div className="flex flex-col gap-1 p-2">
      <Section title={t('queue.running')} jobs={running ? [running] : []} />
      <Section title={t('queue.waiting')} jobs={waiting} />
      <Section title={t('queue.ended')} jobs={ended} />
    </div>
  );
}

function Section({ title, jobs }: { title: string; jobs: JobView[] }) {
  if (jobs.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className="px-2 pt-2 pb-1 text-2xs font-semibold tracking-wide text-faint">{title}</h3>
      <ul>
        {jobs.map((job) => (
          <QueueRow key={job.id} job={job} />
        ))}
      </ul>
    </section>
  );
}
