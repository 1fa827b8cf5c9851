/** Work that a person asked for and the server may refuse: whether it is under way, and the refusal in words. */
import { useState } from 'react';

import { useCommandContext } from '../../commands/context.ts';
import { describeProblem, type Problem } from '../../lib/problem.ts';

export interface Work {
  isBusy: boolean;
  /** Of the last try; null once another was begun. */
  problem: Problem | null;
  /** @returns whether it was done */
  run: (work: () => Promise<unknown>) => Promise<boolean>;
  clear: () => void;
}

export function useWork(): Work {
  const { t, language } = useCommandContext();
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    setIsBusy(true);
    setProblem(null);
    try {
      await work();
      return true;
    } catch (thrown) {
      setProblem(describeProblem(thrown, t, language));
      return false;
    } finally {
      setIsBusy(false);
    }
  };
  return { isBusy, problem, run, clear: () => setProblem(null) };
}
