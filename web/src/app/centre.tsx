/** What the middle shows: the opened picture, the one being made, the newest one, or the welcome. */
import { useEffect } from 'react';

import { useGallery } from '../api/images.ts';
import { useJobs } from '../api/jobs.ts';
import { picturesOf, runningOf, waitingOf } from '../lib/progress.ts';
import { PictureView } from '../panels/picture/picture-view.tsx';
import { LivePicture } from '../panels/stage/live-picture.tsx';
import { Welcome } from '../panels/stage/welcome.tsx';
import { useView } from '../state/view.ts';

const PICTURES_AHEAD = 6;

export function Centre() {
  const opened = useView((state) => state.openImage);
  const query = useView((state) => state.query);
  const jobs = picturesOf(useJobs());
  const gallery = useGallery('');
  const job = runningOf(jobs) ?? waitingOf(jobs)[0];
  const newest = gallery.images[0];

  // Who steps to the end of what is loaded wants more, whether the gallery is shown or not.
  const { images, hasMore, isLoadingMore, loadMore } = useGallery(query);
  const place = images.findIndex((image) => image.id === opened);
  const isNearEnd = place >= images.length - PICTURES_AHEAD;
  useEffect(() => {
    if (place >= 0 && isNearEnd && hasMore && !isLoadingMore) loadMore();
  }, [place, isNearEnd, hasMore, isLoadingMore, loadMore]);

  if (opened !== null) {
    const listed = images[place] ?? gallery.images.find((image) => image.id === opened);
    return <PictureView id={opened} summary={listed} isOpened />;
  }
  if (job) return <LivePicture key={job.id} job={job} />;
  if (newest) return <PictureView id={newest.id} summary={newest} isOpened={false} />;
  // Until both are known nothing is said that may be taken back.
  return gallery.isLoading || jobs === undefined ? null : <Welcome />;
}

/** The picture to mark in the gallery: the opened one, else the newest unless one is being made. */
export function useShownImage(): string | null {
  const opened = useView((state) => state.openImage);
  const jobs = picturesOf(useJobs());
  const newest = useGallery('').images[0]?.id ?? null;
  if (opened !== null) return opened;
  return (runningOf(jobs) ?? waitingOf(jobs)[0]) ? null : newest;
}
