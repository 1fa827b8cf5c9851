/** Stages of diffusers pipelines that are given a picture: what they begin from, in the order in which they draw. */
import { keepOutside } from '../../../src/denoisers/keep-outside.ts';
import { inpaintingInput, instructionInput, latentOfPicture } from '../../../src/families/picture-inputs.ts';
import type { Pipeline } from '../../../src/families/types.ts';
import { binarizeMask, shrinkMask } from '../../../src/numeric/mask.ts';
import type { NoiseSource } from '../../../src/numeric/noise-source.ts';
import { combine, concatBatch, scale, type Tensor } from '../../../src/numeric/tensor.ts';
import type { SampleOptions } from '../../../src/samplers/types.ts';
import { startByShare } from '../../../src/schedules/strength.ts';
import type { DiffusersScheduler } from '../diffusers/types.ts';

/** Inputs of a stage by the names of diffusers' arguments: the picture in [0, 1], the mask 1 where it paints. */
export type Given = Readonly<Record<string, Tensor>>;

export interface Beginning {
  /** In the scheduler's own scale. */
  readonly start: Tensor;
  /** Index of the first step. */
  readonly from: number;
  /** See `ConditioningOptions`. */
  readonly beside?: Tensor;
  readonly correct?: SampleOptions['correct'];
}

interface Call {
  readonly pipeline: Pipeline;
  readonly scheduler: DiffusersScheduler;
  readonly noise: NoiseSource;
  /** Of the latents: [n, c, h, w]. */
  readonly shape: readonly number[];
  readonly steps: number;
  readonly strength: number;
  readonly given: Given;
}

type Begin = (call: Call) => Promise<Beginning>;

const pictureOf = ({ given }: Call): Tensor => {
  const image = given['image'] as Tensor;
  return combine(2, image, -1, { data: new Float32Array(image.data.length).fill(1), shape: image.shape });
};

const fromNoise = ({ scheduler }: Call, drawn: Tensor): Tensor => scale(drawn, scheduler.initNoiseSigma);
const forAll = ({ shape }: Call, x: Tensor): Tensor => concatBatch(Array.from({ length: shape[0] ?? 1 }, () => x));

const imageToImage: Begin = async (call) => {
  const { pipeline, scheduler, noise, shape, steps, strength } = call;
  const latent = forAll(call, await latentOfPicture(pipeline, pictureOf(call), noise));
  const { first } = startByShare(steps, strength);
  return { start: scheduler.addNoise(latent, noise.draw(shape), first), from: first };
};

const inpaint: Begin = async (call) => {
  const { pipeline, scheduler, noise, shape, steps, strength, given } = call;
  const picture = pictureOf(call);
  const mask = given['mask_image'] as Tensor;
  const isTrained = pipeline.family.id.endsWith('-inpaint');
  const { first } = startByShare(steps, strength);
  // The reference encodes the picture only where it is used; each encoding is a draw.
  const kept = strength < 1 || !isTrained ? forAll(call, await latentOfPicture(pipeline, picture, noise)) : undefined;
  const drawn = noise.draw(shape);
  const start = kept !== undefined && strength < 1 ? scheduler.addNoise(kept, drawn, first) : fromNoise(call, drawn);
  const beside = await inpaintingInput(pipeline, picture, mask, noise);
  if (isTrained || kept === undefined) return { start, from: first, beside };
  const [, , h = 0, w = 0] = shape;
  return { start, from: first, correct: keepOutside(shrinkMask(binarizeMask(mask), h, w), kept, drawn) };
};

const instruct: Begin = async (call) => {
  const beside = await instructionInput(call.pipeline, pictureOf(call));
  return { start: fromNoise(call, call.noise.draw(call.shape)), from: 0, beside };
};

interface PictureStage {
  readonly begin: Begin;
  /** Arguments it takes beside the prompt's. */
  readonly inputs: readonly string[];
  /** What the pipeline takes when the case does not say. */
  readonly strength: number;
}

export const INSTRUCT = 'StableDiffusionInstructPix2PixPipeline';

/** By diffusers' class. */
export const PICTURE_STAGES: Readonly<Record<string, PictureStage>> = {
  StableDiffusionImg2ImgPipeline: { begin: imageToImage, inputs: ['image'], strength: 0.8 },
  StableDiffusionXLImg2ImgPipeline: { begin: imageToImage, inputs: ['image'], strength: 0.3 },
  StableDiffusionInpaintPipeline: { begin: inpaint, inputs: ['image', 'mask_image'], strength: 1 },
  StableDiffusionXLInpaintPipeline: { begin: inpaint, inputs: ['image', 'mask_image'], strength: 0.9999 },
  [INSTRUCT]: { begin: instruct, inputs: ['image'], strength: 1 },
};
