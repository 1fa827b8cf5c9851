/**
 * The table of commands that have keys: the key listener runs them, the shortcut sheet lists them, tooltips name them.
 * Adding one: a line here and its words in the locales under `shortcuts`.
 */
import { cachedImages } from '../api/images.ts';
import { setLayout, useLayout } from '../state/layout.ts';
import { openGrid, openImage, openModel, setOverlay, useView, type Overlay } from '../state/view.ts';
import { cancelOnSecondCall, focusPrompt, generate } from './generate.ts';
import {
  applyAll,
  applyPrompts,
  applyRemix,
  applySeed,
  applySize,
  currentImageId,
  deletePicture,
  downloadPicture,
  stepThroughGallery,
} from './picture.ts';

import type { Messages } from '../lib/locales/en.ts';
import type { CommandContext } from './context.ts';

export const COMMAND_GROUPS = ['groupMake', 'groupPicture', 'groupView'] as const;

export interface Command {
  /** Also the key of its words in the locales. */
  id: keyof Messages['shortcuts'];
  group: (typeof COMMAND_GROUPS)[number];
  /** Any of these combinations. */
  keys: readonly string[];
  /** Runs also while text is typed. */
  isAlways?: boolean;
  /** Runs also on the pages of models and of grids. */
  isAnywhere?: boolean;
  run: (context: CommandContext) => unknown;
}

/** Is the gallery shown? Until somebody decides, it is once there are pictures. */
export function isGalleryShown(isOpen: boolean | null, hasPictures: boolean): boolean {
  return isOpen ?? hasPictures;
}

const toggleOverlay = (overlay: Exclude<Overlay, null>): void =>
  setOverlay(useView.getState().overlay === overlay ? null : overlay);

const isPhone = (): boolean => matchMedia('(width <= 700px)').matches;

export function toggleParameters(): void {
  if (isPhone()) toggleOverlay('parameters');
  else setLayout({ isParametersOpen: !useLayout.getState().isParametersOpen });
}

export function toggleGallery({ client }: CommandContext): void {
  if (isPhone()) toggleOverlay('gallery');
  else
    setLayout({ isGalleryOpen: !isGalleryShown(useLayout.getState().isGalleryOpen, cachedImages(client).length > 0) });
}

function toggleBoth({ client }: CommandContext): void {
  const { isParametersOpen, isGalleryOpen } = useLayout.getState();
  const isAnyOpen = isParametersOpen || isGalleryShown(isGalleryOpen, cachedImages(client).length > 0);
  setLayout({ isParametersOpen: !isAnyOpen, isGalleryOpen: !isAnyOpen });
}

export function toggleModels(): void {
  openModel(useView.getState().openModel === null ? '' : null);
}

// Esc goes one step out at a time: overlay, models, picture, and only then the running job, and that asks twice.
function leave(context: CommandContext): void {
  const { overlay, openImage: opened, openModel: model, openGrid: grid } = useView.getState();
  if (overlay !== null) setOverlay(null);
  else if (model !== null) leaveModels(model);
  else if (grid !== null) openGrid(grid === '' ? null : '');
  else if (opened !== null) openImage(null);
  else cancelOnSecondCall(context);
}

function leaveModels(model: string): void {
  const typed = document.activeElement;
  if (typed instanceof HTMLTextAreaElement) typed.blur();
  else openModel(model !== '' && isPhone() ? '' : null);
}

const current = currentImageId;

export const COMMANDS: readonly Command[] = [
  { id: 'generate', group: 'groupMake', keys: ['Control+Enter'], isAlways: true, run: generate },
  { id: 'leave', group: 'groupMake', keys: ['Escape'], isAlways: true, isAnywhere: true, run: leave },
  { id: 'focusPrompt', group: 'groupMake', keys: ['/', 'Alt+A'], run: focusPrompt },
  { id: 'useAll', group: 'groupPicture', keys: ['A'], run: (c) => applyAll(current(c), c) },
  { id: 'remix', group: 'groupPicture', keys: ['R'], run: (c) => applyRemix(current(c), c) },
  { id: 'usePrompts', group: 'groupPicture', keys: ['P'], run: (c) => applyPrompts(current(c), c) },
  { id: 'useSeed', group: 'groupPicture', keys: ['S'], run: (c) => applySeed(current(c), c) },
  { id: 'useSize', group: 'groupPicture', keys: ['D'], run: (c) => applySize(current(c), c) },
  { id: 'previous', group: 'groupPicture', keys: ['ArrowLeft'], run: (c) => stepThroughGallery(-1, c) },
  { id: 'next', group: 'groupPicture', keys: ['ArrowRight'], run: (c) => stepThroughGallery(1, c) },
  {
    id: 'toggleDetails',
    group: 'groupPicture',
    keys: ['I'],
    run: () => setLayout({ areDetailsOpen: !useLayout.getState().areDetailsOpen }),
  },
  {
    id: 'zoom',
    group: 'groupPicture',
    keys: ['Z'],
    run: () => useView.setState((state) => ({ isZoomed: !state.isZoomed })),
  },
  { id: 'download', group: 'groupPicture', keys: ['Control+S'], run: (c) => downloadPicture(current(c), c) },
  { id: 'deletePicture', group: 'groupPicture', keys: ['Delete'], run: (c) => deletePicture(current(c), c) },
  { id: 'toggleParameters', group: 'groupView', keys: ['T', 'O'], run: toggleParameters },
  { id: 'toggleGallery', group: 'groupView', keys: ['G'], run: toggleGallery },
  { id: 'toggleBoth', group: 'groupView', keys: ['F'], run: toggleBoth },
  { id: 'toggleModels', group: 'groupView', keys: ['Shift+M'], isAnywhere: true, run: toggleModels },
  { id: 'toggleBook', group: 'groupView', keys: ['B'], run: () => toggleOverlay('book') },
  { id: 'toggleQueue', group: 'groupView', keys: ['Q'], isAnywhere: true, run: () => toggleOverlay('queue') },
  { id: 'showShortcuts', group: 'groupView', keys: ['?'], isAnywhere: true, run: () => setOverlay('shortcuts') },
];
