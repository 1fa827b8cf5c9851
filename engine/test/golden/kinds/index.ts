/** The table of kinds of golden cases: one file per kind, one line here. */
import { k } from './k.ts';
import { rng } from './rng.ts';
import { scheduler } from './scheduler.ts';
import { schedules } from './schedules.ts';
import { timesteps } from './timesteps.ts';
import { tokenizer } from './tokenizer.ts';
import type { Kind } from './types.ts';

export const kinds: readonly Kind[] = [k, rng, scheduler, schedules, timesteps, tokenizer];
