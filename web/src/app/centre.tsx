/** What the middle shows: the opened picture, the one being made, the newest one, or the welcome. */
import { useQueryClient } from '@tanstack/react-query';

import { cachedImages, useGallery } from '../api/images.ts';
import { useJobs } from '../api/jobs.ts';
import { runningOf, waitingOf } from '../lib/progress.ts';
import { PictureView } from '../panels/picture/picture-view.tsx';
import { LivePicture } from '../panels/stage/live-picture.tsx';
import { Welcome } from '../panels/stage/welcome.tsx';
import { useView } from '../state/view.ts';

export function Centre() {
  const client = useQueryClient();
  const opened = useView((state) => state.openImage);
  const query = useView((state) => state.query);
  const jobs = useJobs();
  const gallery = useGallery('');
  const job = runningOf(jobs) ?? waitingOf(jobs)[0];
  const newest = gallery.images[0];

  if (opened !== null) {
    const listed = [...gallery.images, ...cachedImages(client, query)].find((image) => image.id === opened);
    return <PictureView key={opened} id={opened} summary={listed} isOpened />;
  }
  if (job) return <LivePicture key={job.id} job={job} />;
  if (newest) return <PictureView key={newest.id} id={newest.id} summary={newest} isOpened={false} />;
  // Until both are known nothing is said that may be taken back.
  return gallery.isLoading || jobs === undefined ? null : <Welcome />;
}

/** The picture to mark in the gallery: the opened one, else the newest unless one is being made. */
export function useShownImage(): string | null {
  const opened = useView((state) => state.openImage);
  const jobs = useJobs();
  const newest = useGallery('').images[0]?.id ?? null;
  if (opened !== null) return opened;
  return (runningOf(jobs) ?? waitingOf(jobs)[0]) ? null : newest;
}
