/** What the socket says that is not server data: whether it is connected, and the previews of running jobs. */
import { create } from 'zustand';

import type { Preview } from '@easel/shared/socket';

interface ShownPreview {
  /** Object URL of the preview's bytes. */
  url: string;
  imageIndex: number;
  step: number;
}

interface LiveState {
  isConnected: boolean;
  /** Has the first connection been made? Before it, silence is starting, not loss. */
  wasConnected: boolean;
  previews: Record<string, ShownPreview>;
}

// The picture on screen still shows the last address until the next one is decoded.
const REVOKE_AFTER_MS = 2000;

export const useLive = create<LiveState>()(() => ({ isConnected: false, wasConnected: false, previews: {} }));

export function setConnected(isConnected: boolean): void {
  useLive.setState((state) => ({ isConnected, wasConnected: state.wasConnected || isConnected }));
}

/** Shows a preview in place of the job's last one. */
export function showPreview(preview: Preview): void {
  const url = URL.createObjectURL(new Blob([preview.bytes], { type: preview.mime }));
  const { previews } = useLive.getState();
  releaseLater(previews[preview.jobId]);
  const shown = { url, imageIndex: preview.imageIndex, step: preview.step };
  useLive.setState({ previews: { ...previews, [preview.jobId]: shown } });
}

/** Forgets the preview of a job that ended. */
export function dropPreview(jobId: string): void {
  const { [jobId]: dropped, ...previews } = useLive.getState().previews;
  if (!dropped) return;
  releaseLater(dropped);
  useLive.setState({ previews });
}

function releaseLater(preview: ShownPreview | undefined): void {
  if (preview) setTimeout(() => URL.revokeObjectURL(preview.url), REVOKE_AFTER_MS);
}
