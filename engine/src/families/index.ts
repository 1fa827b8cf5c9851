/** The table of families. The first that recognises a checkpoint gets it. */
import { instructPix2pix } from './instruct-pix2pix/family.ts';
import { stableDiffusion1 } from './stable-diffusion-1/family.ts';
import { stableDiffusion1Inpaint } from './stable-diffusion-1-inpaint/family.ts';
import { stableDiffusion2 } from './stable-diffusion-2/family.ts';
import { stableDiffusionXl } from './stable-diffusion-xl/family.ts';
import { stableDiffusionXlInpaint } from './stable-diffusion-xl-inpaint/family.ts';
import { stableDiffusionXlRefiner } from './stable-diffusion-xl-refiner/family.ts';
import type { Family } from './types.ts';

export const families: readonly Family[] = [
  stableDiffusion1,
  stableDiffusion1Inpaint,
  instructPix2pix,
  stableDiffusion2,
  stableDiffusionXl,
  stableDiffusionXlInpaint,
  stableDiffusionXlRefiner,
];
