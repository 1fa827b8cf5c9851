/**
 * What is looked at now: the opened picture, the page of models or of grids, the open sheet, the gallery's search. The
 * picture, or the page with what is open in it, stands in the address.
 */
import { create } from 'zustand';

/** Sheets and dialogs of which one at most is open. */
export type Overlay = 'shortcuts' | 'queue' | 'parameters' | 'gallery' | 'book' | null;

interface ViewState {
  /** The picture opened from the gallery or a link; null = the newest, or the one being made. */
  openImage: string | null;
  /** The models page: id of the model that is open in it, '' = none of them; null = the page is closed. */
  openModel: string | null;
  /** The page of grids, in the same way. */
  openGrid: string | null;
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
const GRIDS_PARAMETER = 'grid';

const readAddress = (): Pick<ViewState, 'openImage' | 'openModel' | 'openGrid'> => {
  const search = new URLSearchParams(location.search);
  return {
    openImage: search.get(PARAMETER),
    openModel: search.get(MODELS_PARAMETER),
    openGrid: search.get(GRIDS_PARAMETER),
  };
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
  const { openImage: before, openGrid: grid } = useView.getState();
  if (before === id && grid === null) return;
  useView.setState({ openImage: id, isZoomed: false, openGrid: null });
  const address = id === null ? location.pathname : pictureAddress(id);
  // Out of a grid is a step, so that there is a way back to it.
  if (before === null || grid !== null) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
}

/** Opens the models page, or a model in it; with null goes back to the studio. Each is a step in the browser's history. */
export function openModel(id: string | null): void {
  const { openModel: before, openImage: opened } = useView.getState();
  if (before === id) return;
  useView.setState({ openModel: id, openGrid: null });
  const url = new URL(location.pathname, location.origin);
  if (id !== null) url.searchParams.set(MODELS_PARAMETER, id);
  else if (opened !== null) url.searchParams.set(PARAMETER, opened);
  // From one model to the next is no step.
  if (before !== null && before !== '' && id !== null && id !== '') history.replaceState(null, '', url);
  else history.pushState(null, '', url);
}

/** Opens the page of grids, or a grid in it; with null goes back to the studio. Each is a step in the browser's history. */
export function openGrid(id: string | null): void {
  const { openGrid: before, openImage: opened } = useView.getState();
  if (before === id) return;
  useView.setState({ openGrid: id, openModel: null, overlay: null });
  const url = new URL(location.pathname, location.origin);
  if (id !== null) url.searchParams.set(GRIDS_PARAMETER, id);
  else if (opened !== null) url.searchParams.set(PARAMETER, opened);
  history.pushState(null, '', url);
}

/** Whether a page takes the place of the studio. */
export const isPageOpen = ({ openModel: model, openGrid: grid }: Pick<ViewState, 'openModel' | 'openGrid'>): boolean =>
  model !== null || grid !== null;

export function setOverlay(overlay: Overlay): void {
  useView.setState({ overlay });
}

window.addEventListener('popstate', () => useView.setState({ ...readAddress(), isZoomed: false }));
