/** What is looked at now: the opened picture, the open sheet, the gallery's search. Only the picture stands in the address. */
import { create } from 'zustand';

/** Sheets and dialogs of which one at most is open. */
export type Overlay = 'shortcuts' | 'queue' | 'parameters' | 'gallery' | null;

interface ViewState {
  /** The picture opened from the gallery or a link; null = the newest, or the one being made. */
  openImage: string | null;
  overlay: Overlay;
  /** What the gallery is searched for. */
  query: string;
  /** At 100 % instead of fitting. */
  isZoomed: boolean;
  /** Cancel was asked for once by key; a second time does it. */
  isCancelArmed: boolean;
}

const PARAMETER = 'picture';

const readAddress = (): string | null => new URLSearchParams(location.search).get(PARAMETER);

export const useView = create<ViewState>()(() => ({
  openImage: readAddress(),
  overlay: null,
  query: '',
  isZoomed: false,
  isCancelArmed: false,
}));

/** Address of a picture's view on this server. */
export function pictureAddress(id: string): string {
  const url = new URL(location.pathname, location.origin);
  url.searchParams.set(PARAMETER, id);
  return url.href;
}

/** Opens a picture, or with null goes back to the newest. Opening from nothing is a step in the browser's history. */
export function openImage(id: string | null): void {
  const before = useView.getState().openImage;
  if (before === id) return;
  useView.setState({ openImage: id, isZoomed: false });
  const address = id === null ? location.pathname : pictureAddress(id);
  if (before === null) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
}

export function setOverlay(overlay: Overlay): void {
  useView.setState({ overlay });
}

window.addEventListener('popstate', () => useView.setState({ openImage: readAddress(), isZoomed: false }));
