/** What the server read in a prompt, as the editor shows it. */
import type { PromptProblemView } from '@easel/shared/http/prompt';

export interface PromptReading {
  /** The text it is of, which the typing may have left behind. */
  readonly text: string;
  /** Whether it is the answer about that text, and not an older one kept while that is on its way. */
  readonly isAnswered: boolean;
  readonly problems: readonly PromptProblemView[];
  /** Where the text encoder's chunks end, without the last. */
  readonly chunkEnds: readonly number[];
  /** Words in it that are textual inversions. */
  readonly embeddings: readonly string[];
}

export const NOTHING_READ: PromptReading = { text: '', isAnswered: false, problems: [], chunkEnds: [], embeddings: [] };
