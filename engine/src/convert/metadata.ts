/**
 * What a new file says of itself: what its source said, the modelspec of its kind, and how it was made. No time and no
 * path stands there, so the same work makes the same file.
 *
 * Source: the ModelSpec of Stability AI, 1.0.0; the WebUI's merger for `sd_merge_recipe` and `sd_merge_models`.
 */
import type { ModelSource } from '@easel/shared/engine';
import type { ModelWorkParameters } from '@easel/shared/model-work';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import type { RecognisedCheckpoint } from '../families/recognise.ts';
import type { Source } from './source.ts';

type Metadata = Record<string, string>;

/** Configs of the diffusers folder that a file was made from, so that the way back gives the same folder. */
const CONFIGS_KEY = 'easel.diffusers';
/** True of other bytes. */
const STALE = ['modelspec.hash_sha256', 'sshs_model_hash', 'sshs_legacy_hash'];

const ARCHITECTURES: Readonly<Record<string, string>> = {
  'stable-diffusion-1': 'stable-diffusion-v1',
  'stable-diffusion-1-inpaint': 'stable-diffusion-v1/inpainting',
  'instruct-pix2pix': 'stable-diffusion-v1',
  'stable-diffusion-2': 'stable-diffusion-v2-512',
  'stable-diffusion-xl': 'stable-diffusion-xl-v1-base',
  'stable-diffusion-xl-inpaint': 'stable-diffusion-xl-v1-base/inpainting',
  'stable-diffusion-xl-refiner': 'stable-diffusion-xl-v1-refiner',
};
const SECOND_LINE_V = 'stable-diffusion-v2-768-v';

/** Metadata of a whole checkpoint. */
export function checkpointMetadata(
  { header, checkpoint }: Pick<Source, 'header' | 'checkpoint'>,
  title: string,
  recipe: Metadata,
): Metadata {
  return {
    ...kept(header),
    ...(checkpoint === null ? {} : specOf(checkpoint, title)),
    ...configsOf(header),
    ...recipe,
    format: 'pt',
  };
}

/** Metadata of a VAE alone. */
export const vaeMetadata = (header: CheckpointHeader, title: string, recipe: Metadata): Metadata => {
  const architecture = header.metadata.get('modelspec.architecture')?.replace(/\/.*$/, '');
  return {
    'modelspec.sai_model_spec': '1.0.0',
    'modelspec.title': title,
    ...(architecture === undefined ? {} : { 'modelspec.architecture': `${architecture}/vae` }),
    ...recipe,
    format: 'pt',
  };
};

/** What the source's own metadata says, but for what is true of its bytes only. */
export const kept = ({ metadata }: CheckpointHeader): Metadata =>
  Object.fromEntries([...metadata].filter(([key]) => !STALE.includes(key)));

function specOf({ family, facts, header }: RecognisedCheckpoint, title: string): Metadata {
  const isSecondLineV = family.id === 'stable-diffusion-2' && facts.prediction === 'v';
  const architecture =
    header.metadata.get('modelspec.architecture') ?? (isSecondLineV ? SECOND_LINE_V : ARCHITECTURES[family.id]);
  return {
    'modelspec.sai_model_spec': '1.0.0',
    ...(architecture === undefined ? {} : { 'modelspec.architecture': architecture }),
    'modelspec.title': header.metadata.get('modelspec.title') ?? title,
    'modelspec.prediction_type': facts.prediction,
    'modelspec.resolution':
      header.metadata.get('modelspec.resolution') ?? `${facts.defaults.width}x${facts.defaults.height}`,
  };
}

function configsOf({ configs }: CheckpointHeader): Metadata {
  if (configs === undefined) return {};
  const plain = [...configs].map(([name, config]) => [name, Object.fromEntries(config)]);
  return { [CONFIGS_KEY]: JSON.stringify(Object.fromEntries(plain)) };
}

/** Configs of the folder a model is, or once was; empty where it never was one. */
export function ownConfigs({ configs, metadata }: CheckpointHeader): ReadonlyMap<string, ReadonlyMap<string, unknown>> {
  if (configs !== undefined) return configs;
  let value: unknown;
  try {
    value = JSON.parse(metadata.get(CONFIGS_KEY) ?? '{}');
  } catch {
    return new Map();
  }
  const isObject = (each: unknown): each is object => typeof each === 'object' && each !== null && !Array.isArray(each);
  if (!isObject(value)) return new Map();
  return new Map(
    Object.entries(value)
      .filter(([, config]) => isObject(config))
      .map(([name, config]) => [name, new Map(Object.entries(config as object))]),
  );
}

const fact = ({ id, sha256 }: ModelSource): object => ({ name: id, sha256 });

/** How a file was made, from what. */
export function recipeOf(
  parameters: ModelWorkParameters,
  sources: readonly ModelSource[],
  others: readonly ModelSource[],
): Metadata {
  const { output: _output, overwrite: _overwrite, ...asked } = parameters;
  const recipe = { ...asked, sources: [...sources, ...others].map(fact) };
  return { 'easel.recipe': JSON.stringify(recipe) };
}

/** The same of a merge as the WebUI writes it, for programs that show it. */
export function webuiRecipe(
  parameters: Extract<ModelWorkParameters, { type: 'merge' }>,
  sources: readonly Source[],
): Metadata {
  const { method, weights, precision, output, vae } = parameters;
  const recipe = {
    type: 'easel',
    primary_model_hash: sources[0]?.sha256 ?? null,
    secondary_model_hash: sources[1]?.sha256 ?? null,
    tertiary_model_hash: sources[2]?.sha256 ?? null,
    interp_method: method === 'add-difference' ? 'Add difference' : 'Weighted sum',
    multiplier: weights[0],
    save_as_half: precision === 'fp16',
    custom_name: output,
    bake_in_vae: vae ?? 'None',
  };
  const models = sources
    .filter(({ sha256 }) => sha256 !== null)
    .map(({ id, sha256, header }) => [
      sha256,
      { name: id, legacy_hash: null, sd_merge_recipe: header.metadata.get('sd_merge_recipe') ?? null },
    ]);
  return { sd_merge_recipe: JSON.stringify(recipe), sd_merge_models: JSON.stringify(Object.fromEntries(models)) };
}
