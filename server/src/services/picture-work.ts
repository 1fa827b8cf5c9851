/**
 * Work that makes pictures: from a request to what is accepted, and from what was accepted to what the engine gets. Finds the
 * files behind names and sees that the work fits; model-work.ts is the same for work on model files.
 */
import { randomInt } from 'node:crypto';

import type { Catalogue } from '@easel/shared/catalogue';
import type { EngineJob, JobMeasurement, JobMemory } from '@easel/shared/engine';
import { CheckpointError, fromWire, toStudioError, type StudioError } from '@easel/shared/errors';
import type { GenerationParameters, GenerationRequest } from '@easel/shared/generation';
import type { EstimateView } from '@easel/shared/http/estimate';
import { NO_FILE } from '@easel/shared/options/row';
import { RANDOM_SEED_RANGE } from '@easel/shared/units';

import type { EngineHost } from '../engine-host/engine-host.ts';
import type { JobFootprints, MemoryPlanner } from './memory-planner.ts';
import type { ModelFile, ModelLibrary, UsableModel } from './model-library.ts';
import type { PromptTarget } from './network-fit.ts';
import type { NamedNetwork } from './picture.ts';
import { drawForPictures, groupByTexts, type DrawnTexts, type PromptDrawingOptions } from './prompt-drawing.ts';
import { promptFiles } from './prompt-files.ts';
import { resolveRequest } from './resolve-request.ts';

export interface PictureWorkOptions extends PromptDrawingOptions {
  engine: EngineHost;
  models: ModelLibrary;
  memory: MemoryPlanner;
}

/** What the engine gets, and what is learned from it. */
export interface PlannedPictures {
  readonly model: UsableModel;
  readonly job: EngineJob;
  /** The LoRA and embeddings that the prompts name. */
  readonly networks: readonly NamedNetwork[];
  /** Whether an embedding was left out, since it was made for another model. */
  readonly hasSkipped: boolean;
  /** Keeps what the job has taken for the next estimates. */
  learn(measured: JobMeasurement): Promise<void>;
}

export class PictureWork {
  constructor(private readonly options: PictureWorkOptions) {}

  /**
   * Every field gets its value, and all that is named is there.
   *
   * @param isLenient leaves out options that nothing would read, instead of refusing them
   * @throws unknown_model, model_unusable, no_model, unknown_sampler, unknown_schedule, out_of_range, engine_lost,
   *   lora_not_found, model_incompatible, unknown_tag, would_not_fit; unknown_style, unknown_wildcard and what else
   *   drawForPictures throws
   */
  async resolve(
    request: GenerationRequest,
    isLenient: boolean,
  ): Promise<{ parameters: GenerationParameters; drawn: DrawnTexts }> {
    const { parameters: typed, catalogue, footprints, target } = await this.#resolve(request, isLenient);
    const { parameters, drawn } = await drawForPictures(request, typed, this.options);
    const indexes = Array.from({ length: parameters.count }, (_, index) => index);
    for (const group of groupByTexts(parameters, drawn, indexes)) {
      await promptFiles(this.options.models, group.parameters, target);
    }
    this.options.memory.plan(footprints, parameters, catalogue);
    return { parameters, drawn };
  }

  /**
   * What a request would take, without accepting it; null where its model has not been looked at closely yet.
   * @throws as {@link resolve}, but for would_not_fit
   */
  async estimate(request: GenerationRequest): Promise<EstimateView | null> {
    const { parameters, catalogue, footprints } = await this.#resolve(request, true);
    return this.options.memory.estimate(footprints, parameters, catalogue);
  }

  /**
   * @param imageIndexes which of the job's pictures
   * @throws model_gone where a file was removed since the job was accepted; would_not_fit
   */
  async plan(
    jobId: string,
    parameters: GenerationParameters,
    imageIndexes: readonly number[],
  ): Promise<PlannedPictures> {
    const { memory, engine } = this.options;
    const { model, refiner, upscaler, vae, named } = await this.#files(parameters);
    const { catalogue } = engine;
    const footprints = footprintsOf(model, refiner);
    const planned: JobMemory | undefined =
      catalogue === null ? undefined : memory.plan(footprints, parameters, catalogue);
    return {
      model,
      networks: named.networks,
      hasSkipped: named.skipped.length > 0,
      job: {
        jobId,
        checkpoint: model.file,
        overrides: { ...model.overrides, ...(parameters.family !== undefined && { family: parameters.family }) },
        ...(vae && { vae: { file: vae.file } }),
        ...(refiner && { refiner: { checkpoint: refiner.file, overrides: refiner.overrides } }),
        ...(upscaler && { upscaler: { file: upscaler.file } }),
        ...named.files,
        parameters,
        imageIndexes: [...imageIndexes],
        previews: true,
        ...(await this.#previewDecoder(model)),
        ...(planned && { memory: planned }),
      },
      learn: async (measured) => {
        if (catalogue !== null) await memory.learn(footprints, parameters, catalogue, measured, planned);
      },
    };
  }

  async #resolve(
    request: GenerationRequest,
    isLenient: boolean,
  ): Promise<{
    parameters: GenerationParameters;
    catalogue: Catalogue;
    footprints: JobFootprints;
    target: PromptTarget;
  }> {
    const { engine, models } = this.options;
    const catalogue = engine.catalogue ?? (await engine.whenReady());
    const model = await models.resolve(request.model);
    const drawSeed = (): number => randomInt(RANDOM_SEED_RANGE);
    const refiner = request.refiner === undefined ? undefined : await this.#refiner(request.refiner);
    const upscaler = await this.#chosen('upscaler', request.upscaler, model.defaults.upscaler);
    const vae = await this.#chosen('vae', request.vae, model.vae?.id);
    const chosen = {
      id: model.view.id,
      defaults: model.defaults,
      family: model.view.family,
      overrides: model.overrides,
      ...(refiner && { refiner: { id: refiner.view.id, family: refiner.view.family } }),
      ...(upscaler !== undefined && { upscaler }),
      ...(vae !== undefined && { vae }),
    };
    const parameters = resolveRequest(request, chosen, catalogue, drawSeed, isLenient);
    return {
      parameters,
      catalogue,
      target: targetOf(model, parameters),
      footprints: footprintsOf(model, refiner ?? null),
    };
  }

  /** The files of an accepted job. @throws model_gone for those that were there when it was accepted */
  async #files(parameters: GenerationParameters): Promise<{
    model: UsableModel;
    refiner: UsableModel | null;
    upscaler: ModelFile | null;
    vae: ModelFile | null;
    named: Awaited<ReturnType<typeof promptFiles>>;
  }> {
    const { model, refiner, upscaler = NO_FILE, vae = NO_FILE } = parameters;
    const { models } = this.options;
    const found = async <T>(name: string, resolving: Promise<T>): Promise<T> =>
      resolving.catch((thrown: unknown) => {
        throw modelGone(name, toStudioError(thrown));
      });
    const usable = await found(model, models.resolve(model));
    return {
      model: usable,
      refiner: refiner === undefined ? null : await found(refiner, this.#refiner(refiner)),
      upscaler: upscaler === NO_FILE ? null : await found(upscaler, this.#file('upscaler', upscaler)),
      vae: vae === NO_FILE ? null : await found(vae, this.#file('vae', vae)),
      named: await promptFiles(models, parameters, targetOf(usable, parameters)),
    };
  }

  /** As a model, but what is wrong with it is wrong with the field `refiner`. */
  async #refiner(reference: string): Promise<UsableModel> {
    return this.options.models.resolve(reference).catch((thrown: unknown) => {
      throw ofField('refiner', thrown);
    });
  }

  async #file(kind: 'upscaler' | 'vae', reference: string): Promise<ModelFile> {
    return this.options.models.resolveFile(reference, [kind]).catch((thrown: unknown) => {
      throw ofField(kind, thrown);
    });
  }

  /** The file of a kind that a request means: its own word, else what the model suggests, where that is there. */
  async #chosen(
    kind: 'upscaler' | 'vae',
    asked: string | undefined,
    suggested: string | undefined,
  ): Promise<string | undefined> {
    if (asked === NO_FILE) return suggested === undefined ? undefined : NO_FILE;
    if (asked !== undefined && asked !== suggested) return (await this.#file(kind, asked)).id;
    if (suggested === undefined) return undefined;
    // A suggestion is no demand: without the file the picture is made without.
    return (await this.#file(kind, suggested).catch(() => null))?.id;
  }

  /**
   * A tiny autoencoder (TAESD) among the VAEs: one named after the model, else one of its line. Its being there is the wish
   * for it. A model made from nothing has latents of its own, which the line's would show in wrong colours.
   */
  async #previewDecoder({ view }: UsableModel): Promise<{ previewDecoder?: { files: string[] } }> {
    const { models } = this.options;
    const wanted = view.family?.startsWith(XL_FAMILIES) === true ? TINY_XL : TINY_FIRST;
    const own = `${view.fileName.replace(/\.[^.]*$/, '')}.taesd.`.toLowerCase();
    const { models: vaes } = await models.list({ kind: 'vae' });
    const found =
      vaes.find(({ fileName }) => fileName.toLowerCase().startsWith(own)) ??
      vaes.find(({ fileName }) => wanted.test(fileName));
    if (found === undefined) return {};
    const file = await models.resolveFile(found.id, ['vae']).catch(() => null);
    return file === null ? {} : { previewDecoder: { files: [file.file] } };
  }
}

/** Ids of families whose latents are those of Stable Diffusion XL begin so. */
const XL_FAMILIES = 'stable-diffusion-xl';
/** Names under which tiny autoencoders are known; shapes do not tell the lines apart. */
const TINY_XL = /^taesdxl(?!.*encoder)/i;
const TINY_FIRST = /^taesd(?!xl|\d)(?!.*encoder)/i;

/** What the prompt's files have to go with. */
const targetOf = ({ view }: UsableModel, { family }: GenerationParameters): PromptTarget => ({
  id: view.id,
  family: family ?? view.family,
  conditioning: view.conditioning,
});

const footprintsOf = (model: UsableModel, refiner: UsableModel | null): JobFootprints => [
  model.footprint,
  ...(refiner === null ? [] : [refiner.footprint]),
];

/** An error about a model, told of another field. */
function ofField(field: string, thrown: unknown): StudioError {
  const { code, message, details } = toStudioError(thrown).toWire();
  return fromWire({ code, message: message.replace(/^model: /, `${field}: `), details: { ...details, field } });
}

/** A model that was there when the job was accepted. */
const modelGone = (model: string, error: StudioError): StudioError =>
  error.code === 'unknown_model' || error.code === 'no_model'
    ? new CheckpointError('model_gone', `The model "${model}" was removed while the job waited.`, {
        hint: 'Put the file back or choose another model.',
      })
    : error;
