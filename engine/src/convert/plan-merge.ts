/**
 * Merging two or three checkpoints, as a plan. Reads no numbers.
 *
 * The rule, as in the WebUI: the result has the first model's tensors. One that another model lacks counts as if that model
 * had the first's (a sum) or as no difference; one that only others have is left out. Where the first model's U-Net takes
 * more channels (inpainting, instruct-pix2pix), the channels in common are merged and the others are its own.
 */
import { CheckpointError } from '@easel/shared/errors';
import type { MergeParameters } from '@easel/shared/model-work';

import type { GroundedEntry } from '../checkpoint/derivation.ts';
import type { FileDtype } from '../checkpoint/tensor-entry.ts';
import { bakeVae, chooseEma, shapeText } from './choose-tensors.ts';
import { checkpointMetadata, recipeOf, webuiRecipe } from './metadata.ts';
import { isFloat } from './numbers.ts';
import { taken, type Plan, type PlannedTensor, type Term } from './plan.ts';
import { marksOf, single, titleOf, writtenAs } from './plan-convert.ts';
import { VAE_PREFIX, type Source, type Tensors } from './source.ts';

/** Kept from the first model whatever is asked: a list of counted-up numbers that rounding would spoil. */
const NEVER_MERGED = /\.position_ids$/;
const UNET_INPUT = 'model.diffusion_model.input_blocks.0.0.weight';

/** Where the i-th model is missing a tensor, and what that means. */
type Weighing = (first: GroundedEntry, others: readonly (GroundedEntry | undefined)[]) => Term[];

/**
 * @throws models_differ naming the tensor whose shapes do not go together
 * @throws model_incomplete where `vae` has none
 */
export function planMerge(parameters: MergeParameters, sources: readonly Source[], vae: Source | null): Plan {
  const [model, ...others] = sources as [Source, ...Source[]];
  requireOneKind(sources);
  // Averaged copies would not be those of the result.
  const plain = sources.map((source) => chooseEma(source, 'drop').tensors);
  const own = plain[0] as Tensors;
  const rest = plain.slice(1);
  const weigh = weighing(parameters);
  const tensors = vae === null ? own : bakeVae(own, vae);
  const planned = [...tensors].map(([name, entry]): PlannedTensor => {
    const isBaked = vae !== null && name.startsWith(VAE_PREFIX);
    if (isBaked || NEVER_MERGED.test(name) || !isFloat(entry.dtype))
      return taken(name, entry, writtenAs(entry, parameters.precision));
    const all = weigh(
      entry,
      rest.map((each) => each.get(name)),
    );
    requireShapes(name, all, sources);
    // Nothing of a number is nothing, also of one that is no number; and all of one alone is its bits as they are.
    const isAlike = all.every(({ from }) => from.shape.join() === entry.shape.join());
    const terms = isAlike ? all.filter(({ factor }) => factor !== 0) : all;
    if (terms.length === 1 && terms[0]?.from === entry)
      return taken(name, entry, writtenAs(entry, parameters.precision));
    return { name, shape: entry.shape, dtype: summedAs(entry, parameters), terms: terms as [Term, ...Term[]] };
  });
  const recipe = { ...recipeOf(parameters, sources, vae === null ? [] : [vae]), ...webuiRecipe(parameters, sources) };
  const metadata = {
    ...checkpointMetadata(model, titleOf(parameters.output), recipe),
    'modelspec.title': titleOf(parameters.output),
  };
  const marks = model.checkpoint === null ? [] : marksOf(model.checkpoint, tensors);
  return single([...planned, ...marks], metadata, notesOn(own, others, rest));
}

function weighing({ method, weights }: MergeParameters): Weighing {
  const [first = 0] = weights;
  if (method === 'add-difference') {
    return (own, [plus, minus]) =>
      plus === undefined || minus === undefined
        ? [{ from: own, factor: 1 }]
        : [
            { from: own, factor: 1 },
            { from: plus, factor: first },
            { from: minus, factor: -first },
          ];
  }
  return (own, others) => {
    const terms = others.flatMap((from, i): Term[] =>
      from === undefined ? [] : [{ from, factor: weights[i] as number }],
    );
    const share = 1 - terms.reduce((sum, { factor }) => sum + factor, 0);
    return [{ from: own, factor: share }, ...terms];
  };
}

/** Eight bits are too few for a sum: it is written in sixteen. */
function summedAs(entry: GroundedEntry, { precision }: MergeParameters): FileDtype {
  const dtype = writtenAs(entry, precision);
  return dtype === 'F8_E4M3' || dtype === 'F8_E5M2' ? 'F16' : dtype;
}

function requireOneKind(sources: readonly Source[]): void {
  const [model, ...others] = sources as [Source, ...Source[]];
  const lineOf = (source: Source): string | undefined =>
    source.checkpoint?.family.id.replace(/-inpaint$/, '').replace('instruct-pix2pix', 'stable-diffusion-1');
  const other = others.find((each) => lineOf(each) !== lineOf(model));
  if (other === undefined) return;
  const named = (source: Source): string =>
    `${source.id} is ${source.checkpoint?.family.label ?? 'of no known family'}`;
  throw new CheckpointError('models_differ', `These models cannot be merged: ${named(model)}, ${named(other)}.`, {
    field: 'models',
    hint: 'Merge models of one family.',
  });
}

function requireShapes(name: string, [first, ...others]: readonly Term[], sources: readonly Source[]): void {
  const own = first?.from.shape ?? [];
  for (const { from } of others) {
    if (from.shape.join() === own.join()) continue;
    const isPart =
      name === UNET_INPUT &&
      from.shape.length === own.length &&
      from.shape.every((extent, axis) => (axis === 1 ? extent < (own[1] as number) : extent === own[axis]));
    if (isPart) continue;
    const isFewer = name === UNET_INPUT && (from.shape[1] ?? 0) > (own[1] ?? 0);
    throw new CheckpointError(
      'models_differ',
      `These models cannot be merged: ${name} is ${shapeText(own)} in ${sources[0]?.id}, ${shapeText(from.shape)} in another.`,
      {
        field: 'models',
        tensor: name,
        expected: own,
        got: from.shape,
        hint: isFewer ? 'Put the inpainting or instruct-pix2pix model first.' : 'Merge models of one family.',
      },
    );
  }
}

function notesOn(own: Tensors, others: readonly Source[], rest: readonly Tensors[]): string[] {
  return others.flatMap(({ id }, i) => {
    const tensors = rest[i] as Tensors;
    const missing = [...own.keys()].filter((name) => !tensors.has(name)).length;
    const foreign = [...tensors.keys()].filter((name) => !own.has(name)).length;
    return [
      ...(missing === 0 ? [] : [`${id} lacks ${missing} tensors, which are the first model's.`]),
      ...(foreign === 0 ? [] : [`${foreign} tensors that only ${id} has were left out.`]),
    ];
  });
}
