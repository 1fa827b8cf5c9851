/**
 * What is found out about a LoRA, one of its kin or a textual inversion from its file, and whether it goes with a model.
 *
 * Pure; engine/src/families/inspect-network.ts finds it out.
 */
import { z } from 'zod';

/** What a file holds. A file of several kinds is of the one that most of its layers are of. */
export const NETWORK_KINDS = [
  'lora',
  /** A LoRA that changes convolutions too. */
  'locon',
  'loha',
  'lokr',
  'ia3',
  /** Any of them with lengths of its own. */
  'dora',
  'full',
  'norm',
  'textual-inversion',
] as const;
export type NetworkKind = (typeof NETWORK_KINDS)[number];

/** The lines of models that files are made for. */
export const NETWORK_BASES = ['sd1', 'sd2', 'sdxl'] as const;
export type NetworkBase = (typeof NETWORK_BASES)[number];

export const NETWORK_PARTS = ['unet', 'text-encoder', 'text-encoder-2'] as const;
export type NetworkPart = (typeof NETWORK_PARTS)[number];

/** Numbers for a form, where a file was taught to paint in a few steps. */
const networkSampling = z.object({
  sampler: z.string(),
  schedule: z.string(),
  steps: z.number().int(),
  guidance: z.number(),
  /** What they were told by: a clause. */
  evidence: z.string(),
});
export type NetworkSampling = z.infer<typeof networkSampling>;

export const networkView = z.object({
  kind: z.enum(NETWORK_KINDS),
  /** null = it cannot be told. */
  base: z.enum(NETWORK_BASES).nullable(),
  /** Of its low-rank parts; null where it has none. */
  ranks: z.object({ least: z.number().int(), most: z.number().int() }).nullable(),
  /** What it changes; empty for a textual inversion. */
  parts: z.array(z.enum(NETWORK_PARTS)),
  /** Of a textual inversion; null for all others. */
  vectors: z.number().int().nullable(),
  /** Width of the text that its U-Net part reads; null where nothing shows it. */
  contextWidth: z.number().int().nullable(),
  /** Widths of a token in the text encoders it is for, in their order; empty where nothing shows them. */
  textWidths: z.array(z.number().int()),
  /** What the base was told by: a sentence without a full stop. */
  evidence: z.string(),
  /** What the file itself says its trigger words are; what a person says stands beside it. */
  triggerWords: z.array(z.string()),
  /** The hash that the file states of its own numbers (`sshs_model_hash`), in hex; null where it states none. */
  statedHash: z.string().nullable(),
  /** Suggested where it was distilled, as its name or metadata says; null for all others. */
  sampling: networkSampling.nullable(),
  /** Channels its U-Net takes, where it widens the first layer and so makes another model; absent for all others. */
  inputChannels: z.number().int().optional(),
});
export type NetworkView = z.infer<typeof networkView>;

/** Widths that a checkpoint's networks exchange text in. */
export const conditioningWidths = z.object({
  /** Width of the text its U-Net reads; null where it has none. */
  context: z.number().int().nullable(),
  /** Width of a token in each of its text encoders. */
  text: z.array(z.number().int()),
});
export type ConditioningWidths = z.infer<typeof conditioningWidths>;

/** What of a checkpoint decides which files go with it. */
export interface NetworkTarget {
  /** Id of its family. */
  readonly family: string | null;
  readonly conditioning: ConditioningWidths | null;
}

/**
 * Why a file does not go with a model: they are of two lines, or of one but of two widths; or it makes another kind of
 * model, and is for baking.
 */
export type NetworkMisfit =
  | { readonly by: 'base'; readonly network: NetworkBase; readonly model: NetworkBase }
  | { readonly by: 'width'; readonly network: readonly number[]; readonly model: readonly number[] }
  | { readonly by: 'channels'; readonly network: number; readonly model: number };

/** Ids of families begin with the name of their line. The longest comes first. */
const LINES: readonly (readonly [prefix: string, base: NetworkBase])[] = [
  ['stable-diffusion-xl', 'sdxl'],
  ['stable-diffusion-2', 'sd2'],
  ['stable-diffusion-1', 'sd1'],
];

/** null for a family of no line that files are made for. */
export const baseOfFamily = (family: string | null): NetworkBase | null =>
  LINES.find(([prefix]) => family?.startsWith(prefix) === true)?.[1] ?? null;

/** Channels that U-Nets of a family take: the latent, and beside it a mask with a picture, or a picture. */
const channelsOfFamily = (family: string): number =>
  family.endsWith('-inpaint') ? 9 : family === 'instruct-pix2pix' ? 8 : 4;

/** null where it goes with the model, as far as can be told. */
export function findMisfit(network: NetworkView, { family, conditioning }: NetworkTarget): NetworkMisfit | null {
  const model = baseOfFamily(family);
  if (network.base !== null && model !== null && network.base !== model)
    return { by: 'base', network: network.base, model };
  const { inputChannels } = network;
  if (inputChannels !== undefined && family !== null && channelsOfFamily(family) !== inputChannels)
    return { by: 'channels', network: inputChannels, model: channelsOfFamily(family) };
  if (conditioning === null) return null;
  const { context, text } = conditioning;
  const misfit = (own: readonly number[], wanted: readonly number[]): NetworkMisfit => ({
    by: 'width',
    network: own,
    model: wanted,
  });
  if (network.kind === 'textual-inversion') {
    // A model with one text encoder takes its half of a pair.
    const [only] = text;
    const fits =
      text.length === 1
        ? network.textWidths.includes(only as number)
        : text.length === network.textWidths.length && text.every((width, i) => width === network.textWidths[i]);
    return fits || text.length === 0 ? null : misfit(network.textWidths, text);
  }
  if (network.contextWidth !== null && context !== null) {
    return network.contextWidth === context ? null : misfit([network.contextWidth], [context]);
  }
  const isStrange = text.length > 0 && network.textWidths.some((width) => !text.includes(width));
  return isStrange ? misfit(network.textWidths, text) : null;
}
