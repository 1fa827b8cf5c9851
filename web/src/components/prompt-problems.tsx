/** What is odd in a prompt, below it, each with its place in words and a button that mends it. */
import { replaceSpan } from '@easel/shared/prompt/excerpt';
import { TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { Button } from './button.tsx';
import { problemWords } from './problem-words.ts';

import type { PromptReading } from '../lib/prompt/reading.ts';

interface PromptProblemsProps {
  /** While it waits for the next answer nothing can be mended. */
  reading: PromptReading;
  onFix: (text: string) => void;
}

/** The first few are enough: with one mended the next moves up. */
const MOST_SHOWN = 3;
const LONGEST_PLACE = 32;

export function PromptProblems({ reading: { text, problems, isAnswered }, onFix }: PromptProblemsProps) {
  const { t } = useTranslation();
  if (problems.length === 0) return null;
  const words = problemWords(t);
  return (
    <ul aria-label={t('promptProblem.title')} className="flex flex-col gap-1 px-1 text-sm text-warn">
      {problems.slice(0, MOST_SHOWN).map((problem) => {
        const { kind, span, fix } = problem;
        return (
          <li key={`${kind}:${span.start}`} className="flex items-center gap-x-2">
            <TriangleAlert size={14} aria-hidden className="shrink-0" />
            <span className="min-w-0 phone:flex-1">
              {words.message(problem)}{' '}
              <q className="text-soft">{text.slice(span.start, span.end).slice(0, LONGEST_PLACE)}</q>
            </span>
            {fix && (
              <Button
                look="quiet"
                disabled={!isAnswered}
                onClick={() => onFix(replaceSpan(text, fix.span, fix.text))}
                className="h-6! shrink-0 px-2 text-xs phone:h-11! phone:max-w-32"
              >
                {words.fix(problem)}
              </Button>
            )}
          </li>
        );
      })}
      {problems.length > MOST_SHOWN && <li>{t('promptProblem.more', { count: problems.length - MOST_SHOWN })}</li>}
    </ul>
  );
}
