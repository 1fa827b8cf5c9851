/** The levels DDIM was published with. More than asked for where 1000 is not divisible by the steps. */
import { withZero } from './levels.ts';
import type { Schedule } from './types.ts';

/** @source Song et al. 2020, as the WebUI's "DDIM" schedule */
export const ddim: Schedule = {
  id: 'ddim',
  label: 'DDIM',
  aliases: ['ddim_uniform'],
  summary: 'Every n-th training level, ending at the second lowest.',
  sigmas: ({ sigmas }, steps) => {
    const stride = Math.max(Math.floor(sigmas.length / steps), 1);
    return withZero([...sigmas].filter((_, i) => i % stride === 1 % stride && i > 0).toReversed());
  },
};
