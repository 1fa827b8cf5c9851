/** POST /api/v1/prompt/analyse: what a model receives of a prompt, and what is odd in it. */
import { z } from 'zod';

import { textField } from '../fields.ts';
import { NETWORK_BASES } from '../networks.ts';
import { styleNames } from '../prompt/template.ts';
import { PROMPT_PROBLEMS } from '../prompt/problem-kinds.ts';
import { LIMITS, PROMPT_LIMIT } from '../units.ts';

export const promptAnalysisRequest = z.strictObject({
  prompt: z.string().max(PROMPT_LIMIT),
  /** Tags and AND are words in a negative prompt. */
  isNegative: z.boolean().default(false),
  /** Steps that schedules count in. */
  steps: z.number().int().min(LIMITS.steps.minimum).max(LIMITS.steps.maximum).default(20),
  /** Its steps may look twice, which schedules count. */
  sampler: textField.optional(),
  /** Id or name of the checkpoint that will read it; what it reads with, and which LoRA go with it, is told by that. */
  model: z.string().min(1).max(1024).optional(),
  /** What wildcards and braces are drawn with, as for the first picture of a job. */
  seed: z.number().int().min(0).max(LIMITS.seed.maximum).default(0),
  /** Styles that are put on it first. */
  styles: styleNames.default([]),
  /** With every token; else their number only. */
  hasDetail: z.boolean().default(false),
});

const span = z.object({ start: z.number().int(), end: z.number().int() });

const promptProblem = z.object({
  kind: z.enum(PROMPT_PROBLEMS),
  /** Where in the prompt. */
  span,
  /** What to write instead, and where; null where nothing obvious helps. */
  fix: z.object({ span, text: z.string() }).nullable(),
  /** Names near one that was not found. */
  near: z.array(z.string()).readonly().optional(),
});
export type PromptProblemView = z.infer<typeof promptProblem>;

const promptEmbedding = z.object({
  /** The word in the prompt. */
  name: z.string(),
  /** In the model library. */
  id: z.string(),
  vectors: z.number().int().nullable(),
  /** Why the model reads it as words; null where it is used. */
  skipped: z
    .discriminatedUnion('by', [
      z.object({ by: z.literal('base'), network: z.enum(NETWORK_BASES), model: z.enum(NETWORK_BASES) }),
      z.object({
        by: z.literal('width'),
        network: z.array(z.number()).readonly(),
        model: z.array(z.number()).readonly(),
      }),
      z.object({ by: z.literal('file'), message: z.string() }),
    ])
    .nullable(),
});

const describedToken = z.object({
  id: z.number().int(),
  text: z.string(),
  weight: z.number(),
  /** The word it belongs to, as it was typed; null where that cannot be told. */
  span: span.nullable(),
});

const promptEncoder = z.object({
  label: z.string(),
  /** Id that fills a chunk behind its end mark. */
  padding: z.number().int(),
  /** Tokens it makes of the prompt, counted as `tokens` below. */
  tokens: z.number().int(),
  /** Whether it gets the very tokens that are listed. */
  isAlike: z.boolean(),
});

const promptDetail = z.object({
  /** Of the model's family; empty where no model was named. All weigh and cut the same; these are the differences. */
  encoders: z.array(promptEncoder).readonly(),
  /** Looks that the network takes in all, which the ends in `parts` count; and how many of them make a step. */
  evaluations: z.number().int(),
  evaluationsPerStep: z.number().int(),
  /** Distinct texts over the steps and the parts. */
  texts: z
    .array(
      z.object({
        text: z.string(),
        chunks: z.array(z.object({ tokens: z.array(describedToken).readonly(), moved: z.number().int() })).readonly(),
      }),
    )
    .readonly(),
  /** Joined by AND; `text` is an index into `texts`, shown up to evaluation `end` counted from 1. */
  parts: z
    .array(
      z.object({
        weight: z.number(),
        timeline: z.array(z.object({ end: z.number().int(), text: z.number().int() })).readonly(),
      }),
    )
    .readonly(),
});

export const promptAnalysis = z.object({
  /** Of the longest of its texts, without start and end marks; full chunks count in full. */
  tokens: z.number().int(),
  /** 75-token chunks the encoder gets; an empty prompt is one. */
  chunks: z.number().int(),
  /** What is read: with styles on, and with one draw of its choices; null where that is the prompt as it was typed. */
  resolved: z.string().nullable().default(null),
  /** In the order of their places. */
  problems: z.array(promptProblem).readonly(),
  /** Textual inversions that it names. */
  embeddings: z.array(promptEmbedding).readonly(),
  /**
   * Places behind the words that end a chunk, in the prompt as it was typed and as it is at the first step; without the
   * end of the last chunk. Empty where choices are drawn anew for every picture.
   */
  chunkEnds: z.array(z.number().int()).readonly(),
  /** Null where it was not asked for, or the prompt is too long to show. */
  detail: promptDetail.nullable(),
});
export type PromptAnalysis = z.infer<typeof promptAnalysis>;
