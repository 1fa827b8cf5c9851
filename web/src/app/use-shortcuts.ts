/** Listens for keys and runs the command of the table they belong to. */
import { useEffect } from 'react';

import { useCommandContext } from '../commands/context.ts';
import { COMMANDS, type Command } from '../commands/table.ts';
import { isTyping, matchesKeys, usesArrows } from '../lib/keys.ts';
import { isPageOpen, useView } from '../state/view.ts';

const POPUPS = '[role="dialog"]:not([data-closed]), [role="listbox"], [role="menu"]:not([data-closed]), [data-popup]';

/** Is a popup open? It takes the keys itself. Lists stay in the page, hidden, once they were open. */
const isPopupOpen = (): boolean => [...document.querySelectorAll(POPUPS)].some((popup) => popup.checkVisibility());

export function useShortcuts(): void {
  const context = useCommandContext();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return;
      const command = COMMANDS.find((each) => each.keys.some((keys) => matchesKeys(event, keys)));
      if (!command || !isWanted(command, event)) return;
      event.preventDefault();
      command.run(context);
    };
    // In the capture phase, an open popup is still there to be seen when Escape closes it.
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [context]);
}

function isWanted(command: Command, event: KeyboardEvent): boolean {
  const isOnPage = isPageOpen(useView.getState());
  if (isPopupOpen()) return command.id === 'generate' && !isOnPage;
  if (isOnPage && command.isAnywhere !== true) return false;
  // Inputs have their own first use of Escape: back to the value, an empty search.
  if (event.key === 'Escape' && event.target instanceof HTMLInputElement) return false;
  if (event.key.startsWith('Arrow') && usesArrows(event.target)) return false;
  return command.isAlways === true || !isTyping(event.target);
}
