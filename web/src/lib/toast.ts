/**
 * Short messages at the edge of the page, by sonner, which is fetched when the first one is said. The place where they
 * appear has to be mounted before they are said, or they are lost: app/toasts.tsx calls {@link toastsAreMounted}.
 */
import type { ExternalToast, toast as Sonner } from 'sonner';

type Message = (sonner: typeof Sonner) => void;

let sonner: typeof Sonner | null = null;
let waiting: Message[] = [];
let onWanted: (() => void) | null = null;

function say(message: Message): void {
  if (sonner !== null) {
    message(sonner);
    return;
  }
  waiting.push(message);
  onWanted?.();
}

/** @param mount brings the place of messages into the page */
export function onToastWanted(mount: () => void): void {
  onWanted = mount;
  if (waiting.length > 0) mount();
}

export function toastsAreMounted(loaded: typeof Sonner): void {
  sonner = loaded;
  for (const message of waiting) message(loaded);
  waiting = [];
}

/** Says it: plainly, or with the sign of a kind. */
export const toast = Object.assign(
  (words: string, options?: ExternalToast): void => say((loaded) => loaded(words, options)),
  {
    success: (words: string, options?: ExternalToast): void => say((loaded) => loaded.success(words, options)),
    warning: (words: string, options?: ExternalToast): void => say((loaded) => loaded.warning(words, options)),
    error: (words: string, options?: ExternalToast): void => say((loaded) => loaded.error(words, options)),
  },
);
