/**
 * What an axis of a grid can be: every number, choice and model of a request, and ways to change its prompt. One row
 * each; rows of options come from the table of options by themselves.
 *
 * Pure. Reading and expanding values is expand.ts, which knows the kinds named here.
 */
import { OPTION_IDS, optionRow } from '../options/values.ts';
import type { OptionId } from '../options/table.ts';
import type { OptionRow } from '../options/row.ts';
import { LIMITS, type NumberLimit } from '../units.ts';

/** How values of an axis are read, and what they do. */
export type AxisKind =
  | { readonly kind: 'number'; readonly limit: NumberLimit; readonly step?: number }
  /** As a number; -1 draws one. */
  | { readonly kind: 'seed'; readonly limit: NumberLimit }
  | { readonly kind: 'toggle' }
  | { readonly kind: 'choice'; readonly choices: readonly { id: string; label: string; text?: string }[] }
  /** An entry of the catalogue. */
  | { readonly kind: 'entry'; readonly list: 'samplers' | 'schedules' | 'rngs' }
  /** A file of the library, by its id. */
  | { readonly kind: 'model'; readonly of: 'checkpoint' | 'vae' | 'upscaler' }
  /** `512x768`. */
  | { readonly kind: 'size' }
  /** A whole text. */
  | { readonly kind: 'text' }
  /** The first value is what the others replace. */
  | { readonly kind: 'search' }
  /** The values in every order. */
  | { readonly kind: 'order' }
  /** A style that is added to those of the request, by its name. */
  | { readonly kind: 'style' }
  /** The weight of a LoRA that the axis names. */
  | { readonly kind: 'lora' };

export interface AxisRow {
  /** Field of the request where there is one. */
  readonly id: string;
  /** For people; the page has other languages. */
  readonly label: string;
  /** What the WebUI calls it in a sheet's infotext. */
  readonly webui: string;
  readonly group: 'basics' | 'prompt' | 'options';
  readonly value: AxisKind;
  /** How dear a change from one cell to the next is: the dearest axis changes least often. 1 = another checkpoint. */
  readonly cost: number;
  /** Fields of a request that it sets: a refusal that names one of them is about this axis. */
  readonly fields: readonly string[];
  /** Its values speak for themselves, so that headings need no name before them. */
  readonly isPlain: boolean;
}

const basic = (
  id: string,
  label: string,
  value: AxisKind,
  { webui = label, cost = 0, fields = [id], isPlain = false, group = 'basics' }: Partial<AxisRow> = {},
): AxisRow => ({ id, label, webui, group, value, cost, fields, isPlain });

const whole = (limit: NumberLimit): AxisKind => ({ kind: 'number', limit });
const prompts = ['prompt', 'negativePrompt'] as const;

/** A new shape makes the runtime prepare anew. */
const SIZE_COST = 0.2;

const BASICS: readonly AxisRow[] = [
  basic('steps', 'Steps', whole(LIMITS.steps)),
  basic('guidance', 'Guidance', { kind: 'number', limit: LIMITS.guidance }, { webui: 'CFG Scale' }),
  basic('seed', 'Seed', { kind: 'seed', limit: LIMITS.seed }),
  basic('sampler', 'Sampler', { kind: 'entry', list: 'samplers' }, { isPlain: true, fields: ['sampler'] }),
  basic('schedule', 'Schedule', { kind: 'entry', list: 'schedules' }, { webui: 'Schedule type', isPlain: true }),
  basic('model', 'Model', { kind: 'model', of: 'checkpoint' }, { webui: 'Checkpoint name', cost: 1, isPlain: true }),
  basic('size', 'Size', { kind: 'size' }, { cost: SIZE_COST, fields: ['width', 'height'] }),
  basic('width', 'Width', whole(LIMITS.width), { cost: SIZE_COST }),
  basic('height', 'Height', whole(LIMITS.height), { cost: SIZE_COST }),
  basic('clipSkip', 'Clip skip', whole(LIMITS.clipSkip)),
  basic('rng', 'Random numbers', { kind: 'entry', list: 'rngs' }, { webui: 'RNG source' }),
  basic('promptSearch', 'Prompt S/R', { kind: 'search' }, { group: 'prompt', fields: prompts, isPlain: true }),
  basic('promptOrder', 'Prompt order', { kind: 'order' }, { group: 'prompt', fields: ['prompt'], isPlain: true }),
  basic('lora', 'LoRA weight', { kind: 'lora' }, { group: 'prompt', fields: ['prompt'], cost: 0.1 }),
  basic('styles', 'Style', { kind: 'style' }, { webui: 'Styles', group: 'prompt', isPlain: true }),
  basic('prompt', 'Prompt', { kind: 'text' }, { group: 'prompt', isPlain: true }),
  basic('negativePrompt', 'Negative prompt', { kind: 'text' }, { group: 'prompt', isPlain: true }),
];

/** What the WebUI calls axes that are options here. */
const WEBUI_NAMES: Partial<Record<OptionId, string>> = {
  variationSeed: 'Var. seed',
  variationStrength: 'Var. strength',
  refiner: 'Refiner checkpoint',
  refinerSwitchAt: 'Refiner switch at',
  sChurn: 'Sigma Churn',
  sTmin: 'Sigma min',
  sTmax: 'Sigma max',
  sNoise: 'Sigma noise',
  sigmaMin: 'Schedule min sigma',
  sigmaMax: 'Schedule max sigma',
  rho: 'Schedule rho',
  eta: 'Eta',
  vae: 'VAE',
  tokenMerging: 'Token merging ratio',
  ngms: 'Negative Guidance minimum sigma',
};

const MODEL_COSTS = { checkpoint: 0.9, vae: 0.7, upscaler: 0.3 } as const;

function kindOf(id: OptionId, { value }: OptionRow): AxisKind {
  switch (value.kind) {
    case 'number':
      return id === 'variationSeed'
        ? { kind: 'seed', limit: value.limit }
        : { kind: 'number', limit: value.limit, ...(value.limit.multipleOf === undefined ? {} : { step: value.step }) };
    case 'toggle':
      return { kind: 'toggle' };
    case 'choice':
      return { kind: 'choice', choices: value.choices };
    case 'model':
      return { kind: 'model', of: value.of };
  }
}

const ofOption = (id: OptionId): AxisRow => {
  const row = optionRow(id);
  const { value } = row;
  return basic(id, row.label, kindOf(id, row), {
    webui: WEBUI_NAMES[id] ?? row.infotext.key,
    group: 'options',
    // What is built into the network is built anew; all else is told to it.
    cost: value.kind === 'model' ? MODEL_COSTS[value.of] : row.group === 'network' || id === 'tiling' ? SIZE_COST : 0,
    isPlain: value.kind === 'model' && value.of === 'checkpoint',
  });
};

/** In the order in which menus show them. */
export const AXES: readonly AxisRow[] = [...BASICS, ...OPTION_IDS.map(ofOption)];

const byId: ReadonlyMap<string, AxisRow> = new Map(AXES.map((row) => [row.id, row]));

/** The row of an id; undefined where there is none. */
export const axisRow = (id: string): AxisRow | undefined => byId.get(id);
