/** Whether what the model received is shown, and of which prompt. */
import { create } from 'zustand';

export type WhichPrompt = 'prompt' | 'negativePrompt';

interface ReceivedState {
  /** null = it is closed. */
  which: WhichPrompt | null;
}

export const useReceived = create<ReceivedState>()(() => ({ which: null }));

export const showReceived = (which: WhichPrompt | null): void => useReceived.setState({ which });
