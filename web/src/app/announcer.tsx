/** A live region that tells screen readers how the jobs go: starts, quarters, ends. */
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useJobs } from '../api/jobs.ts';
import { announcementOf, type Announcement } from '../lib/announce.ts';
import { titleOfCode } from '../lib/problem.ts';

import type { Translate } from '../lib/i18n.ts';
import type { JobView } from '@easel/shared/http/jobs';

export function Announcer() {
  const { t } = useTranslation();
  const jobs = useJobs();
  const before = useRef<JobView[] | undefined>(undefined);
  const [words, setWords] = useState('');

  useEffect(() => {
    const known = before.current;
    before.current = jobs;
    // What was there when the page opened is no news.
    if (!known || !jobs) return;
    for (const job of jobs) {
      const earlier = known.find((each) => each.id === job.id);
      const news = earlier === job ? null : announcementOf(earlier, job);
      if (news) setWords(wordsOf(news, t));
    }
  }, [jobs, t]);

  return (
    <div role="status" aria-live="polite" className="sr-only" data-testid="announcer">
      {words}
    </div>
  );
}

function wordsOf(news: Announcement, t: Translate): string {
  switch (news.kind) {
    case 'quarter':
      return t('announce.quarter', { percent: news.percent });
    case 'finished':
      return t('announce.finished', { count: news.count });
    case 'failed':
      return t('announce.failed', { message: titleOfCode(news.code, t) });
    default:
      return t(`announce.${news.kind}`);
  }
}
