/** What a field for prompts is given, be it the plain text area or the editor. */
import type { PromptWords } from '../lib/prompt/complete.ts';
import type { PromptReading } from '../lib/prompt/reading.ts';

export interface PromptTextProps {
  id: string;
  value: string;
  onChange: (text: string) => void;
  /** What is known of the text: its problems, its chunks. */
  reading: PromptReading;
  /** What a prompt can name, fetched when it is first needed. */
  words: () => Promise<PromptWords>;
  /** Shows the prompt before (-1) or after (1) this one; false where there is none. */
  onRecall?: ((direction: 1 | -1) => boolean) | undefined;
  /** Tags and AND are words. */
  isNegative?: boolean;
  ariaLabel: string;
  placeholder?: string | undefined;
  isInvalid?: boolean;
  describedBy?: string | undefined;
  /** Lines it has when empty. */
  minimumLines: number;
  /** Height at which it begins to scroll, and space around the text; CSS lengths. */
  maximumHeight: string;
  padding: string;
  className?: string | undefined;
}

/** What the text area had when the editor took its place. */
export interface Handover {
  readonly isFocused: boolean;
  readonly start: number;
  readonly end: number;
}
