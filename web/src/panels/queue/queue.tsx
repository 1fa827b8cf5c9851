/** Every job of today: the one running, those waiting in their order, those that ended and how. */
import { ListChecks } from 'lucide-react';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';

import { useJobs } from '../../api/jobs.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { endedTodayOf, foldGrids, runningOf, waitingOf } from '../../lib/progress.ts';
import { openGrid } from '../../state/view.ts';
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

/** Cells of a grid that are not listed, and the way to all of them. */
function GridLine({ grid, more }: { grid: string; more: number }) {
  const { t } = useTranslation();
  return (
    <li className="pl-14.5">
      <button
        type="button"
        onClick={() => openGrid(grid)}
        className="min-h-6 text-xs text-soft underline decoration-edge underline-offset-2 hover:text-ink phone:min-h-11"
      >
        {more > 0 ? t('queue.moreOfGrid', { count: more }) : t('queue.ofGrid')}
      </button>
    </li>
  );
}

function Section({ title, jobs }: { title: string; jobs: JobView[] }) {
  if (jobs.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className="px-2 pt-2 pb-1 text-2xs font-semibold tracking-wide text-faint">{title}</h3>
      <ul>
        {foldGrids(jobs).map(({ job, more }) => (
          <Fragment key={job.id}>
            <QueueRow job={job} />
            {job.grid !== undefined && <GridLine grid={job.grid} more={more} />}
          </Fragment>
        ))}
      </ul>
    </section>
  );
}
