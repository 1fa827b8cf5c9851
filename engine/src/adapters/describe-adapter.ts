/**
 * What an adapter's file is, from the names and shapes in its header: kind, parts, ranks, and the line of models it was
 * made for. Reads no numbers.
 *
 * @source widths of the published models; metadata keys of kohya's sd-scripts and of the Stability model specification
 */
import { basename } from 'node:path';

import { CheckpointError } from '@easel/shared/errors';
import type { NetworkBase, NetworkKind, NetworkPart, NetworkView } from '@easel/shared/networks';

import type { AdapterFile, AdapterGroup, Leaf } from './adapter-file.ts';
import { kindOf } from './kinds/index.ts';
import { widenedShape } from './widening.ts';

type Description = Pick<
  NetworkView,
  | 'kind'
  | 'base'
  | 'ranks'
  | 'parts'
  | 'contextWidth'
  | 'textWidths'
  | 'evidence'
  | 'triggerWords'
  | 'statedHash'
  | 'inputChannels'
>;

/** Beginnings of modules' names; old attention processors stand there without a network's name. */
const PARTS: readonly (readonly [pattern: RegExp, part: NetworkPart])[] = [
  [/^(lora_te2_|text_encoder_2\.)/, 'text-encoder-2'],
  [/^(lora_te1?_|text_encoder\.)/, 'text-encoder'],
  [/^(lora_unet_|unet\.|diffusion_model\.|base_model\.model\.|(down_blocks|up_blocks|mid_block)\.)/, 'unet'],
];

/** Networks of other lines, by names that only they have. */
const FOREIGN: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/(double_blocks|single_transformer_blocks|single_blocks)/, 'Flux'],
  [/joint_blocks/, 'Stable Diffusion 3'],
  [/^transformer[._]/, 'a diffusion transformer'],
];
const FOREIGN_WORDS = /flux|stable-diffusion-3|^sd3|pixart|hunyuan|auraflow|lumina|qwen|^wan/i;

/** Lines by the width of the text their U-Nets read. */
const BY_CONTEXT: Readonly<Record<number, NetworkBase>> = { 768: 'sd1', 1024: 'sd2', 2048: 'sdxl' };

/** Lines by what metadata call them: `ss_base_model_version`, then `modelspec.architecture`. */
const STATED: readonly (readonly [pattern: RegExp, base: NetworkBase])[] = [
  [/^(sdxl|stable-diffusion-xl)/i, 'sdxl'],
  [/^(sd_?v?2|stable-diffusion-v2)/i, 'sd2'],
  [/^(sd_?v?1|stable-diffusion-v1)/i, 'sd1'],
];
const STATEMENTS = ['ss_base_model_version', 'modelspec.architecture'] as const;

/** Transformer blocks of the U-Net that only the deep attention of SDXL has, in either spelling. */
const DEEP = /transformer_blocks[._]([2-9]|\d\d)[._]/;
const CROSS = /attn2[._](processor[._])?to_[kv]$/;
/** Projections of a text encoder that read its own width. */
const TEXT_INPUT = /(self_attn[._][qkv]_proj|mlp[._]fc1)$/;

/** @throws model_incompatible when nothing in it is a change that is known; model_unsupported when it is of another line */
export function describeAdapter({ header, groups }: AdapterFile): Description {
  const known = [...groups].filter(([, group]) => kindOf(group.keys()) !== null || group.has('biasDifference'));
  requireLine(header.file, groups.keys(), header.metadata);
  const placed = known.flatMap(([stem, group]) => {
    const part = PARTS.find(([pattern]) => pattern.test(stem))?.[1];
    return part === undefined ? [] : [{ stem, group, part }];
  });
  const [first] = placed;
  if (first === undefined) {
    throw new CheckpointError('model_incompatible', `${basename(header.file)} holds nothing that changes a network.`, {
      file: header.file,
      hint: 'A LoRA has names such as lora_unet_... .lora_up.weight; this may be a checkpoint or an embedding.',
    });
  }
  const parts = [...new Set(placed.map(({ part }) => part))].toSorted();
  // A layer that is widened is changed whole: its rank says nothing of the others.
  const low = placed.filter(({ group }) => widenedShape(group) === null);
  const ranks = low.map(({ group }) => rankOf(group)).filter((rank) => rank !== null);
  const contexts = placed.flatMap(({ stem, group, part }) =>
    part === 'unet' && CROSS.test(stem) ? widthIn(group) : [],
  );
  const contextWidth = commonest(contexts);
  const textWidths = (['text-encoder', 'text-encoder-2'] as const).flatMap((encoder) => {
    const width = commonest(
      placed.flatMap(({ stem, group, part }) => (part === encoder && TEXT_INPUT.test(stem) ? widthIn(group) : [])),
    );
    return width === null ? [] : [width];
  });
  const stems = placed.map(({ stem }) => stem);
  return {
    kind: kindOfFile(placed.map(({ group }) => group)),
    parts,
    ranks: ranks.length === 0 ? null : { least: Math.min(...ranks), most: Math.max(...ranks) },
    contextWidth,
    textWidths,
    ...tellBase({ contextWidth, textWidths, stems, parts, metadata: header.metadata }),
    triggerWords: statedTriggers(header.metadata),
    statedHash: statedHash(header.metadata),
    ...widenedInput(placed),
  };
}

/** @throws model_unsupported naming the line */
function requireLine(file: string, stems: Iterable<string>, metadata: ReadonlyMap<string, string>): void {
  const stated = STATEMENTS.map((key) => metadata.get(key)).find(
    (text) => text !== undefined && FOREIGN_WORDS.test(text),
  );
  const [name] = stems;
  const shown = name === undefined ? undefined : FOREIGN.find(([pattern]) => pattern.test(name))?.[1];
  const line = stated ?? shown;
  if (line === undefined) return;
  throw new CheckpointError('model_unsupported', `${basename(file)} was made for ${line.slice(0, 80)}.`, {
    file,
    got: line.slice(0, 80),
    hint: 'Files for Stable Diffusion 1, 2 and XL can be used.',
  });
}

interface BaseSigns {
  readonly contextWidth: number | null;
  readonly textWidths: readonly number[];
  readonly stems: readonly string[];
  readonly parts: readonly NetworkPart[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** The U-Net's first layer in either spelling. */
const FIRST_LAYER = /[._](conv_in|input_blocks[._]0[._]0)$/;

function widenedInput(
  placed: readonly { readonly stem: string; readonly group: AdapterGroup }[],
): Pick<NetworkView, 'inputChannels'> {
  const first = placed.find(({ stem }) => FIRST_LAYER.test(stem));
  const inputChannels = first === undefined ? undefined : widenedShape(first.group)?.[1];
  return inputChannels === undefined ? {} : { inputChannels };
}

/** Shapes before names before words: metadata are often those of another file. */
function tellBase({
  contextWidth,
  textWidths,
  stems,
  parts,
  metadata,
}: BaseSigns): Pick<NetworkView, 'base' | 'evidence'> {
  const byContext = contextWidth === null ? undefined : BY_CONTEXT[contextWidth];
  if (byContext !== undefined) {
    return { base: byContext, evidence: `its cross attention reads text of width ${contextWidth}` };
  }
  if (parts.includes('text-encoder-2')) return { base: 'sdxl', evidence: 'it changes two text encoders' };
  const stated = statedBase(metadata);
  if (stated !== null) return stated;
  if (stems.some((stem) => DEEP.test(stem) && !stem.startsWith('lora_te'))) {
    return { base: 'sdxl', evidence: 'its attention is as deep as only that of SDXL is' };
  }
  const [width] = textWidths;
  if (width === 1024) return { base: 'sd2', evidence: 'its text encoder is 1024 wide' };
  if (width === 768 && stems.some((stem) => stem.startsWith('lora_te_'))) {
    return { base: 'sd1', evidence: 'its only text encoder is 768 wide' };
  }
  return { base: null, evidence: 'nothing in the file shows its base' };
}

const KINDS: Readonly<Record<string, NetworkKind>> = {
  lora: 'lora',
  loha: 'loha',
  lokr: 'lokr',
  full: 'full',
  norm: 'norm',
  ia3: 'ia3',
};

function kindOfFile(groups: readonly AdapterGroup[]): NetworkKind {
  const counts = new Map<NetworkKind, number>();
  for (const group of groups) {
    if (group.has('doraScale')) return 'dora';
    const kind = KINDS[kindOf(group.keys())?.id ?? 'full'] ?? 'full';
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const [[most] = ['lora' as const]] = [...counts].toSorted((a, b) => b[1] - a[1]);
  const hasKernels = groups.some((group) => (group.get('down')?.shape[2] ?? 1) > 1 || group.has('mid'));
  return most === 'lora' && hasKernels ? 'locon' : most;
}

/** The inner extent of a product. */
function rankOf(group: AdapterGroup): number | null {
  for (const leaf of ['down', 'hadaW1b', 'lokrW2b', 'lokrW1b'] as const satisfies readonly Leaf[]) {
    const rank = group.get(leaf)?.shape[0];
    if (rank !== undefined) return rank;
  }
  return null;
}

/** Columns of the matrix that a change is for; empty where its parts do not show them. */
function widthIn(group: AdapterGroup): number[] {
  const columns = (leaf: Leaf): number | undefined => group.get(leaf)?.shape[1];
  const plain = columns('down') ?? columns('hadaW1b') ?? columns('difference');
  if (plain !== undefined) return [plain];
  const [first, second] = [columns('lokrW1') ?? columns('lokrW1b'), columns('lokrW2') ?? columns('lokrW2b')];
  return first === undefined || second === undefined ? [] : [first * second];
}

function commonest(numbers: readonly number[]): number | null {
  const counts = new Map<number, number>();
  for (const each of numbers) counts.set(each, (counts.get(each) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

/** More are a list of tags, not words to write. */
const MOST_TRIGGERS = 20;
const LONGEST_TRIGGER = 200;

export function statedTriggers(metadata: ReadonlyMap<string, string>): string[] {
  const words = (metadata.get('modelspec.trigger_phrase') ?? '').split(/[,\n]/).map((word) => word.trim());
  const sane = words.filter((word) => word !== '' && word.length <= LONGEST_TRIGGER);
  return [...new Set(sane)].slice(0, MOST_TRIGGERS);
}

function statedHash(metadata: ReadonlyMap<string, string>): string | null {
  const hash = metadata.get('sshs_model_hash')?.toLowerCase();
  return hash !== undefined && /^[0-9a-f]{64}$/.test(hash) ? hash : null;
}

/** What the metadata say a file's base is; null where they say nothing of the kind. */
export function statedBase(metadata: ReadonlyMap<string, string>): Pick<NetworkView, 'base' | 'evidence'> | null {
  for (const key of STATEMENTS) {
    const text = metadata.get(key);
    const base = text === undefined ? undefined : STATED.find(([pattern]) => pattern.test(text))?.[1];
    if (base !== undefined) return { base, evidence: `${key} says ${text}` };
  }
  return null;
}
