/** The table of families. The first that recognises a checkpoint gets it. */
import { stableDiffusion1 } from './stable-diffusion-1/family.ts';
import { stableDiffusion2 } from './stable-diffusion-2/family.ts';
import { stableDiffusionXl } from './stable-diffusion-xl/family.ts';
import type { Family } from './types.ts';

export const families: readonly Family[] = [stableDiffusion1, stableDiffusion2, stableDiffusionXl];
