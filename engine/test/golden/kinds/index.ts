/** The table of kinds of golden cases: one file per kind, one line here. */
import { brownian } from './brownian.ts';
import { compelPrompt } from './compel-prompt.ts';
import { files } from './files.ts';
import { folder } from './folder.ts';
import { hypernetwork } from './hypernetwork.ts';
import { k } from './k.ts';
import { lcmLora } from './lcm-lora.ts';
import { lora } from './lora.ts';
import { manifests } from './manifests.ts';
import { pipeline } from './pipeline.ts';
import { rng } from './rng.ts';
import { scheduler } from './scheduler.ts';
import { scheduledPrompt } from './scheduled-prompt.ts';
import { schedules } from './schedules.ts';
import { taesd } from './taesd.ts';
import { text } from './text.ts';
import { textualInversion } from './textual-inversion.ts';
import { timesteps } from './timesteps.ts';
import { tokenizer } from './tokenizer.ts';
import type { Kind } from './types.ts';
import { unet } from './unet.ts';
import { upscale } from './upscale.ts';
import { vae } from './vae.ts';
import { webui } from './webui.ts';
import { weightedPrompt } from './weighted-prompt.ts';

export const kinds: readonly Kind[] = [
  brownian,
  compelPrompt,
  files,
  folder,
  hypernetwork,
  k,
  lcmLora,
  lora,
  manifests,
  pipeline,
  rng,
  scheduler,
  scheduledPrompt,
  schedules,
  taesd,
  text,
  textualInversion,
  timesteps,
  tokenizer,
  unet,
  upscale,
  vae,
  webui,
  weightedPrompt,
];
