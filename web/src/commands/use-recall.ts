/** Going through used prompts by key; the code for it comes with the first press. */
import { useCallback } from 'react';

import { useCommandContext } from './context.ts';

/** @returns a function for the keys; the key is always taken */
export function useRecall(field: 'prompt' | 'negativePrompt'): (direction: 1 | -1) => true {
  const context = useCommandContext();
  return useCallback(
    (direction) => {
      const run = async (): Promise<void> => (await import('./recall.ts')).recall(field, direction, context);
      void run();
      return true;
    },
    [field, context],
  );
}
