/**
 * The prompt as a plain text area: what there is until the editor's code has come, and where it cannot be had. Ctrl and the
 * arrows up and down change the weight of the words at the caret, one undo step each.
 */
import { useLayoutEffect, useRef, type KeyboardEvent } from 'react';

import { editWeight } from '../lib/edit-weight.ts';
import { GrowingText } from './growing-text.tsx';

import type { Handover, PromptTextProps } from './prompt-field.ts';

interface PlainPromptProps extends PromptTextProps {
  /** Called when it leaves the page, with what it held. */
  onLeave: (handover: Handover) => void;
  onComposing: (isComposing: boolean) => void;
}

export function PlainPrompt(props: PlainPromptProps) {
  const { id, value, onChange, ariaLabel, placeholder, isInvalid, describedBy, onLeave, onComposing } = props;
  const { minimumLines, maximumHeight, padding, className } = props;
  const host = useRef<HTMLDivElement>(null);
  const leave = useRef(onLeave);
  useLayoutEffect(() => {
    leave.current = onLeave;
  });
  useLayoutEffect(() => {
    const area = host.current?.querySelector('textarea');
    return () => {
      if (!area) return;
      leave.current({
        isFocused: document.activeElement === area,
        start: area.selectionStart,
        end: area.selectionEnd,
      });
    };
  }, []);
  return (
    <div ref={host} className={className}>
      <GrowingText
        id={id}
        value={value}
        minimumLines={minimumLines}
        maximumHeight={maximumHeight}
        aria-label={ariaLabel}
        placeholder={placeholder}
        spellCheck
        aria-invalid={isInvalid}
        aria-describedby={describedBy}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={stepWeight}
        onCompositionStart={() => onComposing(true)}
        onCompositionEnd={() => onComposing(false)}
        className="bg-transparent focus-visible:outline-none"
        padding={padding}
      />
    </div>
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
