/**
 * A text area for prompts: Ctrl and the arrows up and down change the weight of the words at the caret, one undo step
 * each.
 */
import type { ComponentProps, KeyboardEvent } from 'react';

import { editWeight } from '../lib/edit-weight.ts';
import { GrowingText } from './growing-text.tsx';

export function PromptText({ onKeyDown, ...rest }: ComponentProps<typeof GrowingText>) {
  return (
    <GrowingText
      {...rest}
      onKeyDown={(event) => {
        stepWeight(event);
        onKeyDown?.(event);
      }}
    />
  );
}

function stepWeight(event: KeyboardEvent<HTMLTextAreaElement>): void {
  const { key, ctrlKey, metaKey, shiftKey, altKey, currentTarget: area } = event;
  if (!(ctrlKey || metaKey) || shiftKey || altKey || (key !== 'ArrowUp' && key !== 'ArrowDown')) return;
  event.preventDefault();
  const before = { text: area.value, start: area.selectionStart, end: area.selectionEnd };
  const after = editWeight(before, key === 'ArrowUp' ? 1 : -1);
  if (after.text !== before.text) replaceText(area, after.text);
  area.setSelectionRange(after.start, after.end);
}

/** As if it had been typed, so that it can be undone and is noticed. */
function replaceText(area: HTMLTextAreaElement, text: string): void {
  area.setSelectionRange(0, area.value.length);
  // oxlint-disable-next-line typescript/no-deprecated -- still the only way into the browser's own undo
  if (document.execCommand('insertText', false, text)) return;
  // React watches the element's own setter; the one it inherits leaves the change to be noticed.
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set?.call(area, text);
  area.dispatchEvent(new Event('input', { bubbles: true }));
}
