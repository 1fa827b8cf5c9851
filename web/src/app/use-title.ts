/** Progress in the tab's title, for those who look elsewhere meanwhile. */
import { makesPictures } from '@easel/shared/http/jobs';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

import { useJobs } from '../api/jobs.ts';
import { firstWords } from '../lib/format.ts';
import { percentOf, runningOf } from '../lib/progress.ts';

const LONGEST_WORDS = 30;

export function useTitle(): void {
  const { t } = useTranslation();
  const running = runningOf(useJobs());
  const percent = percentOf(running?.progress ?? null);
  const words =
    running &&
    firstWords(makesPictures(running) ? running.parameters.prompt : running.parameters.output, LONGEST_WORDS);
  let title = t('app.name');
  if (running) title = percent === 0 ? t('app.titleWorking') : t('app.titleProgress', { percent, words });
  useEffect(() => {
    document.title = title;
  }, [title]);
}
