/** Key combinations: `Control+Enter`, `Shift+?`. Control means Command on a Mac. Matching and printing, no listening. */

const MODIFIERS = ['Control', 'Alt', 'Shift'] as const;

type KeyEvent = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** Does this event press this combination? Shift is ignored for signs, which need it on some keyboards only. */
export function matchesKeys(event: KeyEvent, keys: string): boolean {
  const parts = keys.split('+');
  const key = parts.at(-1) ?? '';
  const wants = (modifier: string): boolean => parts.slice(0, -1).includes(modifier);
  const isSign = key.length === 1 && !/[a-z]/i.test(key);
  return (
    event.key.toLowerCase() === key.toLowerCase() &&
    (event.ctrlKey || event.metaKey) === wants('Control') &&
    event.altKey === wants('Alt') &&
    (isSign || event.shiftKey === wants('Shift'))
  );
}

/** The parts of a combination to print, in the order they are pressed. */
export function partsOfKeys(keys: string, isMac: boolean): string[] {
  const parts = keys.split('+');
  const modifiers = MODIFIERS.filter((modifier) => parts.slice(0, -1).includes(modifier));
  return [...modifiers.map((modifier) => (isMac && modifier === 'Control' ? 'Meta' : modifier)), parts.at(-1) ?? ''];
}

/** Does a key typed here write text? */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable="true"]') !== null;
}

const OWN_ARROWS = 'slider spinbutton separator grid listbox menu radiogroup combobox'
  .split(' ')
  .map((role) => `[role="${role}"]`)
  .join(', ');

/** Do the arrow keys belong to the control itself here? */
export function usesArrows(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(OWN_ARROWS) !== null;
}
