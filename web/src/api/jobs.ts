/** Jobs over HTTP. Their state arrives by socket into the cache; nothing here polls. */
import { jobAccepted, type JobAccepted, type JobView } from '@easel/shared/http/jobs';
import { skipToken, useQuery, type QueryClient } from '@tanstack/react-query';

import { call, callForEffect } from './client.ts';
import { keys } from './keys.ts';

import type { TextToImageRequest } from '@easel/shared/generation';
import type { ConvertRequest, MergeRequest } from '@easel/shared/model-work';

export function submitJob(request: TextToImageRequest | ConvertRequest | MergeRequest): Promise<JobAccepted> {
  return call('/jobs', jobAccepted, { method: 'POST', body: request });
}

export function cancelJob(id: string): Promise<void> {
  return callForEffect(`/jobs/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** Queued, running and lately ended jobs; undefined until the socket's first snapshot. */
export function useJobs(): JobView[] | undefined {
  return useQuery<JobView[]>({ queryKey: keys.jobs, queryFn: skipToken }).data;
}

/** What the cache holds now, for code outside components. */
export const cachedJobs = (client: QueryClient): JobView[] | undefined => client.getQueryData(keys.jobs);
