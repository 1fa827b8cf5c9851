/**
 * What is looked at now: the opened picture, the models page, the open sheet, the gallery's search. The picture, or the
 * page with its model, stands in the address.
 */
import { create } from 'zustand';

/** Sheets and dialogs of which one at most is open. */
export type Overlay = 'shortcuts' | 'queue' | 'parameters' | 'gallery' | null;

interface ViewState {
  /** The picture opened from the gallery or a link; null = the newest, or the one being made. */
  openImage: string | null;
  /** The models page: id of the model that is open in it, '' = none of them; null = the page is closed. */
  openModel: string | null;
  overlay: Overlay;
  /** What the gallery is searched for. */
  query: string;
  /** At 100 % instead of fitting. */
  isZoomed: boolean;
  /** Cancel was asked for once by key; a second time does it. */
  isCancelArmed: boolean;
}

const PARAMETER = 'picture';
const MODELS_PARAMETER = 'models';

const readAddress = (): { openImage: string | null; openModel: string | null } => {
  const search = new URLSearchParams(location.search);
  return { openImage: search.get(PARAMETER), openModel: search.get(MODELS_PARAMETER) };
};

export const useView = create<ViewState>()(() => ({
  ...readAddress(),
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

/** Opens the models page, or a model in it; with null goes back to the studio. Each is a step in the browser's history. */
export function openModel(id: string | null): void {
  const { openModel: before, openImage: opened } = useView.getState();
  if (before === id) return;
  useView.setState({ openModel: id });
  const url = new URL(location.pathname, location.origin);
  if (id !== null) url.searchParams.set(MODELS_PARAMETER, id);
  else if (opened !== null) url.searchParams.set(PARAMETER, opened);
  // From one model to the next is no step.
  if (before !== null && before !== '' && id !== null && id !== '') history.replaceState(null, '', url);
  else history.pushState(null, '', url);
}

export function setOverlay(overlay: Overlay): void {
  useView.setState({ overlay });
}

window.addEventListener('popstate', () => useView.setState({ ...readAddress(), isZoomed: false }));
