/** Levels taken from the table at equal distances, beginning with the highest. */
import { withZero } from './levels.ts';
import type { Schedule } from './types.ts';

/** @source ComfyUI's "simple", as the WebUI has it */
export const simple: Schedule = {
  id: 'simple',
  label: 'Simple',
  aliases: [],
  summary: 'Every n-th training level, beginning with the highest.',
  sigmas: ({ sigmas }, steps) => {
    const stride = sigmas.length / steps;
    return withZero(
      Array.from({ length: steps }, (_, i) => sigmas[sigmas.length - 1 - Math.trunc(i * stride)] as number),
    );
  },
};
