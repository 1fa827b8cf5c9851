/** The wildcard being written. It outlives the book being closed, so that nothing typed is lost. */
import { create } from 'zustand';

export interface Draft {
  /** What the server calls it; null = it is not there yet. */
  name: string | null;
  /** Of the text it was made from; null = of nothing. */
  version: string | null;
  /** As the server has it. */
  saved: string;
  text: string;
  isOwn: boolean;
}

export const useDraft = create<{ draft: Draft | null }>()(() => ({ draft: null }));

export const isChanged = ({ text, saved }: Draft): boolean => text !== saved;

export function changeDraft(change: Partial<Draft>): void {
  useDraft.setState(({ draft }) => ({ draft: draft === null ? null : { ...draft, ...change } }));
}
