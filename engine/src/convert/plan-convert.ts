/** Conversion: what is made of one model, as a plan. Reads no numbers. */
import { CheckpointError, RequestError } from '@easel/shared/errors';
import type { ModelSource } from '@easel/shared/engine';
import type { ConvertParameters, Precision } from '@easel/shared/model-work';

import type { AdapterFile } from '../adapters/adapter-file.ts';
import { nameLayers, type LayerNames } from '../adapters/layers.ts';
import { readWidenings, widenLayers, type Widenings } from '../adapters/widening.ts';
import type { GroundedEntry } from '../checkpoint/derivation.ts';
import type { FileDtype } from '../checkpoint/tensor-entry.ts';
import { recogniseHeader } from '../families/recognise.ts';
import { bakeVae, chooseEma, complete, vaeOf } from './choose-tensors.ts';
import { diffusersConfigs, hasPipeline } from './diffusers-configs.ts';
import { checkpointMetadata, kept, ownConfigs, recipeOf, vaeMetadata } from './metadata.ts';
import { isFloat } from './numbers.ts';
import { taken, type Plan, type PlannedFile, type PlannedTensor } from './plan.ts';
import { VAE_PREFIX, type Source, type Tensors } from './source.ts';
import { toDiffusersNetworks, type Networks } from './to-diffusers.ts';
import { tokenizerFiles } from './tokenizer-files.ts';

/** The models that take part. */
export interface Sources {
  readonly model: Source;
  readonly vae: Source | null;
  readonly base: Source | null;
  /** What is baked in; only named here. */
  readonly loras: readonly ModelSource[];
  /** The files of those that count: what they widen is planned here, their numbers are not read. */
  readonly adapters: readonly AdapterFile[];
}

const DTYPES: Readonly<Record<Exclude<Precision, 'keep'>, FileDtype>> = { fp32: 'F32', fp16: 'F16', bf16: 'BF16' };

/** What a tensor is written as. The format has no place for F64, which only pickles have. */
export function writtenAs({ dtype }: GroundedEntry, precision: Precision): FileDtype {
  if (!isFloat(dtype)) return dtype;
  if (precision === 'keep') return dtype === 'F64' ? 'F32' : dtype;
  return DTYPES[precision];
}

export const titleOf = (output: string): string => output.slice(output.lastIndexOf('/') + 1);

/**
 * @throws model_incomplete | models_differ | model_unexpected | model_unsupported where what is asked cannot be made
 * @throws not_allowed where the fields do not go together
 */
export function planConvert(parameters: ConvertParameters, { model, vae, base, loras, adapters }: Sources): Plan {
  const recipe = recipeOf(parameters, [model], [...[vae, base].filter((each) => each !== null), ...loras]);
  const { tensors: chosen, notes } = chooseEma(model, parameters.ema);
  if (parameters.part === 'vae') {
    if (loras.length > 0) throw notBakeable(true);
    const own = [...vaeOf({ ...model, tensors: chosen })];
    const tensors = own.map(([name, entry]) => write(name.slice(VAE_PREFIX.length), entry, parameters.precision));
    return single(tensors, vaeMetadata(model.header, titleOf(parameters.output), recipe), notes);
  }
  const completed = base === null ? chosen : complete(chosen, base);
  const tensors = vae === null ? completed : bakeVae(completed, vae);
  const isCompleted = base !== null || vae !== null;
  const checkpoint = model.checkpoint ?? (isCompleted ? recogniseWhole(model, tensors) : null);
  if (loras.length > 0 && (parameters.form === 'diffusers' || checkpoint === null))
    throw notBakeable(checkpoint === null);
  if (parameters.form === 'diffusers') return planFolder(parameters, { ...model, checkpoint, tensors }, notes);
  if (checkpoint === null) {
    // No checkpoint: every tensor keeps its name, whatever the file is.
    const raw = [...model.header.tensors.keys()].map((name) => {
      const entry = model.header.tensors.get(name) as GroundedEntry;
      return write(name, { ...entry, file: entry.file ?? model.header.file }, parameters.precision);
    });
    return single(raw, { ...kept(model.header), ...recipe, format: 'pt' }, notes);
  }
  const names: LayerNames =
    loras.length === 0
      ? new Map()
      : nameLayers(checkpoint.family.reads({ ...checkpoint.header, tensors }, checkpoint.sidecar));
  const widenings = readWidenings(adapters, names);
  const made = widenings.size === 0 ? checkpoint : recogniseWidened(model, { checkpoint, tensors, widenings });
  const metadata = checkpointMetadata({ header: made.header, checkpoint: made }, titleOf(parameters.output), recipe);
  const plan = (dtypeOf: typeof writtenAs): Plan =>
    single(
      [
        ...[...tensors].map(([name, entry]) => ({
          ...taken(name, entry, dtypeOf(entry, parameters.precision)),
          shape: widenings.get(name) ?? entry.shape,
        })),
        ...marksOf(made, tensors),
      ],
      metadata,
      notes,
    );
  if (loras.length === 0) return plan(writtenAs);
  // Eight bits have no room for what a LoRA adds.
  const wider: typeof writtenAs = (entry, precision) => {
    const dtype = writtenAs(entry, precision);
    return dtype.startsWith('F8') ? 'F16' : dtype;
  };
  return { ...plan(wider), layers: widenLayers(names, widenings) };
}

const write = (name: string, entry: GroundedEntry, precision: Precision): PlannedTensor =>
  taken(name, entry, writtenAs(entry, precision));

export const single = (
  tensors: readonly PlannedTensor[],
  metadata: PlannedFile['metadata'],
  notes: readonly string[],
): Plan => {
  // A list without an element is a mark that trainers leave; readers refuse everything else that holds nothing.
  const written = tensors.filter(({ shape }) => !shape.includes(0) || shape.length === 1);
  const empty = tensors.length - written.length;
  const more = empty === 0 ? [] : [`${empty} tensors without a number were left out.`];
  return { files: [{ path: '', tensors: written, metadata }], texts: [], notes: [...notes, ...more] };
};

/** A part that was made whole is a checkpoint now. @throws models_differ where it is none, even so */
function recogniseWhole({ header, id, overrides }: Source, tensors: Tensors): NonNullable<Source['checkpoint']> {
  try {
    const whole = recogniseHeader({ ...header, tensors }, null, overrides);
    whole.family.check(whole.header, null);
    return whole;
  } catch (thrown) {
    if (!(thrown instanceof CheckpointError)) throw thrown;
    const details = {
      field: 'base',
      hint: 'Give a base of the same family: one whose text encoders and VAE it can use.',
    };
    throw new CheckpointError('models_differ', `base: ${id} is not made whole by it. ${thrown.message}`, details, {
      cause: thrown,
    });
  }
}

/**
 * What a checkpoint is once its LoRA have widened it: an inpainting model, say. Its old name and kind are not its own.
 *
 * @throws model_incompatible where that would be nothing we know
 */
function recogniseWidened(
  { id, overrides }: Source,
  {
    checkpoint: { header, sidecar },
    tensors,
    widenings,
  }: { checkpoint: NonNullable<Source['checkpoint']>; tensors: Tensors; widenings: Widenings },
): NonNullable<Source['checkpoint']> {
  const { family: _family, ...rest } = overrides ?? {};
  const widened = [...tensors].map(([name, entry]): [string, GroundedEntry] => [
    name,
    { ...entry, shape: widenings.get(name) ?? entry.shape },
  ]);
  const metadata = new Map([...header.metadata].filter(([key]) => !NAMES_OF_KIND.includes(key)));
  try {
    const made = recogniseHeader({ ...header, metadata, tensors: new Map(widened) }, sidecar, rest);
    made.family.check(made.header, sidecar);
    return made;
  } catch (thrown) {
    if (!(thrown instanceof CheckpointError)) throw thrown;
    const [tensor] = widenings.keys();
    const details = { field: 'loras', tensor, hint: 'Choose a checkpoint of its base, or leave it out.' };
    const message = `loras: ${id} with it would be no model that is known. ${thrown.message}`;
    throw new CheckpointError('model_incompatible', message, details, { cause: thrown });
  }
}

const NAMES_OF_KIND = ['modelspec.architecture', 'modelspec.title'];

function notBakeable(isNoCheckpoint: boolean): RequestError {
  return isNoCheckpoint
    ? new RequestError('not_allowed', 'loras: a LoRA is baked into a whole checkpoint only, and this is none.', {
        field: 'loras',
        hint: 'Give a base that makes it whole.',
      })
    : new RequestError('not_allowed', 'loras: a LoRA is baked into a single file.', {
        field: 'loras',
        hint: 'Leave the form out, then convert what was made to a folder.',
      });
}

/** Empty tensors that say what no other tensor shows, as trainers leave them; the second line has its metadata for it. */
export function marksOf({ facts, family }: NonNullable<Source['checkpoint']>, tensors: Tensors): PlannedTensor[] {
  const [any] = tensors.values();
  if (any === undefined || family.id === 'stable-diffusion-2') return [];
  const wanted = [...(facts.prediction === 'v' ? ['v_pred'] : []), ...(facts.zeroTerminalSnr ? ['ztsnr'] : [])];
  return wanted
    .filter((name) => !tensors.has(name))
    .map((name) => {
      const { derivation: _derivation, ...plain } = any;
      return taken(name, { ...plain, name, dtype: 'F32', shape: [0], offset: 0, byteLength: 0 });
    });
}

// --- a folder ----------------------------------------------------------------------------------------------------

const WEIGHTS = {
  unet: 'diffusion_pytorch_model',
  vae: 'diffusion_pytorch_model',
  text_encoder: 'model',
  text_encoder_2: 'model',
};

function planFolder(
  parameters: ConvertParameters,
  { header, checkpoint, tensors, id }: Source,
  notes: readonly string[],
): Plan {
  if (checkpoint === null || !hasPipeline(checkpoint.family.id)) {
    throw new CheckpointError(
      'model_unsupported',
      `${id} is no whole checkpoint of a known family, so no folder can be made of it.`,
      {
        file: header.file,
        hint: 'Make it whole first: give a base of the same family.',
      },
    );
  }
  const networks = toDiffusersNetworks(tensors, header.file);
  requireNetworks(networks, id);
  const files = [...networks].map(([component, own]): PlannedFile => ({
    path: `${component}/${WEIGHTS[component]}.safetensors`,
    tensors: [...own].map(([name, entry]) => write(name, entry, parameters.precision)),
    metadata: { format: 'pt' },
  }));
  const configs = diffusersConfigs(checkpoint, networks, ownConfigs(header));
  const texts = [...configs].map(([path, config]) => ({ path, text: `${JSON.stringify(config, null, 2)}\n` }));
  if (networks.has('text_encoder'))
    texts.push(...tokenizerFiles('tokenizer', checkpoint.family.id === 'stable-diffusion-2' ? 'first' : 'end'));
  if (networks.has('text_encoder_2')) texts.push(...tokenizerFiles('tokenizer_2', 'first'));
  const leftOut = [...tensors.keys()].filter((name) => name.includes('model_ema.')).length;
  const more = leftOut === 0 ? [] : [`${leftOut} averaged copies were left out: a folder has no place for them.`];
  return { files, texts, notes: [...notes, ...more] };
}

function requireNetworks(networks: Networks, id: string): void {
  const missing = (['unet', 'vae'] as const).find((component) => !networks.has(component));
  if (missing === undefined) return;
  throw new RequestError('not_allowed', `form: ${id} has no ${missing}, which a folder must have.`, {
    field: 'form',
    hint: 'Give a base that has it.',
  });
}
