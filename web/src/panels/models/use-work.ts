/** One piece of work on model files from asking to its end. Its job goes on when the dialog is closed. */
import { useState } from 'react';

import { submitJob, useJobs } from '../../api/jobs.ts';

import type { ModelJobView } from '@easel/shared/http/jobs';
import type { ConvertRequest, MergeRequest } from '@easel/shared/model-work';

export interface Work {
  /** The job as it stands; null before it is asked for, and until the socket tells of it. */
  job: ModelJobView | null;
  /** Asked for and not forgotten. */
  isStarted: boolean;
  /** Why it was refused; null when it was not. */
  refusal: unknown;
  start: (request: ConvertRequest | MergeRequest) => Promise<void>;
  /** Back to the form. */
  forget: () => void;
}

export function useWork(): Work {
  const [id, setId] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const [isSending, setIsSending] = useState(false);
  const job = useJobs()?.find((each): each is ModelJobView => each.id === id && 'result' in each) ?? null;
  return {
    job,
    isStarted: isSending || id !== null,
    refusal,
    start: async (request) => {
      setIsSending(true);
      setRefusal(null);
      try {
        setId((await submitJob(request)).id);
      } catch (thrown) {
        setRefusal(thrown);
      } finally {
        setIsSending(false);
      }
    },
    forget: () => {
      setId(null);
      setRefusal(null);
    },
  };
}
