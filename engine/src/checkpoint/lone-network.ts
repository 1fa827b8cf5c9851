/**
 * Files that hold one network of a checkpoint and nothing else: a VAE or a U-Net, under original names with or without
 * their prefix, or under diffusers' names. Told by names alone; brought to the names that a checkpoint has.
 */
import { grounded, type GroundedEntry } from './derivation.ts';
import { layOut } from './diffusers-layout.ts';
import type { CheckpointHeader } from './header.ts';

export type LoneKind = 'vae' | 'unet';

interface Layout {
  readonly kind: LoneKind;
  /** What its names are like, for a sentence. */
  readonly label: string;
  /** Put before every name; null = the names are diffusers'. */
  readonly prefix: string | null;
  /** Names it has all of. */
  readonly marks: readonly RegExp[];
}

const UNET = 'model.diffusion_model.';
const VAE = 'first_stage_model.';
/** What a checkpoint's text encoders and those of relatives begin with. */
const TEXT = /^(cond_stage_model|conditioner|text_encoders?|cond_stage)\./;

const LAYOUTS: readonly Layout[] = [
  {
    kind: 'unet',
    label: 'original names',
    prefix: '',
    marks: [/^model\.diffusion_model\.input_blocks\.0\.0\.weight$/],
  },
  {
    kind: 'unet',
    label: 'original names without prefix',
    prefix: UNET,
    marks: [/^input_blocks\.0\.0\.weight$/, /^output_blocks\.0\.0\./],
  },
  {
    kind: 'unet',
    label: "diffusers' names",
    prefix: null,
    marks: [/^conv_in\.weight$/, /^down_blocks\.0\.resnets\.0\./, /^up_blocks\.0\./],
  },
  { kind: 'vae', label: 'original names', prefix: '', marks: [/^first_stage_model\.decoder\.conv_in\.weight$/] },
  {
    kind: 'vae',
    label: 'original names without prefix',
    prefix: VAE,
    marks: [/^decoder\.conv_in\.weight$/, /^decoder\.up\.0\.block\.0\./, /^encoder\.down\.0\.block\.0\./],
  },
  {
    kind: 'vae',
    label: "diffusers' names",
    prefix: null,
    marks: [/^decoder\.conv_in\.weight$/, /^decoder\.up_blocks\.0\./, /^encoder\.down_blocks\.0\./],
  },
];

export interface LoneNetwork {
  readonly kind: LoneKind;
  /** What its names are like, for a sentence. */
  readonly label: string;
  /** Under the names of a checkpoint. */
  readonly tensors: ReadonlyMap<string, GroundedEntry>;
}

/**
 * null for a file that holds more than one network, or none of these.
 *
 * @throws model_unexpected when diffusers' names do not make a network of the original
 */
export function readLoneNetwork(header: CheckpointHeader): LoneNetwork | null {
  const names = [...header.tensors.keys()];
  const hasUnet = names.some((name) => name.startsWith(UNET));
  const hasVae = names.some((name) => name.startsWith(VAE));
  if ((hasUnet && hasVae) || names.some((name) => TEXT.test(name))) return null;
  const layout = LAYOUTS.find(({ marks }) => marks.every((mark) => names.some((name) => mark.test(name))));
  if (layout === undefined) return null;
  const own = new Map([...header.tensors].map(([name, entry]) => [name, grounded(entry, header.file)]));
  const { kind, label, prefix } = layout;
  if (prefix === null) {
    const laid = layOut(header.file, new Map([[kind, own]]), new Map());
    return { kind, label, tensors: new Map([...laid].map(([name, entry]) => [name, grounded(entry, header.file)])) };
  }
  const renamed = [...own].map(([name, entry]): [string, GroundedEntry] => [
    prefix + name,
    { ...entry, name: prefix + name },
  ]);
  return { kind, label, tensors: new Map(renamed) };
}
