/** POST /api/v1/prompt/analyse: what the tokenizer makes of a text. */
import { z } from 'zod';

import { PROMPT_LIMIT } from '../units.ts';

export const promptAnalysisRequest = z.strictObject({ prompt: z.string().max(PROMPT_LIMIT) });

export const promptAnalysis = z.object({
  /** Tokens without start and end marks. */
  tokens: z.number().int(),
  /** 75-token chunks the encoder gets; an empty prompt is one. */
  chunks: z.number().int(),
});
export type PromptAnalysis = z.infer<typeof promptAnalysis>;
