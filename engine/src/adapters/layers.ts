/**
 * The layers of a checkpoint's networks that adapters may change, with all the names files have for them.
 *
 * Made from what the networks ask of the checkpoint, so there is no second list of layers.
 */
import { openClipKeymap } from '../checkpoint/keymaps/open-clip.ts';
import { toDiffusers } from '../checkpoint/keymaps/keymap.ts';
import { topologyOfOriginal, unetKeymap } from '../checkpoint/keymaps/unet.ts';
import type { TensorEntry } from '../checkpoint/tensor-entry.ts';
import type { ReadTensor } from '../checkpoint/weights.ts';

export interface Layer {
  /** Module path; for a third of a matrix that holds three with `.in_proj.0` and so on at its end. */
  readonly path: string;
  readonly isText: boolean;
  readonly weight: TensorEntry;
  readonly bias: TensorEntry | null;
  /** Which third of `weight` and `bias` it is, from the top; null = all of them. */
  readonly third: 0 | 1 | 2 | null;
}

const THIRDS = [0, 1, 2] as const;
const LETTERS = ['q', 'k', 'v'] as const;

/** By every spelling of its name: what a file calls a module, to the layer. */
export type LayerNames = ReadonlyMap<string, Layer>;

/**
 * @param reads of the U-Net and the text encoders; others are left out
 */
export function nameLayers(reads: readonly ReadTensor[]): LayerNames {
  const layers = layersOf(reads);
  const names = new Map<string, Layer>();
  const unetNames = reads.filter(({ path }) => networkOf(path) === 'unet');
  const unetName = toDiffusers(
    unetKeymap(topologyOfOriginal(unetNames.map(({ path, leaf }) => `${withoutNetwork(path)}.${leaf}`))),
  );
  const hasTwoEncoders = reads.some(({ path }) => networkOf(path) === 'text-encoder-2');
  const isFirstAbsent = !reads.some(({ path }) => networkOf(path) === 'text-encoder');
  for (const layer of layers) {
    const own = withoutNetwork(layer.path);
    const spellings =
      networkOf(layer.path) === 'unet'
        ? unetSpellings(own, unetName(own)?.name ?? null)
        : textSpellings(
            hugName(layer, own),
            networkOf(layer.path) === 'text-encoder-2',
            hasTwoEncoders || isFirstAbsent,
          );
    for (const spelling of spellings) names.set(spelling, layer);
  }
  return names;
}

const networkOf = (path: string): string => path.slice(0, path.indexOf('.'));
const withoutNetwork = (path: string): string => path.slice(path.indexOf('.') + 1);
const underscored = (name: string): string => name.replaceAll('.', '_');

function layersOf(reads: readonly ReadTensor[]): Layer[] {
  const byModule = new Map<string, Map<string, TensorEntry>>();
  for (const { path, leaf, entry } of reads) {
    const network = networkOf(path);
    if (network !== 'unet' && !network.startsWith('text-encoder')) continue;
    byModule.set(path, (byModule.get(path) ?? new Map<string, TensorEntry>()).set(leaf, entry));
  }
  return [...byModule].flatMap(([path, leaves]): Layer[] => {
    const isText = networkOf(path) !== 'unet';
    const [weight, bias] = [leaves.get('weight'), leaves.get('bias') ?? null];
    const [stacked, stackedBias] = [leaves.get('in_proj_weight'), leaves.get('in_proj_bias') ?? null];
    const whole: Layer[] = weight === undefined ? [] : [{ path, isText, weight, bias, third: null }];
    if (stacked === undefined) return whole;
    const thirds = THIRDS.map((third): Layer => ({
      path: `${path}.in_proj.${third}`,
      isText,
      weight: stacked,
      bias: stackedBias,
      third,
    }));
    return [...whole, ...thirds];
  });
}

/** What transformers calls a text encoder's module, from the name in the file. */
function hugName({ third }: Layer, own: string): string {
  if (!own.startsWith('transformer.resblocks.') && !own.startsWith('ln_final')) return `text_model.${own}`;
  if (third !== null) {
    const block = own.slice('transformer.resblocks.'.length, own.indexOf('.attn'));
    return `text_model.encoder.layers.${block}.self_attn.${LETTERS[third]}_proj`;
  }
  return OPEN_CLIP_NAMES(own)?.name ?? own;
}

/** No encoder has more layers. */
const MOST_LAYERS = 48;
const OPEN_CLIP_NAMES = toDiffusers(openClipKeymap(MOST_LAYERS));

/**
 * @param original in the checkpoint's layout
 * @param diffusers in diffusers' layout; null where it has no such module
 */
function unetSpellings(original: string, diffusers: string | null): string[] {
  const spellings = [`lora_unet_${underscored(original)}`, `diffusion_model.${original}`];
  if (diffusers === null) return spellings;
  spellings.push(
    `lora_unet_${underscored(diffusers)}`,
    `unet.${diffusers}`,
    diffusers,
    `base_model.model.${diffusers}`,
  );
  const processor = /^(.*\.attn[12])\.(to_[qkv]|to_out\.0)$/.exec(diffusers);
  if (processor !== null) {
    const [, attention = '', projection = ''] = processor;
    const old = `${attention}.processor.${projection === 'to_out.0' ? 'to_out' : projection}`;
    spellings.push(old, `unet.${old}`);
  }
  return spellings;
}

/**
 * @param name transformers' name of the module
 * @param isSecond whether it is of SDXL's second encoder
 * @param isNumbered whether kohya numbers the encoders of this model
 */
function textSpellings(name: string, isSecond: boolean, isNumbered: boolean): string[] {
  const slot = isSecond ? 'text_encoder_2' : 'text_encoder';
  const kohya = isNumbered ? (isSecond ? 'lora_te2_' : 'lora_te1_') : 'lora_te_';
  return [`${kohya}${underscored(name)}`, `${slot}.${name}`];
}
