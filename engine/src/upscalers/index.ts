/** The table of kinds of upscalers: one file per architecture, one line here. */
import { compact } from './compact.ts';
import type { Upscaler } from './types.ts';

export const upscalers: readonly Upscaler[] = [compact];
