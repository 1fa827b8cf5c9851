/**
 * How strongly a LoRA counts in each block of a network: `lbw=` in its tag, a preset or a list of numbers.
 *
 * @source the WebUI extension LoRA Block Weight: its blocks, its four lengths of lists and the presets it comes with
 */

const numbered = (letters: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `${letters}${String(from + i).padStart(2, '0')}`);

/** Parts of a network in the order of their weights: text encoders, then the U-Net from top to bottom to top. */
export const LORA_BLOCKS: readonly string[] = ['BASE', ...numbered('IN', 0, 11), 'MID', ...numbered('OUT', 0, 11)];

/** Blocks with attention, in which plain LoRA of SD 1 are. */
const WITH_ATTENTION = ['BASE', 'IN01', 'IN02', 'IN04', 'IN05', 'IN07', 'IN08', 'MID', ...numbered('OUT', 3, 11)];
/** The same for SDXL, whose networks have nine blocks on each side. */
const WITH_ATTENTION_XL = ['BASE', 'IN04', 'IN05', 'IN07', 'IN08', 'MID', ...numbered('OUT', 0, 5)];
const ALL_OF_XL = ['BASE', ...numbered('IN', 0, 8), 'MID', ...numbered('OUT', 0, 8)];

/** What a list is about, by its length; blocks that it leaves out get 0. */
const LISTS: readonly (readonly string[])[] = [WITH_ATTENTION_XL, WITH_ATTENTION, ALL_OF_XL, LORA_BLOCKS];

/** Blocks of 1, in all others 0. */
const PRESETS: Readonly<Record<string, readonly string[]>> = {
  NONE: [],
  ALL: LORA_BLOCKS,
  INS: ['BASE', 'IN01', 'IN02', 'IN04'],
  IND: ['BASE', 'IN05', 'IN07', 'IN08'],
  INALL: WITH_ATTENTION.filter((block) => block === 'BASE' || block.startsWith('IN')),
  MIDD: ['BASE', 'IN05', 'IN07', 'IN08', 'MID', ...numbered('OUT', 3, 6)],
  OUTD: ['BASE', ...numbered('OUT', 3, 6)],
  OUTS: ['BASE', ...numbered('OUT', 7, 11)],
  OUTALL: ['BASE', ...numbered('OUT', 3, 11)],
};

export const LORA_BLOCK_PRESETS: readonly string[] = [...Object.keys(PRESETS), 'ALL0.5'];
/** Numbers a list may have. */
export const LORA_BLOCK_COUNTS: readonly number[] = LISTS.map(({ length }) => length);

/** Factors in the order of {@link LORA_BLOCKS}. */
export type LoraBlockWeights = readonly number[];

/** Null for what is neither a preset nor a list of numbers of a known length. */
export function readBlockWeights(text: string): LoraBlockWeights | null {
  const name = text.trim();
  if (name === 'ALL0.5') return LORA_BLOCKS.map(() => 0.5);
  const preset = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (preset !== undefined) return LORA_BLOCKS.map((block) => (preset.includes(block) ? 1 : 0));
  const numbers = name.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const blocks = LISTS.find(({ length }) => length === numbers.length);
  if (blocks === undefined || !numbers.every(Number.isFinite)) return null;
  return LORA_BLOCKS.map((block) => numbers[blocks.indexOf(block)] ?? 0);
}
