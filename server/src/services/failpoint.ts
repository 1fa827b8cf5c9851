/** Ends this process, as `kill -9` would, at a named point of the save path. For tests; config.ts decides whether it may. */
import type { Failpoint, FailpointName } from './picture.ts';

export const createFailpoint =
  (armed: FailpointName | null): Failpoint =>
  (name) => {
    if (name === armed) process.kill(process.pid, 'SIGKILL');
  };
